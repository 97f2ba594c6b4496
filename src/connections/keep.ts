import type { Clock } from '../core/clock.ts';
import type { ConnectionRow, ConnectionTable } from '../core/connections.ts';
import { addConnection, isFull } from './add.ts';
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
  | { readonly kind: 'taken' }
  /** Its owner may have no more. */
  | { readonly kind: 'full' }
  /** What it was to replace is not there as it was. */
  | { readonly kind: 'moved' };

/** An account as it was at some time; no token that is had anew makes it another. Null for none. */
export type Seen = Pick<ConnectionRow, 'id' | 'connectedAt'> | null;

/** Others write at the same time: so often it is looked again what is there. */
const ATTEMPTS = 3;

/**
 * Keeps an account that was connected, under its name: a new one, or the one that is there with another credential.
 * @param over what it is to replace. Default: whatever is there.
 */
export async function keepAccount(
  wish: ConnectionWish,
  kept: Kept,
  parts: KeepParts,
  over?: Seen,
): Promise<KeptAccount> {
  const { table, vault, clock } = parts;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const known = await table.named(wish);
    if (over !== undefined && !isAsSeen(known, over)) return { kind: 'moved' };
    if (known === undefined) {
      const row = makeConnection(wish, kept, vault, clock.now());
      const added = await addConnection(table, row);
      if (added === 'added') return { kind: 'created', row };
      if (added === 'full') return { kind: 'full' };
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

/** What {@link keepAccount} would say right now, for somebody who is still there to be told; nothing where it would keep it. */
export async function whyNotKept(
  wish: ConnectionWish,
  kept: Kept,
  { table }: Pick<KeepParts, 'table'>,
  over: Seen,
): Promise<'taken' | 'full' | 'moved' | undefined> {
  const known = await table.named(wish);
  if (!isAsSeen(known, over)) return 'moved';
  if (known === undefined) return (await isFull(table, wish)) ? 'full' : undefined;
  return known.kind === kept.kind && isAt(known, wish) ? undefined : 'taken';
}

/** A credential goes to no other place than the one that it is for. */
function isAt({ variables: known }: ConnectionRow, { variables = {} }: ConnectionWish): boolean {
  const names = new Set([...Object.keys(known), ...Object.keys(variables)]);
  return [...names].every((name) => known[name] === variables[name]);
}

export function seenAs(row: ConnectionRow | undefined): Seen {
  return row === undefined ? null : { id: row.id, connectedAt: row.connectedAt };
}

/** Whether there is now what there was then. */
export function isAsSeen(row: ConnectionRow | undefined, seen: Seen): boolean {
  return row?.id === seen?.id && row?.connectedAt === seen?.connectedAt;
}
