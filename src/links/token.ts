import { createSecretKey, randomBytes } from 'node:crypto';
import { hmacSha256 } from '../lib/digest.ts';

/** Begins every token, so that routes, secret scanners and those who hide secrets know one when they see it. */
export const LINK_PREFIX = 'pstl_';

const SECRET_BYTES = 32;
const SHAPE = /^pstl_[A-Za-z0-9_-]{43}$/;

/** @returns a token of 256 random bits, which is kept nowhere. */
export function createLinkToken(): string {
  return LINK_PREFIX + randomBytes(SECRET_BYTES).toString('base64url');
}

/** @returns what a token is stored as; nothing for what cannot be one. */
export type DigestLink = (token: string) => string | undefined;

/**
 * HMAC-SHA256: who has a copy of the database, and not the secret, can test no guess.
 * @param secret at least 32 bytes; from `deriveKey(master, 'links')`.
 */
export function createLinkDigest(secret: Uint8Array): DigestLink {
  const pepper = createSecretKey(secret);
  return (token) => (SHAPE.test(token) ? hmacSha256(pepper, token) : undefined);
}
