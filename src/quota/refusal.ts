import { PosternError } from '../core/errors.ts';
import type { RateLimit, RateLimitReading } from '../core/rate-limit.ts';
import type { Crowded } from './in-flight.ts';
import type { Meter } from './meters.ts';
import type { Limit } from './rules.ts';

/** A call that is not made, and the numbers that its caller is told. */
export interface Refused {
  readonly error: PosternError;
  readonly reading: RateLimitReading;
}

const CROWDED_RETRY_SECONDS = 1;

/** @param ended those at their end; at least one. @param all these among them: what the call would have been counted in. */
export function usedUp(ended: readonly Meter[], all: readonly Meter[], now: number): Refused {
  const seconds = (meter: Meter) => Math.max(1, Math.ceil((meter.endsAt - now) / 1000));
  // The one that lasts longest: before it ends, trying again is of no use.
  const last = ended.reduce((longest, meter) => (meter.endsAt > longest.endsAt ? meter : longest));
  const limits = all.map((meter): RateLimit => {
    const remaining = ended.includes(meter) ? 0 : Math.max(0, meter.calls - meter.value - meter.asked - meter.owed);
    const windowSeconds = meter.windowMs / 1000;
    return { policy: meter.limit.name, limit: meter.calls, remaining, resetSeconds: seconds(meter), windowSeconds };
  });
  const retryAfterSeconds = seconds(last);
  const code = 'period' in last.limit.window ? 'quota_exceeded' : 'rate_limited';
  const message = `This server takes ${count(last.calls)} ${windowOf(last.limit)} ${whose(last.limit)}, and they are used up.`;
  return { error: new PosternError(code, { message, retryAfterSeconds }), reading: { limits, retryAfterSeconds } };
}

export function crowded({ of, limit }: Crowded): Refused {
  const who = of === 'principal' ? 'one caller' : 'one tenant';
  const message = `This server works on ${count(limit)} of ${who} at the same time, and there are as many.`;
  const retryAfterSeconds = CROWDED_RETRY_SECONDS;
  const limits = [{ policy: 'in-flight', limit, remaining: 0, resetSeconds: retryAfterSeconds }];
  return {
    error: new PosternError('rate_limited', { message, retryAfterSeconds }),
    reading: { limits, retryAfterSeconds },
  };
}

function count(calls: number): string {
  return calls === 1 ? '1 call' : `${calls} calls`;
}

function windowOf({ window }: Limit): string {
  if ('period' in window) return `a ${window.period}`;
  return window.seconds === 1 ? 'a second' : `in ${window.seconds} seconds`;
}

function whose({ per }: Limit): string {
  const who = per.includes('principal') ? 'of one caller' : per.includes('client') ? 'of one client' : 'of one tenant';
  return per.includes('tool') ? `of one tool and ${who}` : who;
}
