import type { KeyObject } from 'node:crypto';
import { createApiKey, matchesDigest, parseApiKey } from '../auth/api-key.ts';
import type { ApiKeyRow, Database } from '../core/database.ts';
import type { Io } from './io.ts';
import { noteAudit } from './note-audit.ts';
import type { LocalState } from './state.ts';

/**
 * The key of `--dev`: every scope, for ever, kept under `./.postern`, so that what was pasted into a client yesterday
 * still works today. A new one is made when the kept one is gone from the database, or belongs to another tenant.
 */
export async function devKey(
  io: Io,
  database: Database,
  pepper: KeyObject,
  state: LocalState,
  tenant: string,
): Promise<string> {
  const { keys } = database;
  const kept = state.devKey();
  const id = kept === undefined ? undefined : parseApiKey(kept);
  const row = id === undefined ? undefined : await keys.find(id);
  const good = row !== undefined && row.revokedAt === null && row.tenant === tenant;
  if (kept !== undefined && good && matchesDigest(kept, row.digest, pepper)) return kept;
  const wanted = { tenant, name: '--dev', scopes: ['*'], expiresAt: null, everyScope: true };
  const made = createApiKey(wanted, pepper, io.clock);
  await insert(io, database, made.row);
  state.keepDevKey(made.key);
  return made.key;
}

/** The key of a server that nobody set up: made when there is none yet but that of `--dev`, and kept nowhere. */
export async function firstKey(
  io: Io,
  database: Database,
  pepper: KeyObject,
  scopes: readonly string[],
): Promise<string | undefined> {
  if ((await database.keys.list()).some((row) => !row.scopes.includes('*'))) return undefined;
  const made = createApiKey({ tenant: 'default', name: 'first key', scopes, expiresAt: null }, pepper, io.clock);
  await insert(io, database, made.row);
  return made.key;
}

async function insert(io: Io, database: Database, row: ApiKeyRow): Promise<void> {
  const { id: keyId, tenant, name, scopes } = row;
  await database.keys.insert(row);
  await noteAudit(io, database, { event: 'key_created', actorKind: 'system', tenant, detail: { keyId, name, scopes } });
}
