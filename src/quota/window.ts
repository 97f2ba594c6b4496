/** A stretch of time that begins with the first call in it, or one of the calendar, in UTC. */
export type Window = { readonly seconds: number } | { readonly period: 'day' | 'month' };

/** A window as it stands at one time. */
export interface Span {
  /** Different for any two windows that must not share a count. */
  readonly label: string;
  /** Milliseconds since the epoch. Of a window that begins with a call: if it begins now. */
  readonly endsAt: number;
  /** How long the whole of it is. */
  readonly ms: number;
}

export function spanAt(window: Window, now: number): Span {
  if ('seconds' in window) {
    const ms = window.seconds * 1000;
    return { label: `${window.seconds}s`, endsAt: now + ms, ms };
  }
  const date = new Date(now);
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  const whole = window.period === 'month';
  const start = Date.UTC(year, month, whole ? 1 : day);
  const endsAt = whole ? Date.UTC(year, month + 1, 1) : Date.UTC(year, month, day + 1);
  return { label: new Date(start).toISOString().slice(0, whole ? 7 : 10), endsAt, ms: endsAt - start };
}
