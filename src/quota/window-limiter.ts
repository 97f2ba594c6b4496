import RateLimiterRes from 'rate-limiter-flexible/lib/RateLimiterRes.js';
import RateLimiterStoreAbstract from 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js';
import type { Clock } from '../core/clock.ts';
import type { Counts } from './counts.ts';

type Counted = Awaited<ReturnType<Counts['increment']>>;

/** What an attempt came to: `value` calls have been counted until now, this one among them. */
export interface Attempt extends Counted {
  readonly admitted: boolean;
}

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

/** Counts one call, or several, towards a limit. */
export type Consume = (call: {
  readonly key: string;
  readonly by: number;
  readonly windowMs: number;
  readonly limit: number;
}) => Promise<Attempt>;

/** @returns a function that rejects with `unavailable` where the count cannot be asked. */
export function createConsume(counts: Counts, clock: Clock): Consume {
  // As many as there are different numbers in the config.
  const limiters = new Map<number, CountsLimiter>();
  return async ({ key, by, windowMs, limit }) => {
    const limiter = limiters.get(limit) ?? new CountsLimiter(limit, counts, clock);
    limiters.set(limit, limiter);
    const attempt = ({ consumedPoints, msBeforeNext }: RateLimiterRes, admitted: boolean): Attempt => ({
      admitted,
      value: consumedPoints,
      endsAt: clock.now() + msBeforeNext,
    });
    try {
      return attempt(await limiter.consume(key, by, { customDuration: windowMs / 1000 }), true);
    } catch (thrown) {
      // The library rejects with the numbers where the limit is met, and with an error where something failed.
      if (thrown instanceof RateLimiterRes) return attempt(thrown, false);
      throw thrown;
    }
  };
}
