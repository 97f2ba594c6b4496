import { randomInt } from 'node:crypto';
import { hmacSha256 } from '../lib/digest.ts';

/** The argument of a call by which the code of an account is said. */
export const CODE_ARGUMENT = 'connection_code';

/** Consonants: no words, and no two letters that are taken for each other (RFC 8628 §6.1). */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const LENGTH = 8;

/** A code that one person tells another: 34 bits, to be guessed in five tries within minutes. */
export function createUserCode(): string {
  return Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
}

/** As it is shown: `WDJB-MJHT`. */
export function shownUserCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}

/** What somebody typed, whatever the case and what stands between the letters. @returns nothing for what is none. */
export function readUserCode(typed: string): string | undefined {
  const letters = typed.toUpperCase().replace(/[\s\p{P}]/gu, '');
  return letters.length === LENGTH && [...letters].every((letter) => LETTERS.includes(letter)) ? letters : undefined;
}

/** What is kept of a code: of no use without the key, nor for another account. @param id the account it is of. */
export function digestOfUserCode(key: Uint8Array, id: string, code: string): string {
  return hmacSha256(key, JSON.stringify([id, code]));
}
