import type { Vault } from '../../connections/vault.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import type { SuspendedKind } from '../../core/suspensions.ts';
import { createHolders } from './holders.ts';
import { createPending, type PendingAccounts } from './pending.ts';

/** The accounts that wait for their codes, for a command that works on the database beside the servers. */
export function pendingBeside(ground: {
  readonly database: Pick<Database, 'connections' | 'suspensions' | 'keys' | 'adminKeys' | 'oauth'>;
  readonly vault: Vault;
  readonly clock: Clock;
  /** At least 32 bytes. */
  readonly master: Uint8Array;
}): PendingAccounts {
  const { database, clock } = ground;
  const has = async (kind: SuspendedKind, id: string) => (await database.suspensions.find(kind, id)) !== undefined;
  return createPending({
    ...ground,
    table: database.connections,
    suspended: (tenant) => has('tenant', tenant),
    isGood: createHolders({ database, suspensions: { has }, clock }),
  });
}
