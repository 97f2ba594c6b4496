import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import type { EgressResponse } from '../lib/egress.ts';
import type { Config, UpstreamConfig } from '../server/config.ts';
import type { LoadedConfig } from '../server/config-load.ts';
import { egressOf } from '../server/upstreams.ts';
import type { Io } from './io.ts';
import { LocalState } from './state.ts';
import { databasePath, openDatabase } from './stores.ts';

/** The outcome of one check. */
export interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
}

const NODE_NEEDED = [22, 19] as const;

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const good = major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1]);
  if (good) return { check: 'node', status: 'ok', message: version };
  return { check: 'node', status: 'fail', message: `${version}, and ${NODE_NEEDED.join('.')} is needed` };
}

/** Whether the secrets on disk are for their owner alone. */
export function checkSecrets({ config, baseDir }: LoadedConfig): Finding {
  const check = 'secrets';
  const state = new LocalState(baseDir);
  const loose = [state.dir, state.masterPath, state.devKeyPath].filter(
    (path) => existsSync(path) && (statSync(path).mode & 0o077) !== 0,
  );
  if (loose.length > 0) {
    const fix = `chmod go-rwx ${loose.join(' ')}`;
    return { check, status: 'warn', message: `others on this machine may read ${loose.join(', ')}`, fix };
  }
  const { master } = config.secrets;
  if (master !== undefined) return { check, status: 'ok', message: `the master secret comes from ${master}` };
  const made = existsSync(state.masterPath);
  const message = made ? `the master secret is ${state.masterPath}` : `postern serve will make ${state.masterPath}`;
  return { check, status: 'ok', message };
}

/** Opens the database that is there, and does not make one that is not. */
export async function checkDatabase(io: Io, { config, baseDir }: LoadedConfig): Promise<Finding> {
  const check = 'database';
  const path = databasePath(config, baseDir);
  if (existsSync(path)) {
    const database = await openDatabase(io, config, baseDir);
    const keys = (await database.keys.list()).filter((row) => row.revokedAt === null);
    const calls = await database.calls.count();
    await database.close();
    return { check, status: 'ok', message: `${path}: ${keys.length} keys, ${calls} calls` };
  }
  let folder = dirname(path);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    return { check, status: 'ok', message: `postern serve will make ${path}` };
  } catch {
    const fix = 'Let this user write there, or name another file in store.database.';
    return { check, status: 'fail', message: `${folder} cannot be written, so ${path} cannot be made`, fix };
  }
}

/** Whether the address is there to be listened on. */
export function checkPort({ server: { host, port } }: Config): Promise<Finding> {
  const check = 'port';
  const where = `${host}:${port}`;
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => {
      const used = error.code === 'EADDRINUSE';
      const message = used ? `${where} is in use, by a running Postern or something else` : `${where}: ${error.code}`;
      const fix = used ? 'If it is something else: another --port, or --port 0 for any that is free.' : undefined;
      resolve({ check, status: used ? 'warn' : 'fail', message, fix });
    });
    server.listen(port, host, () => {
      server.close(() => resolve({ check, status: 'ok', message: port === 0 ? 'any free one' : `${where} is free` }));
    });
  });
}

const PROBE_MS = 10_000;

/** Asks the API for its base URL. Any answer is good: it is there. @throws StartError */
export async function checkUpstream(
  io: Io,
  name: string,
  upstream: UpstreamConfig,
  { baseUrl, baseDir }: { readonly baseUrl: string; readonly baseDir: string },
): Promise<Finding[]> {
  const check = `upstream ${name}`;
  const egress = await egressOf(name, upstream, { clock: io.clock, baseDir });
  try {
    const answer = await egress.request({ method: 'GET', url: baseUrl, headers: {}, timeoutMs: PROBE_MS });
    const reached: Finding = { check, status: 'ok', message: `${baseUrl} answers ${answer.status}` };
    return [reached, ...checkClock(io, answer)];
  } catch (thrown) {
    const message = `${baseUrl} cannot be reached: ${causeOf(thrown)}`;
    const fix = 'See that the API runs, that its URL is right, and that this machine may reach it.';
    return [{ check, status: 'fail', message, fix }];
  } finally {
    await egress.close();
  }
}

function causeOf(thrown: unknown): string {
  let error: unknown = thrown;
  while (error instanceof Error && error.cause instanceof Error) error = error.cause;
  if (!(error instanceof Error)) return 'unknown reason';
  return (error as NodeJS.ErrnoException).code ?? error.message;
}

const SKEW_MS = 60_000;

/** Expiring keys and sealed sessions go by the clock; the API's `Date` is one to compare with. */
function checkClock(io: Io, answer: EgressResponse): Finding[] {
  const theirs = Date.parse(answer.headers['date'] ?? '');
  if (Number.isNaN(theirs)) return [];
  const skew = Math.round((io.clock.now() - theirs) / 1000);
  if (Math.abs(skew) * 1000 <= SKEW_MS) return [{ check: 'clock', status: 'ok', message: 'agrees with the API' }];
  const message = `${Math.abs(skew)} seconds ${skew > 0 ? 'ahead of' : 'behind'} the API`;
  return [{ check: 'clock', status: 'warn', message, fix: 'Keep the clock of this machine with NTP.' }];
}
