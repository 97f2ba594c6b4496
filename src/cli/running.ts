import type { Cache } from '../core/cache.ts';
import type { Database } from '../core/database.ts';
import { compose } from '../server/compose.ts';
import type { Config } from '../server/config/config.ts';
import type { Secret } from '../server/config/secret.ts';
import type { ReloadExtras } from '../server/offer/stage.ts';
import type { ComposeExtras, Postern } from '../server/postern.ts';
import { packageVersion } from '../version.ts';
import type { Io } from './io.ts';
import { openCache, openDatabase } from './stores.ts';

/** A server put together from a config, with the stores it stands on. */
export interface Running {
  readonly config: Config;
  readonly postern: Postern;
  readonly database: Database;
  /** To be called after the server itself is closed: the call log is written to the database then. */
  closeStores(): Promise<void>;
}

export interface Ground {
  /** What relative paths in the config are relative to. */
  readonly baseDir: string;
  readonly master: Secret;
  /** Where documents from URLs are kept. */
  readonly cacheFolder: string;
  /** The folder `.postern`. */
  readonly stateFolder: string;
  /** Whether `--dev` was given. */
  readonly dev: boolean;
  /** Where users log in with `--dev`, where they do. */
  readonly devIdentityProvider?: ComposeExtras['devIdentityProvider'];
  /** How the config is read again. Without it, what is served stays as it is. */
  readonly reload?: ReloadExtras;
}

/** @throws StartError, DocumentError */
export async function start(
  io: Io,
  config: Config,
  { baseDir, master, cacheFolder, stateFolder, dev, devIdentityProvider, reload }: Ground,
): Promise<Running> {
  const database = await openDatabase(io, config, baseDir, dev);
  let cache: Cache;
  try {
    cache = await openCache(io, config, master);
  } catch (error) {
    await database.close();
    throw error;
  }
  const closeStores = async () => {
    await cache.close();
    await database.close();
  };
  try {
    const postern = await compose(config, {
      baseDir,
      database: dev ? database : withoutDevKeys(database),
      cache,
      master: Buffer.from(master.reveal()),
      clock: io.clock,
      version: packageVersion(),
      logTo: io.logTo,
      cacheFolder,
      stateFolder,
      searchPath: io.env['PATH'],
      reload,
      devIdentityProvider,
      tenantsMayShare: dev,
    });
    return { config, postern, database, closeStores };
  } catch (error) {
    await closeStores();
    throw error;
  }
}

/** A key that may do everything opens nothing in a server that was not started with `--dev`. */
export function withoutDevKeys(database: Database): Database {
  const find = async (id: string) => {
    const row = await database.keys.find(id);
    return row?.scopes.includes('*') === true ? undefined : row;
  };
  return { ...database, keys: { ...database.keys, find } };
}
