import { randomBytes } from 'node:crypto';
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import type { EgressResponse } from '../lib/egress.ts';
import type { Config, UpstreamConfig } from '../server/config/config.ts';
import type { LoadedConfig } from '../server/config/load.ts';
import { Secret } from '../server/config/secret.ts';
import { egressOf } from '../server/upstreams/upstreams.ts';
import { cacheInPlain, databaseInPlain } from '../stores/in-plain.ts';
import { openStoreCache, placeOfDatabase } from '../stores/open.ts';
import type { Io } from './io.ts';
import { LocalState } from './state.ts';
import { openDatabase } from './stores.ts';

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
  const where = placeOfDatabase(config.store, baseDir);
  if (config.store.database instanceof Secret || existsSync(where)) return examineDatabase(io, config, baseDir, where);
  let folder = dirname(where);
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
    return { check, status: 'ok', message: `postern serve will make ${where}` };
  } catch {
    const fix = 'Let this user write there, or name another file in store.database.';
    return { check, status: 'fail', message: `${folder} cannot be written, so ${where} cannot be made`, fix };
  }
}

async function examineDatabase(io: Io, config: Config, baseDir: string, where: string): Promise<Finding> {
  const check = 'database';
  const database = await openDatabase(io, config, baseDir);
  try {
    const keys = (await database.keys.list()).filter((row) => row.revokedAt === null);
    const calls = await database.calls.count();
    const message = `${where}: ${keys.length} keys, ${calls} calls`;
    return databaseInPlain(config.store)
      ? { check, status: 'warn', message: `${message}, not encrypted on the way`, fix: 'Add ?sslmode=verify-full.' }
      : { check, status: 'ok', message };
  } finally {
    await database.close();
  }
}

/** Writes to the cache and takes it back, where it is one that several nodes share. @throws StartError */
export async function checkCache(io: Io, { config }: LoadedConfig): Promise<Finding[]> {
  const check = 'cache';
  if (!(config.store.cache instanceof Secret)) return [];
  const cache = await openStoreCache(config.store, { clock: io.clock, master: randomBytes(32) });
  try {
    const key = `doctor:${randomBytes(9).toString('base64url')}`;
    await cache.set(key, 'well', PROBE_MS);
    // With every kind of command that a server uses, so that a user who may not do one of them is found here.
    await cache.compareAndSet(key, 'well', 'better', PROBE_MS);
    await (await cache.lock(key, PROBE_MS))?.release();
    await cache.increment(key, 1, PROBE_MS);
    await cache.append(key, 'well', { maxLength: 1, ttlMs: PROBE_MS });
    await cache.read(key, undefined, 1);
    await (await cache.subscribe(key, () => undefined))();
    await cache.publish(key, 'well');
    const taken = await cache.take(key);
    await cache.delete(key);
    if (taken !== 'better') throw new Error('what was written did not come back');
    const message = 'Redis does all that is asked of it';
    if (!cacheInPlain(config.store)) return [{ check, status: 'ok', message }];
    const fix = 'Let the URL begin with rediss.';
    return [{ check, status: 'warn', message: `${message}, not encrypted on the way`, fix }];
  } catch (thrown) {
    const fix = 'See docs/stores.md for what a server, and its user, must be able to do.';
    return [{ check, status: 'fail', message: causeOf(thrown), fix }];
  } finally {
    await cache.close();
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

export function causeOf(thrown: unknown): string {
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
