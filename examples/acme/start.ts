// `npm start`: Acme's API on a free loopback port, and Postern in front of it in `--dev`. Ctrl-C stops both.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { report } from '../../src/cli/failure.ts';
import type { Io } from '../../src/cli/io.ts';
import { serveCommand } from '../../src/cli/serve.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { startAcme } from './server.ts';
import { tokenFrom } from './token.ts';

/** The seeded organization that the key of `--dev` belongs to. */
const TENANT = 'northwind';

const io: Io = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  pid: process.pid,
  clock: systemClock,
  onStop,
  exit: (code) => process.exit(code),
};

process.exitCode = await start().catch((thrown: unknown) => report(io, thrown, false));

async function start(): Promise<number> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      json: { type: 'boolean' },
      // Holds postern.yaml and openapi.yaml, and gets the data of both servers.
      folder: { type: 'string', default: fileURLToPath(new URL('.', import.meta.url)) },
    },
  });
  const state = join(values.folder, '.postern');
  const acme = await startAcme({ file: join(state, 'acme.db'), token: tokenFrom(join(state, 'acme-token')) });
  const args = [
    '--config',
    join(values.folder, 'postern.yaml'),
    '--upstream',
    acme.url,
    '--dev',
    '--dev-tenant',
    TENANT,
  ];
  if (values.port !== undefined) args.push('--port', values.port);
  if (values.host !== undefined) args.push('--host', values.host);
  if (values.json === true) args.push('--json');
  try {
    await serveCommand(io).exitOverride().parseAsync(args, { from: 'user' });
    return 0;
  } finally {
    await acme.close();
  }
}

/** One Ctrl-C can arrive twice: the terminal signals the whole group, and npm passes on what it got itself. */
function onStop(stop: () => void): () => void {
  let heardAt = Number.NEGATIVE_INFINITY;
  const heard = () => {
    const now = systemClock.monotonic();
    if (now - heardAt < 500) return;
    heardAt = now;
    stop();
  };
  process.on('SIGINT', heard).on('SIGTERM', heard);
  return () => {
    process.off('SIGINT', heard).off('SIGTERM', heard);
  };
}
