import { randomFillSync } from 'node:crypto';
import type { Clock } from '../core/clock.ts';

/** Crockford's base 32 in lower case: sorts as its values do, and has no letter that reads as a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const POOL_BYTES = 4096;
const TIME_CHARS = 10;
const SEQUENCE_CHARS = 3;
const SEQUENCE_END = 32 ** SEQUENCE_CHARS;
const RANDOM_CHARS = 13;

/** Makes an id such as `req_01jcr9h3v20004k7x…`. */
export type IdSource = (prefix: string) => string;

/**
 * Ids that sort by the time they were made: 10 characters of milliseconds, 3 of a count within the millisecond,
 * 13 of randomness (65 bits from the system's generator, drawn in bulk because one draw an id would cost more than
 * the rest of it). They name requests, calls and rows. They are not secrets: what grants access by being known is
 * made of 256 bits of its own (`auth/api-key.ts`).
 */
export function createIds(clock: Clock): IdSource {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  let time = -1;
  let sequence = 0;
  let stamp = '';

  return (prefix) => {
    const now = clock.now();
    // A clock that goes back must not make ids sort before those already given out.
    if (now > time) {
      time = now;
      sequence = 0;
      stamp = base32(time, TIME_CHARS);
    } else if (++sequence === SEQUENCE_END) {
      time++;
      sequence = 0;
      stamp = base32(time, TIME_CHARS);
    }
    if (used + RANDOM_CHARS > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    let id = `${prefix}_${stamp}${base32(sequence, SEQUENCE_CHARS)}`;
    for (const end = used + RANDOM_CHARS; used < end; used++) id += ALPHABET.charAt((pool[used] ?? 0) & 31);
    return id;
  };
}

function base32(value: number, length: number): string {
  let text = '';
  for (let left = value; text.length < length; left = Math.floor(left / 32)) text = ALPHABET.charAt(left % 32) + text;
  return text;
}
