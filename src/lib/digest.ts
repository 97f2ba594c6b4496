import { createHmac, hash, type KeyObject, timingSafeEqual } from 'node:crypto';

/** SHA-256, as base64url without padding. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'base64url');
}

/** HMAC-SHA256 (RFC 2104). */
export function hmacSha256(
  key: Uint8Array | KeyObject,
  data: string | Uint8Array,
  encoding: 'hex' | 'base64url' = 'base64url',
): string {
  return createHmac('sha256', key).update(data).digest(encoding);
}

const BLOCK_BYTES = 64;
/** Longer texts are digested in the usual way. */
const ROOM_BYTES = 192;

/**
 * HMAC-SHA256 under a key that stays, as base64url: the two hashes it consists of (RFC 2104 §2), for whoever needs one with
 * every request. Node makes an object for each, which costs as much again.
 */
export function keyedHmacSha256(key: Uint8Array): (text: string) => string {
  const short = key.length > BLOCK_BYTES ? hash('sha256', key, 'buffer') : key;
  const inner = Buffer.alloc(BLOCK_BYTES + ROOM_BYTES, 0x36);
  const outer = Buffer.alloc(BLOCK_BYTES + 32, 0x5c);
  short.forEach((byte, at) => {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  });
  return (text) => {
    if (text.length > ROOM_BYTES / 3) return hmacSha256(key, text);
    const length = BLOCK_BYTES + inner.write(text, BLOCK_BYTES);
    outer.write(hash('sha256', inner.subarray(0, length), 'latin1'), BLOCK_BYTES, 'latin1');
    return hash('sha256', outer, 'base64url');
  };
}

/**
 * Whether two values are the same bytes, in a time that does not depend on where they differ. Their lengths may
 * differ too: what is compared are digests of equal length.
 */
export function constantTimeEqual(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
