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
  // Written in place and read as one text: a text that grows by a character leaves one behind at every step.
  const id = Buffer.alloc(TIME_CHARS + SEQUENCE_CHARS + RANDOM_CHARS);
  let used = POOL_BYTES;
  let time = -1;
  let sequence = 0;

  return (prefix) => {
    const now = clock.now();
    // A clock that goes back must not make ids sort before those already given out.
    if (now > time) time = now;
    else if (++sequence < SEQUENCE_END) return finish(prefix);
    else time++;
    sequence = 0;
    base32(id, 0, TIME_CHARS, time);
    return finish(prefix);
  };

  function finish(prefix: string): string {
    base32(id, TIME_CHARS, SEQUENCE_CHARS, sequence);
    if (used + RANDOM_CHARS > POOL_BYTES) {
      randomFillSync(pool);
      used = 0;
    }
    for (let at = TIME_CHARS + SEQUENCE_CHARS; at < id.length; at++) id[at] = letter((pool[used++] ?? 0) & 31);
    return `${prefix}_${id.toString('latin1')}`;
  }
}

function base32(into: Uint8Array, from: number, length: number, value: number): void {
  for (let at = from + length - 1, left = value; at >= from; at--) {
    into[at] = letter(left % 32);
    left = Math.floor(left / 32);
  }
}

function letter(value: number): number {
  return ALPHABET.charCodeAt(value);
}
