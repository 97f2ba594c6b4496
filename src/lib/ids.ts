import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';

/** Crockford's base 32 in lower case: sorts as its values do, and has no letter that reads as a digit. */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_CHARS = 10;
const SEQUENCE_END = 32 ** 3;
const SOURCE_CHARS = 13;

/** Makes an id such as `req_01jcr9h3v20004k7x…`. */
export type IdSource = (prefix: string) => string;

/**
 * Ids that sort by the time they were made: 10 characters of milliseconds, 3 of a count within the millisecond, and
 * 13 that tell this source from every other (65 bits from the system's generator, drawn once, because a draw an id
 * would cost more than the rest of it). They name requests, calls and rows. They are not secrets: what grants access
 * by being known is made of 256 bits of its own (`auth/api-key.ts`).
 */
export function createIds(clock: Clock): IdSource {
  const source = Array.from(randomBytes(SOURCE_CHARS), (byte) => ALPHABET.charAt(byte & 31)).join('');
  let time = -1;
  let sequence = 0;
  let stamp = '';

  return (prefix) => {
    const now = clock.now();
    // A clock that goes back must not make ids sort before those already given out.
    if (now <= time && ++sequence < SEQUENCE_END) return `${prefix}${stamp}${three(sequence)}${source}`;
    time = Math.max(now, time + 1);
    sequence = 0;
    stamp = `_${base32(time)}`;
    return `${prefix}${stamp}${three(0)}${source}`;
  };
}

function base32(time: number): string {
  let text = '';
  for (let left = time; text.length < TIME_CHARS; left = Math.floor(left / 32))
    text = ALPHABET.charAt(left % 32) + text;
  return text;
}

function three(value: number): string {
  return ALPHABET.charAt(value >> 10) + ALPHABET.charAt((value >> 5) & 31) + ALPHABET.charAt(value & 31);
}
