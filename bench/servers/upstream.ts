/** A tiny API: every answer is the same small JSON object. What both proxies stand in front of. */
import { listen } from './listen.ts';

const body = JSON.stringify({ id: 'T-1042', subject: 'Printer on fire', status: 'open', assignee: 'ada', votes: 7 });

listen((_req, res) => {
  res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  res.end(body);
});
