import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import type { Clock } from '../../core/clock.ts';
import { auditShares, deleteOldestAudit, startOfNewestAudit } from './audit.ts';
import { deleteOldestCalls, startOfNewestCalls } from './calls.ts';
import type { Schema } from './schema.ts';
import { type Shares, shortenings } from './shares.ts';
import { deleteOldestDeliveries, deliveryShares, startOfNewestDeliveries } from './webhook-deliveries.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Small enough that a request never waits for more than a few milliseconds. */
const ROWS_A_STEP = 1_000;

export interface Retention {
  /** Rows older than this many days are deleted. Default 30 for calls, 365 for the audit trail. */
  readonly days?: number;
  /** This many are kept, give or take a twentieth. Default 1,000,000. */
  readonly rows?: number;
}

/** A table that grows at its end and is shortened at its beginning. */
interface Shortened {
  /** @returns whether there may be more. */
  readonly deleteOldest: (db: Kysely<Schema>, limit: number, before: number) => Promise<boolean>;
  readonly startOfNewest: (db: Kysely<Schema>, count: number) => Promise<number | undefined>;
  /** How it is shared among tenants. Default: of all rows, whosever they are, the newest are kept. */
  readonly shares?: Shares;
  readonly days: number;
}

export const CALLS: Shortened = { deleteOldest: deleteOldestCalls, startOfNewest: startOfNewestCalls, days: 30 };
export const AUDIT: Shortened = {
  deleteOldest: deleteOldestAudit,
  startOfNewest: startOfNewestAudit,
  shares: auditShares,
  days: 365,
};
export const DELIVERIES: Shortened = {
  deleteOldest: deleteOldestDeliveries,
  startOfNewest: startOfNewestDeliveries,
  shares: deliveryShares,
  days: 30,
};
/** What ended before its time, once every node has read it. */
export const ENDS: Shortened = {
  deleteOldest: async (db, _limit, before) => {
    await db.deleteFrom('oauth_revocations').where('expires_at', '<', before).execute();
    return false;
  },
  startOfNewest: async () => undefined,
  days: 0,
};
/** What nobody fetches, because no server delivers it, must not fill a disk either. */
export const DELIVERIES_KEPT: Retention = { rows: 100_000 };

export interface Pruner {
  /** Notes rows that were added; every so many set off a pruning. */
  added(rows: number): void;
  /** Deletes what is too old or too much, now. */
  prune(): Promise<void>;
  /** Stops, and waits for a pruning under way. */
  close(): Promise<void>;
}

/**
 * Keeps a table within its bounds, every hour and after every so many rows. A failure costs nothing but the
 * turn: the next one deletes what this one did not.
 */
export function createPruner(
  db: Kysely<Schema>,
  clock: Clock,
  table: Shortened,
  { days = table.days, rows: maxRows = 1_000_000 }: Retention = {},
): Pruner {
  const step = Math.max(ROWS_A_STEP, Math.floor(maxRows / 20));
  let since = 0;
  let closed = false;
  let running: Promise<void> | undefined;

  const work = async (): Promise<void> => {
    // A time, not a number of rows: nodes that prune at once delete the same rows and no more.
    const tooMany = (await table.startOfNewest(db, maxRows)) ?? 0;
    const tooOld = clock.now() - days * DAY_MS;
    const before = table.shares === undefined ? Math.max(tooMany, tooOld) : tooOld;
    while (!closed && (await table.deleteOldest(db, ROWS_A_STEP, before))) await nextTurn();
    if (table.shares !== undefined && tooMany > tooOld) await share(table.shares);
  };
  const share = async ({ parts, startOfNewest, deleteOldest }: Shares): Promise<void> => {
    for (const part of shortenings(await parts(db), maxRows)) {
      const start = part.keep === 0 ? Number.MAX_SAFE_INTEGER : await startOfNewest(db, part, part.keep);
      if (start === undefined) continue;
      while (!closed && (await deleteOldest(db, part, ROWS_A_STEP, start))) await nextTurn();
    }
  };
  const prune = (): Promise<void> => {
    since = 0;
    running ??= work().finally(() => {
      running = undefined;
    });
    return running;
  };
  const inBackground = (): void => void prune().catch(() => undefined);

  let cancel = clock.after(HOUR_MS, function again() {
    inBackground();
    cancel = clock.after(HOUR_MS, again);
  });

  return {
    added: (rows) => {
      since += rows;
      if (since >= step && !closed) inBackground();
    },
    prune,
    close: async () => {
      closed = true;
      cancel();
      await running?.catch(() => undefined);
    },
  };
}
