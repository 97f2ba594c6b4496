import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { OAuthRevocationTable } from '../../core/oauth-tables.ts';
import { createFollower } from '../../lib/follower.ts';

/** What each node listens to: a hint that something has ended, and what. */
export const REVOKED_CHANNEL = 'oauth:revoked';
/** A message that is lost costs this long at the most, in milliseconds. */
const POLL_MS = 750;
/** How far the clocks of two nodes may be apart, and a write take, in milliseconds. */
const OVERLAP_MS = 30_000;
const PRUNE_EVERY = 100;

/**
 * What was revoked before it expired, on this node and all others: access tokens are signed and stored nowhere, so
 * each node looks here with every request. The database has it for good, the cache brings it at once, and whoever
 * missed a message reads the database again.
 */
export interface Revocations {
  revokeGrant(gid: string): Promise<void>;
  /** @param tokenId the `jti` of one access token. */
  revokeToken(tokenId: string): Promise<void>;
  isRevoked(gid: string | undefined, tokenId: string | undefined): boolean;
  /** Reads what is revoked, and follows what comes. @throws PosternError `unavailable`. */
  start(): Promise<void>;
  close(): Promise<void>;
}

export interface RevocationsParts {
  readonly table: OAuthRevocationTable;
  readonly cache: Cache;
  readonly clock: Clock;
  /** How long an access token may live, skew included, in milliseconds: what was revoked longer ago is dead. */
  readonly tokenMs: number;
  /** Hears why the database could not be asked; it will be again. */
  readonly failed: (thrown: unknown) => void;
}

export function createRevocations(parts: RevocationsParts): Revocations {
  const { table, cache, clock, tokenMs } = parts;
  /** Until when each must be remembered. */
  const revoked = new Map<string, number>();
  let readUntil = 0;
  let polls = 0;

  const read = async (): Promise<void> => {
    const now = clock.now();
    for (const { id, expiresAt } of await table.since(readUntil - OVERLAP_MS, now)) revoked.set(id, expiresAt);
    readUntil = now;
    for (const [id, expiresAt] of revoked) if (expiresAt <= now) revoked.delete(id);
    if (++polls % PRUNE_EVERY === 0) await table.prune(now);
  };
  const add = async (id: string): Promise<void> => {
    const at = clock.now();
    const expiresAt = at + tokenMs;
    revoked.set(id, expiresAt);
    await table.add({ id, at, expiresAt });
    // Whoever does not hear it reads it within seconds.
    await cache.publish(REVOKED_CHANNEL, id).catch(parts.failed);
  };
  const follower = createFollower({
    ...{ cache, clock, read, channel: REVOKED_CHANNEL, everyMs: POLL_MS, failed: parts.failed },
    hear: (id) => void revoked.set(id, clock.now() + tokenMs),
    missed: () => void read().catch(parts.failed),
  });

  return {
    revokeGrant: (gid) => add(`grant:${gid}`),
    revokeToken: (tokenId) => add(`token:${tokenId}`),
    isRevoked: (gid, tokenId) => {
      if (revoked.size === 0) return false;
      return (
        (gid !== undefined && revoked.has(`grant:${gid}`)) || (tokenId !== undefined && revoked.has(`token:${tokenId}`))
      );
    },
    start: follower.start,
    close: follower.close,
  };
}
