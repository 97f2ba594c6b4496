import type { Clock } from '../core/clock.ts';

/** A task that waits. It knows its neighbours, so that it can leave from the middle of the line. */
export interface Deadline {
  readonly at: number;
  readonly task: () => void;
  waiting: boolean;
  before: Deadline | undefined;
  after: Deadline | undefined;
}

/**
 * Many tasks with one and the same delay, for one timer: they come due in the order they were added, so only the first
 * of them needs waking for. Nearly all are taken back long before.
 *
 * A list and not a `Set`: one that is never empty grows a new table every few dozen deletions, and each dead table in
 * V8's old generation keeps the next alive, with all that was in it. Every request would then live until the next
 * major collection.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #delayMs: number;
  #first: Deadline | undefined;
  #last: Deadline | undefined;
  #armed = false;

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  /** @returns what {@link remove} takes. */
  add(task: () => void): Deadline {
    const at = this.#clock.monotonic() + this.#delayMs;
    const deadline: Deadline = { at, task, waiting: true, before: this.#last, after: undefined };
    if (this.#last === undefined) this.#first = deadline;
    else this.#last.after = deadline;
    this.#last = deadline;
    if (!this.#armed) this.#arm(this.#delayMs);
    return deadline;
  }

  /** Takes a task back. One that has run, or was taken back before, is let be. */
  remove(deadline: Deadline): void {
    if (!deadline.waiting) return;
    const { before, after } = deadline;
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
    deadline.waiting = false;
    deadline.before = undefined;
    deadline.after = undefined;
  }

  #arm(delayMs: number): void {
    this.#armed = true;
    this.#clock.after(delayMs, () => this.#due());
  }

  #due(): void {
    this.#armed = false;
    const now = this.#clock.monotonic();
    while (this.#first !== undefined) {
      const first = this.#first;
      // Timers may fire a fraction early.
      if (first.at > now + 1) {
        this.#arm(first.at - now);
        return;
      }
      this.remove(first);
      first.task();
    }
  }
}
