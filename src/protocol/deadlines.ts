import type { Clock } from '../core/clock.ts';
import { type Linked, LinkedList } from '../lib/linked-list.ts';

/** A task that waits. */
export interface Deadline extends Linked<Deadline> {
  readonly at: number;
  readonly task: () => void;
  waiting: boolean;
}

/**
 * Many tasks with one and the same delay, for one timer: they come due in the order they were added, so only the first
 * of them needs waking for. Nearly all are taken back long before.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #delayMs: number;
  readonly #line = new LinkedList<Deadline>();
  #armed = false;

  constructor(clock: Clock, delayMs: number) {
    this.#clock = clock;
    this.#delayMs = delayMs;
  }

  /** @returns what {@link remove} takes. */
  add(task: () => void): Deadline {
    const at = this.#clock.monotonic() + this.#delayMs;
    const deadline: Deadline = { at, task, waiting: true, before: undefined, after: undefined };
    this.#line.add(deadline);
    if (!this.#armed) this.#arm(this.#delayMs);
    return deadline;
  }

  /** Takes a task back. One that has run, or was taken back before, is let be. */
  remove(deadline: Deadline): void {
    if (!deadline.waiting) return;
    deadline.waiting = false;
    this.#line.remove(deadline);
  }

  #arm(delayMs: number): void {
    this.#armed = true;
    this.#clock.after(delayMs, () => this.#due());
  }

  #due(): void {
    this.#armed = false;
    const now = this.#clock.monotonic();
    for (let first = this.#line.first; first !== undefined; first = this.#line.first) {
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
