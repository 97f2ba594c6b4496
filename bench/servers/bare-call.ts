/**
 * The floor under tools/call: node:http that reads the body, parses it, and answers with a result of the same bytes.
 * Argument 2 is the result to answer with, as JSON.
 */
import { listen } from './listen.ts';

const result: unknown = JSON.parse(process.argv[2] ?? '{}');

listen((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => {
    const { id } = JSON.parse(Buffer.concat(chunks).toString());
    const body = JSON.stringify({ jsonrpc: '2.0', id, result });
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    res.end(body);
  });
});
