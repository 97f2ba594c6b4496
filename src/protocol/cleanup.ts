import type { Note } from './service.ts';

/** What must be undone when a stream ends, which may be before there is anything to undo. */
export class Cleanup {
  readonly #note: Note;
  #tasks: (() => unknown)[] | undefined = [];

  /** @param note hears of a task that failed; the others run all the same. */
  constructor(note: Note) {
    this.#note = note;
  }

  /** @param task runs with the others, or at once where they have run. It may return a promise. */
  add(task: () => unknown): void {
    if (this.#tasks === undefined) void this.#undo(task);
    else this.#tasks.push(task);
  }

  /** Runs every task, once. */
  run(): void {
    const tasks = this.#tasks ?? [];
    this.#tasks = undefined;
    for (const task of tasks) void this.#undo(task);
  }

  async #undo(task: () => unknown): Promise<void> {
    try {
      await task();
    } catch (thrown) {
      this.#note('error', { at: 'cleanup' }, thrown);
    }
  }
}
