import { existsSync } from 'node:fs';
import { Command } from 'commander';
import type { Database } from '../core/database.ts';
import { type LoadedConfig, loadConfig } from '../server/config/load.ts';
import { StartError } from '../server/config/problem.ts';
import { placeOfDatabase, unfit } from '../stores/open.ts';
import { type Io, print, waiting } from './io.ts';
import { configOption, jsonOption } from './options.ts';
import { openAsItIs } from './stores.ts';

interface MigrateOptions {
  readonly config?: string;
  readonly check?: boolean;
  readonly json?: boolean;
}

/** @param fail called where `--check` finds something to do. */
export function migrateCommand(io: Io, fail: () => void): Command {
  return new Command('migrate')
    .description('bring the database of the config up to date; several may run at once, and servers meanwhile')
    .option('--check', 'say what would be done, and do nothing')
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      '\nExample:\n  postern migrate --check || postern migrate\n\nExit code 1 when --check finds something to do.',
    )
    .action((options: MigrateOptions) => migrate(io, options, fail));
}

async function migrate(io: Io, options: MigrateOptions, fail: () => void): Promise<void> {
  const loaded = await loadConfig(options.config, io);
  const where = placeOfDatabase(loaded.config.store, loaded.baseDir);
  const check = options.check === true;
  const database = openFor(io, loaded, where, check);
  let pending: readonly string[];
  try {
    pending = await database.pending();
    if (!check && pending.length > 0) await waiting(io, 'Migrating', database.migrate());
  } catch (thrown) {
    throw new StartError([unfit(where, thrown)]);
  } finally {
    await database.close();
  }
  if (options.json === true)
    print(io.stdout, JSON.stringify({ database: where, [check ? 'pending' : 'applied']: pending }));
  else tell(io, where, pending, check);
  if (check && pending.length > 0) fail();
}

/** To look does not make a file that is not there. */
function openFor(io: Io, { config, baseDir }: LoadedConfig, where: string, check: boolean): Database {
  const absent = check && typeof config.store.database === 'string' && !existsSync(where);
  const store = absent ? { ...config.store, database: ':memory:' } : config.store;
  return openAsItIs(io, { ...config, store }, baseDir);
}

function tell(io: Io, where: string, names: readonly string[], check: boolean): void {
  if (names.length === 0) print(io.stdout, `${where} is up to date.`);
  for (const name of names) print(io.stdout, name);
  if (names.length === 0) return;
  const count = `${names.length} ${names.length === 1 ? 'migration' : 'migrations'}`;
  print(io.stderr, check ? `${count} missing in ${where}: postern migrate` : `${count} applied to ${where}.`);
}
