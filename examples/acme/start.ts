// `npm start`: Acme's API on a free loopback port, and Postern in front of it in `--dev`. Ctrl-C stops both.
// What follows `npm start --` goes to `postern serve`: --port, --host, --json.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processIo } from '../../src/cli/process-io.ts';
import { run } from '../../src/cli/run.ts';
import { startAcme } from './server.ts';
import { tokenFrom } from './token.ts';

/** The seeded organization that the key of `--dev` belongs to. */
const TENANT = 'acme';

/** Holds postern.yaml and openapi.yaml, and in `.postern` the data of both servers. */
const folder = process.env['ACME_FOLDER'] ?? fileURLToPath(new URL('.', import.meta.url));
const state = join(folder, '.postern');

/** For whoever does not want to wait for a limit to pass. */
const windowSeconds = Number(process.env['ACME_WINDOW_SECONDS'] ?? 30);

const token = tokenFrom(join(state, 'acme-token'));
const acme = await startAcme({ file: join(state, 'acme.db'), token, windowSeconds });
const source = ['--config', join(folder, 'postern.yaml'), '--upstream', acme.url];
const dev = ['--dev', '--dev-tenant', TENANT];
process.exitCode = await run(['serve', ...source, ...dev, ...process.argv.slice(2)], processIo());
await acme.close();
