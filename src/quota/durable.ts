import type { Clock } from '../core/clock.ts';
import type { QuotaTable } from '../core/database.ts';
import type { Counts } from './counts.ts';

/** Calls that were counted in the database before they are made. */
interface Reserve {
  readonly endsAt: number;
  /** The count, with the calls that were made. */
  used: number;
  /** The count, with those that may be made too. */
  upTo: number;
  /** The reservation that is being made. */
  filling?: Promise<void>;
}

/** A hundredth of the limit is reserved at once: so much may be lost with a process that is killed. */
const SHARES = 100;
const LARGEST_SHARE = 1_000;
const PRUNE_EVERY_MS = 3_600_000;
const PRUNED_AT_ONCE = 10_000;

/** {@link Counts} that a restart does not forget. */
export interface DurableCounts extends Counts {
  /** Gives back what was reserved and not used. */
  close(): Promise<void>;
}

/**
 * Counts in the database, a hundredth of the limit at a time: calls are counted there before they are made, so most of
 * them cost no statement, and no number of processes makes more of them than the limit. One that is killed takes with
 * it what it had reserved.
 *
 * @param max counts that have a reserve; the oldest one is given back for one more.
 */
export function durableCounts(table: QuotaTable, clock: Clock, max: number): DurableCounts {
  const reserves = new Map<string, Reserve>();
  let pruneAt = Number.NEGATIVE_INFINITY;

  const giveBack = async (key: string, reserve: Reserve): Promise<void> => {
    reserves.delete(key);
    const left = reserve.upTo - reserve.used;
    reserve.used = reserve.upTo;
    if (left > 0) await table.add(key, -left, reserve.endsAt).catch(() => undefined);
  };

  const fill = async (key: string, reserve: Reserve, calls: number): Promise<void> => {
    const sum = await table.add(key, calls, reserve.endsAt);
    // Others may have reserved in between: what was left here goes before what is new.
    reserve.used = sum - calls - (reserve.upTo - reserve.used);
    reserve.upTo = sum;
  };

  const prune = (): void => {
    const now = clock.now();
    if (now < pruneAt) return;
    pruneAt = now + PRUNE_EVERY_MS;
    for (const [key, { endsAt }] of reserves) if (endsAt < now) reserves.delete(key);
    table.prune(now, PRUNED_AT_ONCE).catch(() => undefined);
  };

  const begin = (key: string, windowMs: number): Reserve => {
    prune();
    const oldest = reserves.size < max ? undefined : reserves.entries().next().value;
    if (oldest !== undefined) void giveBack(...oldest);
    const reserve: Reserve = { endsAt: clock.now() + windowMs, used: 0, upTo: 0 };
    reserves.set(key, reserve);
    return reserve;
  };

  return {
    incrementNow: (key, limit) => {
      const reserve = reserves.get(key);
      if (reserve === undefined || reserve.used >= Math.min(reserve.upTo, limit)) return undefined;
      reserve.used += 1;
      return reserve.used;
    },
    increment: async (key, by, windowMs, limit) => {
      const reserve = reserves.get(key) ?? begin(key, windowMs);
      const share = Math.min(LARGEST_SHARE, Math.max(1, Math.floor(limit / SHARES)));
      // With the limit reserved there is nothing more to reserve: the call is one too many.
      while (reserve.upTo === 0 || (reserve.used + by > reserve.upTo && reserve.upTo <= limit)) {
        reserve.filling ??= fill(key, reserve, Math.max(share, by)).finally(() => {
          reserve.filling = undefined;
        });
        await reserve.filling;
      }
      // One too many is counted as well, as every count does: who asked gives it back.
      reserve.used += by;
      return { value: reserve.used, endsAt: reserve.endsAt };
    },
    close: async () => {
      await Promise.all([...reserves].map(([key, reserve]) => giveBack(key, reserve)));
    },
  };
}
