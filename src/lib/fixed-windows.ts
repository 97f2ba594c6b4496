import type { Clock } from '../core/clock.ts';
import { Lru } from './lru.ts';

export interface FixedWindowsOptions {
  readonly clock: Clock;
  /** How much may be counted in one window. */
  readonly max: number;
  /** Milliseconds. */
  readonly windowMs: number;
}

/** Counts by whom or what, in windows that begin with the first count. */
export interface FixedWindows {
  /**
   * @param by how much. Default 1.
   * @returns the whole seconds to wait when there has been too much; nothing otherwise.
   */
  count(of: string, by?: number): number | undefined;
}

interface Window {
  count: number;
  readonly endsAt: number;
}

/** Windows in this process, for the last 10,000 that were counted. */
export function createFixedWindows({ clock, max, windowMs }: FixedWindowsOptions): FixedWindows {
  const windows = new Lru<string, Window>({ max: 10_000 });
  return {
    count: (of, by = 1) => {
      const now = clock.now();
      let window = windows.get(of);
      if (window === undefined || window.endsAt <= now) {
        window = { count: 0, endsAt: now + windowMs };
        windows.set(of, window);
      }
      window.count += by;
      return window.count > max ? Math.ceil((window.endsAt - now) / 1000) : undefined;
    },
  };
}
