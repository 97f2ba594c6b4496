import { type Claims, principalOf } from './claims.ts';
import type { Issuer } from './issuer.ts';
import { refusedToken } from './refusal.ts';
import type { VerifiedToken } from './verified-token.ts';

/** How far the clocks of issuers may be off, in seconds. */
export const SKEW_SECONDS = 30;

/** What only an ID token has (OpenID Connect Core §2, §3.3.2.11), or a logout token (Back-Channel Logout §2.4). */
const NOT_OF_ACCESS_TOKENS = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];

/**
 * What claims must say whoever vouches for them: that they are about an access token, whose time it is, for whom and of
 * whom.
 *
 * @param now milliseconds since the epoch.
 * @param keepMs how long that may be relied on.
 * @throws PosternError `invalid_token`.
 */
export function readClaims(claims: Claims, issuer: Issuer, now: number, keepMs: number): VerifiedToken {
  refuseOtherTokens(claims);
  const expiresAt = checkTimes(claims, now);
  const audience = issuer.withoutAudience === true && claims['aud'] === undefined ? [] : audienceOf(claims['aud']);
  if (audience === undefined) throw refusedToken('token_audience');
  const { jti, gid } = claims;
  const grantId = issuer.ownGrants === true && typeof gid === 'string' ? gid : undefined;
  const principal = principalOf(claims, issuer, expiresAt);
  return {
    principal: grantId === undefined ? principal : { ...principal, grantId },
    issuer: issuer.issuer,
    audience,
    until: Math.min(now + keepMs, expiresAt ?? Number.POSITIVE_INFINITY),
    tokenId: typeof jti === 'string' ? jti : undefined,
    grantId,
  };
}

/** Issuers tell their kinds of token apart by `typ` in the header, and some by a claim (Cognito, Keycloak). */
function refuseOtherTokens(claims: Claims): void {
  const { token_use: use, typ, cnf } = claims;
  if (NOT_OF_ACCESS_TOKENS.some((name) => Object.hasOwn(claims, name))) throw refusedToken('token_type');
  if (use !== undefined && use !== 'access' && use !== 'access_token') throw refusedToken('token_type');
  if (typeof typ === 'string' && !/^(bearer|(application\/)?(at\+)?jwt)$/i.test(typ)) throw refusedToken('token_type');
  // RFC 7800 §3.1: without the proof that goes with it, it may be anybody's.
  if (cnf !== undefined) throw refusedToken('token_bound');
}

/** @returns when it ends, in milliseconds since the epoch; nothing where it does not say. */
function checkTimes({ exp, nbf, iat }: Claims, now: number): number | undefined {
  const seconds = now / 1000;
  for (const time of [exp, nbf, iat]) if (time !== undefined && !isTime(time)) throw refusedToken('token_claims');
  if (isTime(nbf) && nbf > seconds + SKEW_SECONDS) throw refusedToken('token_not_yet');
  if (isTime(iat) && iat > seconds + SKEW_SECONDS) throw refusedToken('token_not_yet');
  if (!isTime(exp)) return undefined;
  if (exp + SKEW_SECONDS <= seconds) throw refusedToken('token_expired');
  return Math.floor((exp + SKEW_SECONDS) * 1000);
}

/** NumericDate (RFC 7519 §2), within what a date can be. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < 8.64e12;
}

function audienceOf(aud: unknown): readonly string[] | undefined {
  const all = typeof aud === 'string' ? [aud] : aud;
  if (!Array.isArray(all) || all.length === 0 || all.length > 64) return undefined;
  return all.every((each) => typeof each === 'string') ? all : undefined;
}
