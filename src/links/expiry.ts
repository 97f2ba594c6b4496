import type { Clock } from '../core/clock.ts';
import type { LinkRow, LinkTable } from '../core/links.ts';

const EVERY_MS = 60_000;
/** Small enough that a request never waits for more than a few milliseconds. */
const ROWS_A_STEP = 500;

export interface ExpiryParts {
  readonly table: Pick<LinkTable, 'prune'>;
  readonly clock: Clock;
  /** Hears of each link that this process deleted after its end. Of several processes, one hears of it. */
  readonly expired: (row: LinkRow) => void;
}

/** Deletes links that have expired, every minute: nobody can use them by then, and nothing of them is to stay. */
export function expireLinks({ table, clock, expired }: ExpiryParts): { close(): Promise<void> } {
  let closed = false;
  let running: Promise<void> = Promise.resolve();

  const work = async (): Promise<void> => {
    for (let found = ROWS_A_STEP; found === ROWS_A_STEP && !closed; ) {
      const rows = await table.prune(clock.now(), ROWS_A_STEP);
      for (const row of rows) expired(row);
      found = rows.length;
    }
  };
  // What fails now is done by the next turn.
  let cancel = clock.after(EVERY_MS, function again() {
    running = work().catch(() => undefined);
    cancel = clock.after(EVERY_MS, again);
  });

  return {
    close: async () => {
      closed = true;
      cancel();
      await running;
    },
  };
}
