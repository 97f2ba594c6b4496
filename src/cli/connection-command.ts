import type { Vault } from '../connections/vault.ts';
import type { ConnectionRow } from '../core/connections.ts';
import type { Database } from '../core/database.ts';
import { type LoadedConfig, loadConfig } from '../server/config/load.ts';
import { StartError } from '../server/config/problem.ts';
import { vaultOf } from '../server/credentials/vault.ts';
import type { Io } from './io.ts';
import { noteAudit } from './note-audit.ts';
import { masterOf } from './setup.ts';
import { LocalState } from './state.ts';
import { openDatabase } from './stores.ts';

/** What the commands about connections are given. */
export interface Options {
  readonly config?: string;
  readonly json?: boolean;
}

export interface Opened {
  readonly database: Database;
  readonly vault: Vault;
  readonly loaded: LoadedConfig;
  readonly master: Uint8Array;
}

/** Opens what they work on, for as long as they do. @throws StartError */
export async function withVault(io: Io, options: Options, work: (opened: Opened) => Promise<void>): Promise<void> {
  const loaded = await loadConfig(options.config, io);
  const master = Buffer.from(masterOf(loaded, new LocalState(loaded.baseDir)).reveal());
  const vault = vaultOf(loaded.config, master);
  const database = await openDatabase(io, loaded.config, loaded.baseDir);
  try {
    await work({ database, vault, loaded, master });
  } finally {
    await database.close();
  }
}

/** @throws StartError */
export function refuseHalfUser({ user, issuer }: { readonly user?: string; readonly issuer?: string }): void {
  if ((user === undefined) === (issuer === undefined)) return;
  throw new StartError([{ where: '--user', found: 'one of --user and --issuer', wanted: 'both, or neither' }]);
}

/** Writes into the audit trail what was done to a connection. */
export async function noteConnection(
  io: Io,
  database: Database,
  event: 'connection_created' | 'connection_changed' | 'connection_deleted',
  { id, tenant, upstream, name, kind }: ConnectionRow,
): Promise<void> {
  await noteAudit(io, database, { event, tenant, detail: { id, upstream, name, kind } });
}

/** A row for scripts, without the credential. */
export function facts(row: ConnectionRow) {
  const { sealed: _, connectedAt: __, createdAt, updatedAt, ...shown } = row;
  return { ...shown, createdAt: new Date(createdAt).toISOString(), updatedAt: new Date(updatedAt).toISOString() };
}
