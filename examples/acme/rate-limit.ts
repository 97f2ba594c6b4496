import type { MiddlewareHandler } from 'hono';
import type { AcmeEnv } from './app.ts';
import { Problem } from './errors.ts';

/**
 * Lets each organisation through `quota` times in a window of `windowSeconds`, and says in every answer how often
 * it still may (draft-ietf-httpapi-ratelimit-headers).
 */
export function rateLimit(quota: number, windowSeconds: number, now: () => Date): MiddlewareHandler<AcmeEnv> {
  const windows = new Map<string, { count: number; readonly endsAt: number }>();
  return async (c, next) => {
    const at = now().getTime();
    let window = windows.get(c.var.organization);
    if (window === undefined || window.endsAt <= at) {
      window = { count: 0, endsAt: at + windowSeconds * 1000 };
      windows.set(c.var.organization, window);
    }
    window.count += 1;
    const reset = Math.ceil((window.endsAt - at) / 1000);
    c.header('RateLimit-Policy', `"reports";q=${quota};w=${windowSeconds}`);
    c.header('RateLimit', `"reports";r=${Math.max(0, quota - window.count)};t=${reset}`);
    if (window.count > quota) {
      c.header('Retry-After', String(reset));
      throw new Problem(429, 'Too many requests', `This report may be asked for ${quota} times in ${windowSeconds} s.`);
    }
    await next();
  };
}
