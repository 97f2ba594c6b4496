import type { Clock } from '../core/clock.ts';
import type { ConnectionRow, ConnectionTable } from '../core/connections.ts';
import type { Refreshed } from './refresh.ts';

const EVERY_MS = 60_000;
/** What ends before the next round but one is had anew now. */
const AHEAD_MS = 2 * EVERY_MS;
/** What ended longer ago than this is had anew by the first call that wants it. */
const BEHIND_MS = 10 * 60_000;
/** So many in a round, one after the other: nobody waits for them. */
const MOST = 200;

export interface SweepParts {
  readonly table: Pick<ConnectionTable, 'ending'> & { readonly pending: Pick<ConnectionTable['pending'], 'forget'> };
  readonly clock: Clock;
  readonly upstream: string;
  readonly refresh: (row: ConnectionRow) => Promise<Refreshed>;
  /** Hears why it could not be looked; it will be again. */
  readonly failed: (thrown: unknown) => void;
}

/**
 * Has tokens anew before they end, so that no call waits for it, and so that an account that is lost is known to be
 * before it is needed; and forgets accounts that nobody said the code of in time. Every node does; of one account's refresh there is one at a time (`refresh.ts`).
 *
 * @returns what ends it.
 */
export function sweepEnding({ table, clock, upstream, refresh, failed }: SweepParts): () => Promise<void> {
  let closed = false;
  let running: Promise<void> | undefined;
  let cancel: () => void = () => undefined;

  const round = async (): Promise<void> => {
    const now = clock.now();
    await table.pending.forget(now);
    const rows = await table.ending({ upstream, from: now - BEHIND_MS, until: now + AHEAD_MS, limit: MOST });
    for (const row of rows) {
      if (closed) return;
      if (isDue(row, now)) await refresh(row);
    }
  };
  const wait = (): void => {
    if (closed) return;
    cancel = clock.after(EVERY_MS, () => {
      running = round().catch(failed).finally(wait);
    });
  };
  wait();
  return async () => {
    closed = true;
    cancel();
    await running;
  };
}

/** One that lives for a minute is not had anew as soon as it is there. */
function isDue({ endsAt, updatedAt }: ConnectionRow, now: number): boolean {
  return endsAt !== null && endsAt - now <= (endsAt - updatedAt) / 2;
}
