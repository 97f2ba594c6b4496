import type { Clock } from '../core/clock.ts';
import { PosternError } from '../core/errors.ts';
import type { Counts } from './counts.ts';
import type { Meter } from './meters.ts';
import type { Consume } from './window-limiter.ts';

/** After a count could not be asked, it is not asked again for so long: a store that hangs must not hold up every call. */
const REST_MS = 1_000;
/** A window of the calendar ends by each node's own clock; the count must outlive it on the slowest. */
const SLACK_MS = 3_600_000;

/** Asks shared counts, and counts here while they cannot be asked. */
export interface Asker {
  /** Whether counts are asked now. */
  awake(): boolean;
  /** Counts a call here alone; the next one that is asked about brings it along. */
  countHere(meter: Meter): void;
  /** Counts a call. @returns whether it is admitted. */
  ask(meter: Meter): Promise<boolean>;
}

/** @param unshared hears why a count could not be asked. */
export function createAsker(counts: Counts, clock: Clock, unshared: (thrown: unknown) => void): Asker {
  let restsUntil = Number.NEGATIVE_INFINITY;
  let loading: Promise<Consume> | undefined;
  /** The library is loaded by whoever limits calls. */
  const load = (): Promise<Consume> => {
    loading ??= import('./window-limiter.ts').then(({ createConsume }) => createConsume(counts, clock));
    return loading;
  };

  return {
    awake: () => clock.monotonic() >= restsUntil,
    countHere: (meter) => {
      meter.owed += 1;
    },
    ask: async (meter) => {
      const { key, calls: limit } = meter;
      const by = Math.max(0, 1 + meter.owed);
      meter.owed += 1 - by;
      meter.asked += by;
      try {
        const consume = await load();
        const { admitted, value, endsAt } = await consume({ key, by, limit, windowMs: windowOf(meter, clock.now()) });
        meter.value = value;
        if ('seconds' in meter.limit.window) meter.endsAt = endsAt;
        return admitted;
      } catch (thrown) {
        meter.owed += by;
        if (!isUnavailable(thrown)) throw thrown;
        restsUntil = clock.monotonic() + REST_MS;
        unshared(thrown);
        // What was known before it was asked left room for it.
        return true;
      } finally {
        meter.asked -= by;
      }
    },
  };
}

function windowOf({ limit, windowMs, endsAt }: Meter, now: number): number {
  return 'seconds' in limit.window ? windowMs : endsAt - now + SLACK_MS;
}

function isUnavailable(thrown: unknown): boolean {
  return thrown instanceof PosternError && thrown.code === 'unavailable';
}
