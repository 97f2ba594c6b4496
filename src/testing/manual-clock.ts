import type { Clock } from '../core/clock.ts';

/** A clock that stands still until it is told to go on. */
export interface ManualClock extends Clock {
  /**
   * Moves time forward and runs the timers that come due, in order, each at its own time. What a timer sets off
   * (promises, new timers within the span) has run when the returned promise resolves.
   */
  advance(ms: number): Promise<void>;
  /** How many timers are waiting. */
  pending(): number;
}

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** @param start milliseconds since the epoch. Default: 2026-01-01T00:00:00Z. */
export function manualClock(start = Date.UTC(2026, 0, 1)): ManualClock {
  let now = start;
  const timers = new Set<Timer>();

  const nextDue = (until: number): Timer | undefined => {
    let next: Timer | undefined;
    for (const timer of timers) if (timer.at <= until && (next === undefined || timer.at < next.at)) next = timer;
    return next;
  };

  return {
    now: () => now,
    monotonic: () => now - start,
    after: (delayMs, task) => {
      const timer = { at: now + Math.max(0, delayMs), task };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance: async (ms) => {
      const until = now + ms;
      await settle();
      for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.task();
        await settle();
      }
      now = until;
    },
    pending: () => timers.size,
  };
}

/** The event loop reaches `setImmediate` only when no promise is left to run. */
function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
