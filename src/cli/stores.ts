import type { KeyObject } from 'node:crypto';
import { createPepper } from '../auth/api-key.ts';
import type { Cache } from '../core/cache.ts';
import type { Database } from '../core/database.ts';
import { deriveKey } from '../lib/seal.ts';
import type { Config } from '../server/config/config.ts';
import { type LoadedConfig, loadConfig } from '../server/config/load.ts';
import type { Secret } from '../server/config/secret.ts';
import { openStoreCache, openStoreDatabase, prepareDatabase } from '../stores/open.ts';
import type { Io } from './io.ts';

/**
 * Opens the database of a config, up to date.
 * @param dev whether `--dev` was given. Default: false.
 * @throws StartError
 */
export async function openDatabase(io: Io, config: Config, baseDir: string, dev = false): Promise<Database> {
  const database = openAsItIs(io, config, baseDir);
  try {
    await prepareDatabase(database, config.store, { baseDir, dev });
    return database;
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
}

/** Opens the database of the config that a command is given, for as long as the command works on it. @throws StartError */
export async function withDatabase(
  io: Io,
  options: { readonly config?: string },
  work: (database: Database, loaded: LoadedConfig) => Promise<void>,
): Promise<void> {
  const loaded = await loadConfig(options.config, io);
  const database = await openDatabase(io, loaded.config, loaded.baseDir);
  try {
    await work(database, loaded);
  } finally {
    await database.close();
  }
}

/** Opens the database of a config, whatever migrations it has. @throws StartError */
export function openAsItIs(io: Io, { store, observe }: Config, baseDir: string): Database {
  const { callsKeepDays, auditKeepDays } = observe;
  return openStoreDatabase(store, {
    baseDir,
    clock: io.clock,
    calls: { days: callsKeepDays },
    audit: { days: auditKeepDays },
  });
}

/** @throws StartError */
export function openCache(io: Io, { store }: Config, master: Secret): Promise<Cache> {
  return openStoreCache(store, { clock: io.clock, master: Buffer.from(master.reveal()) });
}

/** What API keys are digested under. */
export function pepperOf(master: Secret): KeyObject {
  return createPepper(deriveKey(Buffer.from(master.reveal()), 'api-keys'));
}
