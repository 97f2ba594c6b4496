/**
 * Time, handed in. Nothing in the project reads `Date.now` or sets a timer except through one of these,
 * so that a test can decide what time it is.
 */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds from an arbitrary start, with fractions; never goes back. For durations. */
  monotonic(): number;
  /**
   * Runs `task` once, `delayMs` from now. A timer never keeps the process alive.
   * @returns a function that takes the timer back.
   */
  after(delayMs: number, task: () => void): () => void;
}
