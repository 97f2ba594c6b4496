import type { KeyObject } from 'node:crypto';
import { resolve } from 'node:path';
import { createPepper } from '../auth/api-key.ts';
import type { Database } from '../core/database.ts';
import { deriveKey } from '../lib/seal.ts';
import type { Config } from '../server/config.ts';
import { StartError } from '../server/problem.ts';
import type { Secret } from '../server/secret.ts';
import { openSqlite } from '../stores/sqlite.ts';
import type { Io } from './io.ts';

export function databasePath(config: Config, baseDir: string): string {
  return resolve(baseDir, config.store.database);
}

/** Opens the database of a config, up to date. @throws StartError */
export async function openDatabase(io: Io, config: Config, baseDir: string): Promise<Database> {
  const file = databasePath(config, baseDir);
  let database: Database | undefined;
  try {
    database = openSqlite({ file, clock: io.clock, calls: { days: config.observe.callsKeepDays } });
    await database.migrate();
    return database;
  } catch (error) {
    await database?.close();
    const found = `a file that does not open as a database: ${error instanceof Error ? error.message : 'unknown error'}`;
    const wanted = 'a SQLite file that this process may write, in a folder that it may write';
    throw new StartError([{ where: file, found, wanted }]);
  }
}

/** What API keys are digested under. */
export function pepperOf(master: Secret): KeyObject {
  return createPepper(deriveKey(Buffer.from(master.reveal()), 'api-keys'));
}
