import type { Clock } from '../core/clock.ts';
import { PosternError } from '../core/errors.ts';
import type { Counts } from './counts.ts';
import { hasRoom, type Meter } from './meters.ts';
import type { Towards, WindowLimiters } from './window-limiter.ts';

/** After a count could not be asked, none of its store is for so long: one that hangs must not hold up every call. */
const REST_MS = 1_000;
/** So long, one call in a second finds out whether there is room again. */
const ASK_AGAIN_MS = 1_000;
/** A window ends by each node's own clock, and its count must outlive it on the slowest. */
const SLACK_MS = 60_000;

/** Asks shared counts, and counts here while they cannot be asked. */
export interface Asker {
  /** Whether a count that is used up as far as is known here is asked all the same, so that what others gave back is found. */
  mayAskAgain(meter: Meter): boolean;
  /** Counts a call. @returns whether there was room for it; at once where that is decided here. */
  count(meter: Meter): boolean | Promise<boolean>;
  /** Takes back a call that was counted and is not made. */
  giveBack(meter: Meter): void;
}

/** @param unshared hears why counts could not be asked. */
export function createAsker(counts: Counts, clock: Clock, unshared: (thrown: unknown) => void): Asker {
  let restsUntil = Number.NEGATIVE_INFINITY;
  let loading: Promise<WindowLimiters> | undefined;
  /** The library is loaded by whoever limits calls. */
  const limiters = (): Promise<WindowLimiters> => {
    loading ??= import('./window-limiter.ts').then(({ createWindowLimiters }) => createWindowLimiters(counts, clock));
    return loading;
  };
  const awake = (): boolean => clock.monotonic() >= restsUntil;
  const towards = ({ key, calls: limit, endsAt }: Meter, by: number): Towards => {
    return { key, by, limit, windowMs: endsAt - clock.now() + SLACK_MS };
  };

  const ask = async (meter: Meter, by: number, room: boolean): Promise<boolean> => {
    try {
      const { admitted, value } = await (await limiters()).consume(towards(meter, by));
      meter.value = value;
      if (value >= meter.calls) meter.askAgainAt = clock.monotonic() + ASK_AGAIN_MS;
      return admitted;
    } catch (thrown) {
      meter.owed += by;
      if (!isUnavailable(thrown)) throw thrown;
      restsUntil = clock.monotonic() + REST_MS;
      unshared(thrown);
      return room;
    } finally {
      meter.asked -= by;
    }
  };

  const tellBack = async (meter: Meter, by: number): Promise<void> => {
    try {
      await (await limiters()).giveBack(towards(meter, by));
    } catch (thrown) {
      // It may have been given back all the same; to do it twice would let one call too many in.
      unshared(thrown);
    }
  };

  return {
    mayAskAgain: (meter) => meter.asked === 0 && clock.monotonic() >= meter.askAgainAt && awake(),
    count: (meter) => {
      const room = hasRoom(meter);
      if (!awake()) {
        meter.owed += 1;
        return room;
      }
      const now = meter.owed === 0 ? counts.incrementNow?.(meter.key, meter.calls) : undefined;
      if (now !== undefined) {
        meter.value = now;
        return true;
      }
      const by = 1 + meter.owed;
      meter.owed = 0;
      meter.asked += by;
      return ask(meter, by, room);
    },
    giveBack: (meter) => {
      meter.owed -= 1;
      if (meter.owed >= 0 || !awake() || meter.endsAt <= clock.now()) return;
      const by = -meter.owed;
      meter.owed = 0;
      meter.value -= by;
      void tellBack(meter, by);
    },
  };
}

function isUnavailable(thrown: unknown): boolean {
  return thrown instanceof PosternError && thrown.code === 'unavailable';
}
