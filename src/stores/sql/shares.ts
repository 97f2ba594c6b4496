import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** Rows of one tenant, or of none, that are kept as long as each other. */
export interface Part {
  readonly tenant: string | null;
  /** Nothing where a table has no such thing. */
  readonly state?: string;
  readonly count: number;
}

/** How a table that is shortened is shared among tenants. */
export interface Shares {
  /** Of one tenant, what is kept the longest first. */
  readonly parts: (db: Kysely<Schema>) => Promise<readonly Part[]>;
  /** When the oldest of the newest so many of a part was made; nothing where there are fewer. */
  readonly startOfNewest: (db: Kysely<Schema>, part: Part, count: number) => Promise<number | undefined>;
  /** Deletes up to `limit` rows of a part that are older than a time, the oldest first. @returns whether there may be more. */
  readonly deleteOldest: (db: Kysely<Schema>, part: Part, limit: number, before: number) => Promise<boolean>;
}

/** A part, and how many of its rows may stay. */
export interface Shortening extends Part {
  readonly keep: number;
}

/**
 * What has to go for so many rows to stay, so that whoever adds many loses their own rows and nobody else's: who has no
 * more than an equal share keeps all of it.
 *
 * @param parts of one tenant, what is kept the longest first.
 */
export function shortenings(parts: readonly Part[], most: number): Shortening[] {
  const byTenant = Map.groupBy(parts, ({ tenant }) => tenant);
  const share = equalShare(
    [...byTenant.values()].map((theirs) => theirs.reduce((sum, { count }) => sum + count, 0)),
    most,
  );
  return [...byTenant.values()].flatMap((theirs) => {
    let left = share;
    return theirs.flatMap((part) => {
      const keep = Math.min(part.count, left);
      left -= keep;
      return keep < part.count ? [{ ...part, keep }] : [];
    });
  });
}

/** How many each may have of `most`, where what some do not want is shared among the others. */
function equalShare(counts: readonly number[], most: number): number {
  let left = most;
  for (const [index, count] of counts.toSorted((one, other) => one - other).entries()) {
    const share = Math.floor(left / (counts.length - index));
    if (count > share) return share;
    left -= count;
  }
  return Number.POSITIVE_INFINITY;
}
