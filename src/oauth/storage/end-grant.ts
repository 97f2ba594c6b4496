import type { Clock } from '../../core/clock.ts';
import type { OAuthTables } from '../../core/oauth-tables.ts';
import type { Revocations } from './revocations.ts';

export interface EndGrantParts {
  readonly tables: Pick<OAuthTables, 'grants' | 'refreshTokens'>;
  readonly revocations: Pick<Revocations, 'revokeGrant'>;
  readonly clock: Clock;
}

/** Ends a grant and all its tokens. @returns whether this very call did. */
export async function endGrant(parts: EndGrantParts, gid: string, reason: string): Promise<boolean> {
  const { tables, revocations, clock } = parts;
  // First what every node follows: should the rest fail, the tokens are dead all the same.
  await revocations.revokeGrant(gid);
  const ours = await tables.grants.revoke(gid, clock.now(), reason);
  await tables.refreshTokens.deleteOfGrant(gid);
  return ours;
}
