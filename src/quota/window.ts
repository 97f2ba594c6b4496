/** A stretch of time, one after another; or one of the calendar, in UTC. */
export type Window = { readonly seconds: number } | { readonly period: 'day' | 'month' };

/** A window as it stands at one time. */
export interface Span {
  /** Different for any two windows of one count. */
  readonly label: string;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
  /** How long the whole of it is. */
  readonly ms: number;
}

/**
 * The window that a time is in. It follows from the time alone, so all nodes count in the same one, and what is given
 * back to a window cannot come into the next.
 * @param phase from 0 to 1, how far the windows of a count are moved: else all callers would come back at one moment.
 *   Those of the calendar are not.
 */
export function spanAt(window: Window, now: number, phase: number): Span {
  if ('seconds' in window) {
    const ms = window.seconds * 1000;
    const offset = Math.floor(phase * ms);
    const index = Math.floor((now - offset) / ms);
    return { label: `${window.seconds}s${index}`, endsAt: (index + 1) * ms + offset, ms };
  }
  const date = new Date(now);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const whole = window.period === 'month';
  const start = Date.UTC(year, month, whole ? 1 : day);
  const endsAt = whole ? Date.UTC(year, month + 1, 1) : Date.UTC(year, month, day + 1);
  return { label: new Date(start).toISOString().slice(0, whole ? 7 : 10), endsAt, ms: endsAt - start };
}
