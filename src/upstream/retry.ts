import type { Signal } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { cancelled, Unanswered } from '../lib/egress-exchange.ts';

/** Between the two attempts, in milliseconds: short, since the usual cause is one connection that had been closed. */
const LEAST_PAUSE_MS = 10;
const MORE_PAUSE_MS = 90;

/** Methods of which two have the effect of one (RFC 9110 §9.2.2). */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY']);

/** Whether a request may be sent twice: by its method, or because it carries a key by which the API knows it again. */
export function isIdempotent(method: string, hasKey: boolean): boolean {
  return hasKey || IDEMPOTENT.has(method);
}

export interface RetryParts {
  readonly clock: Clock;
  /** From 0 to 1, as `Math.random`. */
  random(): number;
}

export interface Attempts {
  /** Milliseconds for both attempts and what is between them. */
  readonly limitMs: number;
  readonly signal?: Signal;
}

/** Makes an attempt, and where it may, a second one. @param attempt is told how many milliseconds are left. */
export type Retry = <T>(attempt: (leftMs: number) => Promise<T>, attempts: Attempts) => Promise<T>;

/**
 * Tries a second time, once, where the connection failed before a byte of the answer had come, and only within the time
 * of the first. An answer is never tried again, whatever it says: limits are the caller's to see.
 */
export function createRetry({ clock, random }: RetryParts): Retry {
  return async (attempt, { limitMs, signal }) => {
    const end = clock.monotonic() + limitMs;
    try {
      return await attempt(limitMs);
    } catch (error) {
      const pauseMs = LEAST_PAUSE_MS + random() * MORE_PAUSE_MS;
      const hopeless = signal?.aborted === true || clock.monotonic() + pauseMs >= end;
      if (!(error instanceof Unanswered) || hopeless) throw error;
      await pause(clock, pauseMs, signal);
      return attempt(end - clock.monotonic());
    }
  };
}

function pause(clock: Clock, ms: number, signal: Signal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      stop();
      if (signal !== undefined) reject(cancelled(signal));
    };
    const stop = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
