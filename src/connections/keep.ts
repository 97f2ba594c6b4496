import type { Clock } from '../core/clock.ts';
import type { ConnectionRow, ConnectionTable } from '../core/connections.ts';
import type { Kept } from './credentials.ts';
import { type ConnectionWish, makeConnection, nextCredential } from './make.ts';
import type { Vault } from './vault.ts';

export interface KeepParts {
  readonly table: ConnectionTable;
  readonly vault: Vault;
  readonly clock: Clock;
}

export type KeptAccount =
  | { readonly kind: 'created' | 'changed'; readonly row: ConnectionRow }
  /** The name is that of an account at another place, or with a credential of another kind. */
  | { readonly kind: 'taken' };

/** Others write at the same time: so often it is looked again what is there. */
const ATTEMPTS = 3;
const MOST = 100;

/** Keeps an account that was connected, under its name: a new one, or the one that is there with another credential. */
export async function keepAccount(wish: ConnectionWish, kept: Kept, parts: KeepParts): Promise<KeptAccount> {
  const { table, vault, clock } = parts;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const known = await ownOf(wish, table);
    if (known === undefined) {
      const row = makeConnection(wish, kept, vault, clock.now());
      if (await table.insert(row)) return { kind: 'created', row };
      continue;
    }
    if (known.kind !== kept.kind || !isAt(known, wish)) return { kind: 'taken' };
    const write = { ...nextCredential(known, kept, vault, clock.now()), scopes: wish.scopes };
    if (await table.replace(known.id, known.version, write)) {
      return { kind: 'changed', row: { ...known, ...write, version: known.version + 1, state: 'connected' } };
    }
  }
  throw new Error('a connection that is written again and again');
}

/** A credential goes to no other place than the one that it is for. */
function isAt({ variables: known }: ConnectionRow, { variables = {} }: ConnectionWish): boolean {
  const names = new Set([...Object.keys(known), ...Object.keys(variables)]);
  return [...names].every((name) => known[name] === variables[name]);
}

async function ownOf(
  { tenant, upstream, subject, issuer, name }: ConnectionWish,
  table: ConnectionTable,
): Promise<ConnectionRow | undefined> {
  const rows = await table.usable({ tenant, upstream, subject, issuer, limit: MOST });
  return rows.find((row) => row.name === name && row.subject === subject && row.issuer === issuer);
}
