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

/**
 * Whether two values are the same bytes, in a time that does not depend on where they differ. Their lengths may
 * differ too: what is compared are digests of equal length.
 */
export function constantTimeEqual(a: string | Uint8Array, b: string | Uint8Array): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
}
