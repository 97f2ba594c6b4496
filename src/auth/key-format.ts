import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ID_CHARS = 12;
/** 62^43 > 2^256. */
const SECRET_CHARS = 43;
const CHECKSUM_CHARS = 6;
const SHAPE = new RegExp(`^([0-9A-Za-z]{${ID_CHARS}})_[0-9A-Za-z]{${SECRET_CHARS}}_([0-9A-Za-z]{${CHECKSUM_CHARS}})$`);

/**
 * A new key as text: `<prefix><id>_<secret>_<checksum>` in base 62. The id is public, the secret has 256 random bits, the
 * checksum (CRC-32 of all before it) tells a mistyped key from a wrong one without a look at the store and lets scanners
 * tell a key from a likeness.
 */
export function createKeyText(prefix: string): { readonly id: string; readonly key: string } {
  const id = randomText(ID_CHARS);
  const unchecked = `${prefix}${id}_${randomText(SECRET_CHARS)}`;
  return { id, key: `${unchecked}_${checksum(unchecked)}` };
}

/** The id in a key, or nothing when it is mistyped, cut short or made up. No secret is compared. */
export function parseKeyText(prefix: string, key: string): string | undefined {
  if (!key.startsWith(prefix)) return undefined;
  const [, id, sum] = SHAPE.exec(key.slice(prefix.length)) ?? [];
  return id !== undefined && checksum(key.slice(0, -CHECKSUM_CHARS - 1)) === sum ? id : undefined;
}

/** Every character is equally likely: bytes past the last whole multiple of 62 are drawn again. */
function randomText(length: number): string {
  const end = 256 - (256 % ALPHABET.length);
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < end && text.length < length) text += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return text;
}

function checksum(text: string): string {
  let left = crc32(text);
  let sum = '';
  for (; sum.length < CHECKSUM_CHARS; left = Math.floor(left / ALPHABET.length)) {
    sum = ALPHABET.charAt(left % ALPHABET.length) + sum;
  }
  return sum;
}
