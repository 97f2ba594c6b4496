import { resolve } from 'node:path';
import type { Cache } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../core/database.ts';
import { PosternError } from '../core/errors.ts';
import { createSealer, deriveKey } from '../lib/seal.ts';
import { sealedCache } from '../lib/sealed-cache.ts';
import { type Problem, StartError } from '../server/config/problem.ts';
import { Secret } from '../server/config/secret.ts';
import type { StoreConfig } from '../server/config/store.ts';
import { createMemoryCache } from './memory.ts';
import { openPostgres } from './postgres.ts';
import { openRedis } from './redis.ts';
import { NewerDatabase } from './sql/migrations.ts';
import type { Retention } from './sql/retention.ts';
import { openSqlite } from './sqlite.ts';

export interface DatabaseGround {
  /** What the path of a file is relative to. */
  readonly baseDir: string;
  readonly clock: Clock;
  readonly calls?: Retention;
  readonly audit?: Retention;
}

/** The database that a config names, as it is. @throws StartError */
export function openStoreDatabase(config: StoreConfig, { baseDir, clock, calls, audit }: DatabaseGround): Database {
  const { database, poolSize, connectTimeoutMs, statementTimeoutMs } = config;
  if (!(database instanceof Secret)) {
    const file = database === ':memory:' ? database : resolve(baseDir, database);
    try {
      return openSqlite({ file, clock, calls, audit });
    } catch (thrown) {
      throw new StartError([unfit(file, thrown)]);
    }
  }
  const url = database.reveal();
  try {
    return openPostgres({ url, clock, calls, audit, poolSize, connectTimeoutMs, statementTimeoutMs });
  } catch (thrown) {
    const found = thrown instanceof Error ? thrown.message : 'something else (not shown)';
    throw new StartError([{ where: 'store.database', found, wanted: 'postgres://user@host:5432/database' }]);
  }
}

/** Where a database is, as it may be shown: without user, password and parameters. */
export function placeOfDatabase({ database }: StoreConfig, baseDir: string): string {
  if (!(database instanceof Secret)) return resolve(baseDir, database);
  const url = URL.canParse(database.reveal()) ? new URL(database.reveal()) : undefined;
  return url === undefined ? 'PostgreSQL' : `postgres://${url.host}${url.pathname}`;
}

/**
 * Brings a database up to date, or refuses one that is not: several nodes share PostgreSQL, and an old one must not
 * find it changed because a new one was started beside it.
 *
 * @param dev whether `--dev` was given.
 * @throws StartError
 */
export async function prepareDatabase(
  database: Database,
  config: StoreConfig,
  { baseDir, dev }: { readonly baseDir: string; readonly dev: boolean },
): Promise<void> {
  const where = placeOfDatabase(config, baseDir);
  const itself = config.migrate ?? (dev || !(config.database instanceof Secret));
  try {
    if (itself) return await database.migrate();
    const pending = await database.pending();
    if (pending.length === 0) return;
    const found = `a database without ${pending.join(', ')}`;
    const fix = 'postern migrate, or store.migrate: true';
    throw new StartError([{ where, found, wanted: 'one that is up to date', fix }]);
  } catch (thrown) {
    throw thrown instanceof StartError ? thrown : new StartError([unfit(where, thrown)]);
  }
}

/** Why a database cannot be used, told so that somebody can put it right. */
export function unfit(where: string, thrown: unknown): Problem {
  if (thrown instanceof PosternError) {
    const found = thrown.cause instanceof Error ? thrown.cause.message : thrown.message;
    return { where, found, wanted: 'a database that answers' };
  }
  const message = thrown instanceof Error ? thrown.message : 'unknown error';
  if (thrown instanceof NewerDatabase) {
    return { where, found: message, wanted: 'the version of Postern that migrated it, or a newer one' };
  }
  if (where.startsWith('postgres:')) return { where, found: message, wanted: 'a database that this user may use' };
  const wanted = 'a SQLite file that this process may write, in a folder that it may write';
  return { where, found: `a file that does not open as a database: ${message}`, wanted };
}

export interface CacheGround {
  readonly clock: Clock;
  /** What is kept outside this process is sealed under a key of it. At least 32 bytes. */
  readonly master: Uint8Array;
}

/** The cache that a config names. Redis is connected to when it is first needed. @throws StartError */
export async function openStoreCache(config: StoreConfig, { clock, master }: CacheGround): Promise<Cache> {
  const { cache, keyPrefix: prefix, commandTimeoutMs, connectTimeoutMs } = config;
  if (!(cache instanceof Secret)) return createMemoryCache({ clock });
  try {
    const redis = await openRedis({ url: cache.reveal(), clock, prefix, commandTimeoutMs, connectTimeoutMs });
    return sealedCache(redis, createSealer([{ id: 'k1', secret: deriveKey(master, 'cache') }]));
  } catch (thrown) {
    const found = thrown instanceof RangeError ? thrown.message : `a file that cannot be read (${codeOf(thrown)})`;
    throw new StartError([{ where: 'store.cache', found, wanted: 'redis://user@host:6379, as in docs/stores.md' }]);
  }
}

function codeOf(thrown: unknown): string {
  return (thrown as NodeJS.ErrnoException).code ?? 'unknown error';
}
