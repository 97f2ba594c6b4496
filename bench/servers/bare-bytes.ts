/** The floor under tools/list: node:http that reads the body and answers with the bytes of a file, argument 2. */
import { readFileSync } from 'node:fs';
import { listen } from './listen.ts';

const bytes = readFileSync(process.argv[2] ?? '');

listen((req, res) => {
  req.resume();
  req.on('end', () => {
    res.writeHead(200, { 'content-type': 'application/json', 'content-length': bytes.length });
    res.end(bytes);
  });
});
