/** The floor under a proxied call: node:http, and one undici request to the upstream whose port is argument 2. */
import { Pool } from 'undici';
import { listen } from './listen.ts';

const upstream = new Pool(`http://127.0.0.1:${process.argv[2]}`);

listen((req, res) => {
  req.resume();
  req.on('end', async () => {
    const answer = await upstream.request({
      method: 'GET',
      path: '/tickets/T-1042',
      headers: { accept: 'application/json' },
    });
    const body = await answer.body.text();
    res.writeHead(answer.statusCode, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    res.end(body);
  });
});
