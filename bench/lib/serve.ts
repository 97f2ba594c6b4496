import { join } from 'node:path';
import { type Running, startServer } from './running.ts';

const CLI = new URL('../../src/cli/main.ts', import.meta.url).pathname;

/** `postern serve` for a document, as one runs it: key from `--dev`, call log in `home`/.postern, log into a file. */
export function serve(home: string, document: string, upstream: string): Promise<Running> {
  const args = ['serve', document, '--upstream', upstream, '--dev', '--json', '--port', '0'];
  return startServer('postern', CLI, args, { cwd: home, stderr: join(home, 'postern.log') });
}
