import type { Clock } from '../core/clock.ts';
import type { Claims } from './claims.ts';
import { LONGEST_KID, type Unverified } from './compact-jwt.ts';
import type { Issuer, TokenType } from './issuer.ts';
import type { Keys } from './keys.ts';
import { refusedToken, type TokenRefusal } from './refusal.ts';
import type { TokenChecker } from './token-checker.ts';
import { readClaims, SKEW_SECONDS } from './token-claims.ts';
import type { VerifiedToken } from './verified-token.ts';

type Jose = Pick<typeof import('jose'), 'jwtVerify' | 'errors'>;

export interface JwtIssuer {
  readonly issuer: Issuer;
  readonly keys: Keys;
  /**
   * Says what a token is for that does not say so itself ({@link Issuer.withoutAudience}).
   * @throws PosternError `invalid_token`; `unavailable` when it cannot be told.
   */
  readonly settle?: (token: VerifiedToken) => Promise<VerifiedToken>;
}

export interface JwtCheckerOptions {
  readonly issuers: readonly JwtIssuer[];
  /** Others, by what their tokens have in `iss`. Default: none. */
  readonly others?: (issuer: string) => JwtIssuer | undefined;
  readonly jose: () => Promise<Jose>;
  readonly clock: Clock;
}

/** How long a signature is relied on, so that a key that was withdrawn takes its tokens with it. In milliseconds. */
const KEEP_MS = 10 * 60_000;

/** Checks JWT access tokens (RFC 9068 §4) of several issuers, each by its own keys and rules. */
export function createJwtChecker({ issuers, others, jose, clock }: JwtCheckerOptions): TokenChecker {
  const byName = new Map(issuers.map((each) => [each.issuer.tokenIssuer ?? each.issuer.issuer, each]));
  /** Whose rules and keys to use is all that is decided by what nobody has vouched for. */
  const issuerOf = ({ payload: { iss } }: Unverified) =>
    typeof iss === 'string' ? (byName.get(iss) ?? others?.(iss)) : undefined;
  return {
    recognises: (_, seen) => seen !== undefined && issuerOf(seen) !== undefined,
    check: async (token, seen) => {
      const from = seen === undefined ? undefined : issuerOf(seen);
      if (seen === undefined || from === undefined) throw refusedToken('token_issuer');
      return verify(token, seen, from, jose(), clock);
    },
  };
}

async function verify(
  token: string,
  { header }: Unverified,
  from: JwtIssuer,
  jose: Promise<Jose>,
  clock: Clock,
): Promise<VerifiedToken> {
  const { issuer, keys } = from;
  const { alg, kid, typ } = header;
  const algorithm = issuer.algorithms.find((each) => each === alg);
  if (algorithm === undefined) throw refusedToken('token_algorithm');
  // No extension is understood here (RFC 7515 §4.1.11); `b64` (RFC 7797) and `zip` have no place in a JWT.
  if (['crit', 'b64', 'zip'].some((name) => Object.hasOwn(header, name))) throw refusedToken('token_malformed');
  const type = typeOf(typ);
  if (type === undefined || !issuer.types.includes(type)) throw refusedToken('token_type');
  if (typeof kid !== 'string' || kid.length > LONGEST_KID) throw refusedToken('token_key');
  // `jwk`, `jku`, `x5u` and `x5c` are not looked at: a token does not bring the key it is checked by (RFC 8725 §3.10).
  const key = await keys.find(kid, algorithm);
  if (key === undefined) throw refusedToken('token_key');
  const { jwtVerify, errors } = await jose;
  const options = {
    algorithms: [algorithm],
    issuer: issuer.tokenIssuer ?? issuer.issuer,
    requiredClaims: ['exp'],
    clockTolerance: SKEW_SECONDS,
    currentDate: new Date(clock.now()),
  };
  const claims = await jwtVerify<Claims>(token, key, options).then(
    ({ payload }) => payload,
    (thrown: unknown) => {
      throw refusedToken(reasonOf(thrown, errors), thrown);
    },
  );
  const read = readClaims(claims, issuer, clock.now(), KEEP_MS);
  return read.audience.length === 0 && from.settle !== undefined ? from.settle(read) : read;
}

/** `application/` may be left out (RFC 7515 §4.1.9), and media types know no case. */
function typeOf(typ: unknown): TokenType | undefined {
  if (typ === undefined) return 'none';
  if (typeof typ !== 'string') return undefined;
  const short = typ.toLowerCase().replace(/^application\//, '');
  return short === 'at+jwt' ? 'at+jwt' : short === 'jwt' ? 'JWT' : undefined;
}

function reasonOf(thrown: unknown, { JWTExpired, JWTClaimValidationFailed, ...errors }: Jose['errors']): TokenRefusal {
  if (thrown instanceof JWTExpired) return 'token_expired';
  if (thrown instanceof errors.JWSSignatureVerificationFailed) return 'token_signature';
  if (!(thrown instanceof JWTClaimValidationFailed)) return 'token_malformed';
  if (thrown.claim === 'nbf' && thrown.reason === 'check_failed') return 'token_not_yet';
  return thrown.claim === 'iss' ? 'token_issuer' : 'token_claims';
}
