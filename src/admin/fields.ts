import { z } from 'zod';

/** A time as the API has it (RFC 3339). */
export function time() {
  return z.string().meta({ format: 'date-time' });
}

/** A time that a request gives; milliseconds since the epoch where it is read. */
export function givenTime() {
  return z
    .string()
    .max(40)
    .refine((value) => RFC_3339.test(value) && Number.isFinite(Date.parse(value)), {
      error: 'a time such as 2027-01-31T12:00:00Z',
    })
    .meta({ format: 'date-time' });
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/i;

/** An id in the form in which keys, tokens and the config have it. */
export function tenantId() {
  return z.string().regex(/^[\x21-\x7e]{1,100}$/, { error: 'up to 100 printable characters without spaces' });
}

export function name() {
  return text(100);
}

/** Text on one line, which every store takes as it is. */
export function text(longest: number) {
  const error = `1 to ${longest} characters, no control characters`;
  return z
    .string()
    .min(1, { error })
    .max(longest, { error })
    .regex(/^\P{Cc}*$/u, { error });
}

export function iso(at: number): string {
  return new Date(at).toISOString();
}

export function isoOrNull(at: number | null): string | null {
  return at === null ? null : iso(at);
}

/** Milliseconds since the epoch; null and nothing stay what they are. */
export function millis(given: string): number;
export function millis(given: string | null): number | null;
export function millis(given: string | null | undefined): number | null | undefined;
export function millis(given: string | null | undefined): number | null | undefined {
  return typeof given === 'string' ? Date.parse(given) : given;
}
