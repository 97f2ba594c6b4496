/**
 * The floor under a proxied call: node:http and undici, and between them what any proxy does. The request goes on with
 * its method, headers and body, the answer comes back with its status, headers and body. Argument 2 is the upstream's
 * port.
 */
import { request } from 'undici';
import { listen } from './listen.ts';

const url = `http://127.0.0.1:${process.argv[2]}/tickets/T-1042`;

listen(async (req, res) => {
  // Of the connection, not of the message (RFC 9110 §7.6.1).
  const { host: _host, connection: _connection, ...headers } = req.headers;
  const answer = await request(url, { method: req.method, headers, body: req });
  res.writeHead(answer.statusCode, answer.headers);
  answer.body.pipe(res);
});
