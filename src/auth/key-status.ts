export type KeyStatus = 'active' | 'expired' | 'revoked';

/** What a key of either kind is at a time, for people: one that was revoked stays so when it would have expired, too. */
export function keyStatus(
  { revokedAt, expiresAt }: { readonly revokedAt: number | null; readonly expiresAt: number | null },
  now: number,
): KeyStatus {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && expiresAt <= now ? 'expired' : 'active';
}
