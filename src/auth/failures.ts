import type { Clock } from '../core/clock.ts';
import { Lru } from '../lib/lru.ts';

export interface FailureLimit {
  readonly clock: Clock;
  /** How many failures in one window are answered as such. Default 100. */
  readonly max?: number;
  /** Milliseconds. Default 60,000. */
  readonly windowMs?: number;
}

/** Counts failures by who or what failed. */
export interface Failures {
  /** @returns the whole seconds to wait when there have been too many; nothing otherwise. */
  note(of: string): number | undefined;
}

interface Window {
  count: number;
  readonly endsAt: number;
}

/** Fixed windows in this process, for at most 10,000 failing parties. */
export function createFailures({ clock, max = 100, windowMs = 60_000 }: FailureLimit): Failures {
  const windows = new Lru<string, Window>({ max: 10_000 });
  return {
    note: (of) => {
      const now = clock.now();
      let window = windows.get(of);
      if (window === undefined || window.endsAt <= now) {
        window = { count: 0, endsAt: now + windowMs };
        windows.set(of, window);
      }
      window.count++;
      return window.count > max ? Math.ceil((window.endsAt - now) / 1000) : undefined;
    },
  };
}
