import type { Clock } from '../core/clock.ts';

/** What {@link Deadlines.remove} takes back. */
export interface Deadline {
  readonly at: number;
  readonly task: () => void;
}

/**
 * Many tasks with one and the same delay, for one timer: entries come due in the order they were added, so only the
 * first of them needs waking for. Nearly all are taken back long before, which costs a deletion from a map.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #entries = new Set<Deadline>();
  #armed = false;

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  add(task: () => void): Deadline {
    const entry = { at: this.#clock.monotonic() + this.#delayMs, task };
    this.#entries.add(entry);
    if (!this.#armed) this.#arm(this.#delayMs);
    return entry;
  }

  remove(entry: Deadline): void {
    this.#entries.delete(entry);
  }

  #arm(delayMs: number): void {
    this.#armed = true;
    this.#clock.after(delayMs, () => this.#due());
  }

  #due(): void {
    this.#armed = false;
    const now = this.#clock.monotonic();
    for (const entry of this.#entries) {
      // Timers may fire a fraction early.
      if (entry.at > now + 1) {
        this.#arm(entry.at - now);
        return;
      }
      this.#entries.delete(entry);
      entry.task();
    }
  }
}
