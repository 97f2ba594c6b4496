// `npm start`: Acme's API on a free loopback port, and Postern in front of it in `--dev`. Ctrl-C stops both.
// What follows `npm start --` goes to `postern serve`: --port, --host, --json. With --accounts in front of it, organizations
// connect their accounts at Acme themselves (accounts.yaml).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processIo } from '../../src/cli/process-io.ts';
import { run } from '../../src/cli/run.ts';
import { freePort } from './free-port.ts';
import { startAcme } from './server.ts';
import { tokenFrom } from './token.ts';

/** The seeded organization that the key of `--dev` belongs to. */
const TENANT = 'acme';

/** Holds postern.yaml and openapi.yaml, and in `.postern` the data of both servers. */
const folder = process.env['ACME_FOLDER'] ?? fileURLToPath(new URL('.', import.meta.url));
const state = join(folder, '.postern');

/** For whoever does not want to wait for a limit to pass. */
const windowSeconds = Number(process.env['ACME_WINDOW_SECONDS'] ?? 30);

const [first, ...others] = process.argv.slice(2);
const token = tokenFrom(join(state, 'acme-token'));
const served = { file: join(state, 'acme.db'), token, windowSeconds };
const dev = ['--dev', '--dev-tenant', TENANT];
if (first === '--accounts') {
  // Acme knows one redirect URI, so where Postern listens must be known before.
  const port = Number(process.env['PORT'] ?? 8080) || (await freePort());
  const authorize = { redirectUri: `http://127.0.0.1:${port}/connect/acme/callback` };
  const acme = await startAcme({ ...served, client: { clientSecret: token, authorize } });
  for (const [name, path] of [
    ['acme-url', ''],
    ['acme-authorize', '/oauth/authorize'],
    ['acme-tokens', '/oauth/token'],
  ] as const) {
    writeFileSync(join(state, name), acme.url + path);
  }
  const source = ['--config', join(folder, 'accounts.yaml'), '--host', '127.0.0.1', '--port', String(port)];
  process.exitCode = await run(['serve', ...source, ...dev, ...others], processIo());
  await acme.close();
} else {
  const acme = await startAcme(served);
  const source = ['--config', join(folder, 'postern.yaml'), '--upstream', acme.url];
  process.exitCode = await run(['serve', ...source, ...dev, ...process.argv.slice(2)], processIo());
  await acme.close();
}
