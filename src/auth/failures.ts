import type { Clock } from '../core/clock.ts';
import { createFixedWindows } from '../lib/fixed-windows.ts';

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

/** Fixed windows in this process, for at most 10,000 failing parties. */
export function createFailures({ clock, max = 100, windowMs = 60_000 }: FailureLimit): Failures {
  const windows = createFixedWindows({ clock, max, windowMs });
  return { note: (of) => windows.count(of) };
}
