import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';
import RateLimiterStoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js';
import type { Clock } from '../core/clock.ts';
import type { Counts } from './counts.ts';

type Counted = Awaited<ReturnType<Counts['increment']>>;

/**
 * rate-limiter-flexible over {@link Counts}. Its own stores want a client of Redis and a script in it, and its memory a
 * timer for each key; of what is used here, nothing reads a clock but ours.
 */
class CountsLimiter extends RateLimiterStoreAbstract {
  readonly #counts: Counts;
  readonly #clock: Clock;

  constructor(points: number, counts: Counts, clock: Clock) {
    super({ points, duration: 0, keyPrefix: '', storeClient: counts });
    this.#counts = counts;
    this.#clock = clock;
  }

  /** Called by the library, with the milliseconds of `customDuration`. */
  _upsert(key: string, points: number, windowMs: number): Promise<Counted> {
    return this.#counts.increment(key, points, windowMs, this.points);
  }

  /** Called by the library. */
  _getRateLimiterRes(_key: string, _points: number, { value, endsAt }: Counted): RateLimiterRes {
    return new RateLimiterRes(Math.max(0, this.points - value), endsAt - this.#clock.now(), value);
  }
}

/** Calls towards a limit. */
export interface Towards {
  readonly key: string;
  readonly by: number;
  readonly windowMs: number;
  readonly limit: number;
}

/** Whether there is room for a call, and how many have been counted, this one among them. */
export interface Attempt {
  readonly admitted: boolean;
  readonly value: number;
}

/** Limits over a count that is shared. Both reject with `unavailable` where it cannot be asked. */
export interface WindowLimiters {
  consume(towards: Towards): Promise<Attempt>;
  giveBack(towards: Towards): Promise<void>;
}

export function createWindowLimiters(counts: Counts, clock: Clock): WindowLimiters {
  // As many as there are different numbers in the config.
  const limiters = new Map<number, CountsLimiter>();
  const limiterOf = (limit: number): CountsLimiter => {
    const limiter = limiters.get(limit) ?? new CountsLimiter(limit, counts, clock);
    limiters.set(limit, limiter);
    return limiter;
  };
  return {
    consume: async ({ key, by, windowMs, limit }) => {
      try {
        const { consumedPoints } = await limiterOf(limit).consume(key, by, { customDuration: windowMs / 1000 });
        return { admitted: true, value: consumedPoints };
      } catch (thrown) {
        // The library rejects with the numbers where the limit is met, and with an error where something failed.
        if (thrown instanceof RateLimiterRes) return { admitted: false, value: thrown.consumedPoints };
        throw thrown;
      }
    },
    giveBack: async ({ key, by, windowMs, limit }) => {
      await limiterOf(limit).reward(key, by, { customDuration: windowMs / 1000 });
    },
  };
}
