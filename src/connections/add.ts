import type { ConnectionName, ConnectionRow, ConnectionTable } from '../core/connections.ts';

/** How many accounts the tenant, and each of its users, may have at an upstream: among more, nobody could choose. */
export const MOST_OF_OWNER = 50;
/** How many there may be in a tenant at an upstream, of all its users. */
export const MOST_OF_TENANT = 50_000;

/** `taken`: its owner has one of that name. `full`: there may be no more. */
export type Added = 'added' | 'taken' | 'full';

/** Keeps a new connection, where there may be one more. */
export async function addConnection(
  table: Pick<ConnectionTable, 'insert' | 'named' | 'count'>,
  row: ConnectionRow,
): Promise<Added> {
  if (await isFull(table, row)) return (await table.named(row)) === undefined ? 'full' : 'taken';
  return (await table.insert(row)) ? 'added' : 'taken';
}

/** Whether there may be none more. */
export async function isFull(
  table: Pick<ConnectionTable, 'count'>,
  { tenant, upstream, subject, issuer }: Pick<ConnectionName, 'tenant' | 'upstream' | 'subject' | 'issuer'>,
): Promise<boolean> {
  const owner = { subject, issuer };
  return (
    (await table.count({ tenant, upstream, owner, most: MOST_OF_OWNER })) >= MOST_OF_OWNER ||
    (await table.count({ tenant, upstream, most: MOST_OF_TENANT })) >= MOST_OF_TENANT
  );
}
