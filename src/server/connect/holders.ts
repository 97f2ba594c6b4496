import type { Holder } from '../../connections/ticket.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import type { Suspensions } from '../revoked/suspensions.ts';

export interface HoldersParts {
  readonly database: Pick<Database, 'keys' | 'adminKeys' | 'oauth'>;
  readonly suspensions: Pick<Suspensions, 'has'>;
  readonly clock: Clock;
}

/** Whether what somebody came with is good still. @throws PosternError `unavailable`, or as the database does */
export type IsGood = (holder: Holder) => Promise<boolean>;

/** Asked a few times for each connect URL: what it says is of this moment. */
export function createHolders({ database, suspensions, clock }: HoldersParts): IsGood {
  const { keys, adminKeys, oauth } = database;
  const stands = (row: { readonly revokedAt: number | null; readonly expiresAt: number | null } | undefined) =>
    row !== undefined && row.revokedAt === null && (row.expiresAt === null || row.expiresAt > clock.now());
  return async ({ key, adminKey, grant, client }) => {
    if (key !== undefined && !stands(await keys.find(key))) return false;
    if (adminKey !== undefined && !stands(await adminKeys.find(adminKey))) return false;
    if (grant !== undefined && !stands(await oauth.grants.find(grant))) return false;
    return client === undefined || !(await suspensions.has('client', client));
  };
}
