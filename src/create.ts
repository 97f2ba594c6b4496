import { randomBytes } from 'node:crypto';
import type { Cache } from './core/cache.ts';
import type { Clock } from './core/clock.ts';
import type { Database } from './core/database.ts';
import { systemClock } from './lib/clock.ts';
import { compose } from './server/compose.ts';
import type { ConfigInput } from './server/config/config.ts';
import { readConfig } from './server/config/load.ts';
import { StartError } from './server/config/problem.ts';
import { refusals } from './server/config/safety.ts';
import type { StoreConfig } from './server/config/store.ts';
import type { Definitions } from './server/offer/offer.ts';
import type { ReadConfig } from './server/offer/reload.ts';
import type { Postern } from './server/postern.ts';
import { type DatabaseGround, openStoreCache, openStoreDatabase, prepareDatabase } from './stores/open.ts';
import { packageVersion } from './version.ts';

/** How a server is put together in code: the config's own sections, and what only code can say. */
export interface PosternOptions extends Definitions, Omit<ConfigInput, 'auth' | 'store'> {
  /**
   * Who may call: `'none'` for anyone who reaches the server, or the `auth` section of the config.
   * Default: API keys, which need a database that outlives the process.
   */
  readonly auth?: 'none' | ConfigInput['auth'];
  /** Where durable things are kept. Default: `store.database`; without either, in memory. */
  readonly database?: Database;
  /** Where short-lived things are kept. Default: `store.cache`; without either, in this process. */
  readonly cache?: Cache;
  readonly store?: ConfigInput['store'];
  /** Default: the time of this machine. */
  readonly clock?: Clock;
  /** What relative paths are relative to. Default: the working folder. */
  readonly baseDir?: string;
  /** Where log lines go. Default: standard error. */
  readonly logTo?: number | { write(line: string): void };
}

/**
 * Puts a server together.
 *
 * Without `secrets.master`, sessions and API keys die with the process: give it in production.
 *
 * @throws StartError with everything that is wrong with the options; DocumentError for a document that cannot be read.
 */
export async function createPostern(options: PosternOptions): Promise<Postern> {
  const {
    tools = [],
    resources,
    resourceTemplates,
    prompts,
    auth,
    database,
    cache,
    clock = systemClock,
    logTo,
    ...rest
  } = options;
  const { baseDir = process.cwd(), ...sections } = rest;
  const raw = { ...sections, auth: auth === 'none' ? { none: true, apiKeys: false } : auth };
  const read = (): ReadConfig => {
    const files = new Set<string>();
    const surroundings = { env: process.env, baseDir, onFile: (path: string) => void files.add(path) };
    const config = readConfig(raw, { name: 'createPostern', lineOf: () => undefined }, surroundings);
    const problems = refusals(config, { dev: false, file: 'createPostern' });
    if (problems.length > 0) throw new StartError(problems);
    return { config, files };
  };
  const { config, files } = read();
  const master = config.secrets.master === undefined ? randomBytes(32) : Buffer.from(config.secrets.master.reveal());
  const { callsKeepDays, auditKeepDays } = config.observe;
  const ground = { baseDir, clock, calls: { days: callsKeepDays }, audit: { days: auditKeepDays } };
  const stores = {
    cache: cache ?? (await openStoreCache(config.store, { clock, master })),
    database: database ?? (await openDatabase(options, config.store, ground)),
  };
  return compose(config, {
    ...stores,
    tools,
    resources,
    resourceTemplates,
    prompts,
    baseDir,
    clock,
    logTo,
    master,
    searchPath: process.env['PATH'],
    version: packageVersion(),
    reload: { read: async () => read(), files, watch: config.reload.watch === true },
    afterClose: async () => {
      // What was handed in belongs to whoever opened it.
      if (database === undefined) await stores.database.close();
      if (cache === undefined) await stores.cache.close();
    },
  });
}

async function openDatabase({ store }: PosternOptions, config: StoreConfig, ground: DatabaseGround): Promise<Database> {
  const wanted = store?.database === undefined ? { ...config, database: ':memory:' } : config;
  const database = openStoreDatabase(wanted, ground);
  try {
    await prepareDatabase(database, wanted, { ...ground, dev: false });
    return database;
  } catch (thrown) {
    await database.close();
    throw thrown;
  }
}
