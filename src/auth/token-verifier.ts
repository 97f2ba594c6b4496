import { PosternError } from '../core/errors.ts';
import { isObject } from '../core/json.ts';
import { PresentedToken } from '../core/presented-token.ts';
import type { Principal } from '../core/principal.ts';
import { sha256 } from '../lib/digest.ts';
import { SingleFlight } from '../lib/single-flight.ts';
import { peek, type Unverified } from './compact-jwt.ts';
import { countsAt, type Issuers, type LocalIssuer, localIssuerOf } from './issuer.ts';
import { refusedToken } from './refusal.ts';
import type { TokenCache } from './token-cache.ts';
import type { TokenChecker } from './token-checker.ts';
import { isMeantFor, type VerifiedToken } from './verified-token.ts';
import type { AdmitsTenant, Verifier } from './verifier.ts';

export interface TokenVerifierOptions {
  readonly issuers: Issuers;
  /** Those that run in this process. */
  readonly local: readonly LocalIssuer[];
  /** Asked in order, those that recognise a token. */
  readonly checkers: readonly TokenChecker[];
  readonly cache: TokenCache;
  /**
   * Whether an upstream is called with the tokens of an issuer: then principals carry them. Asked with every request. Never
   * asked about the issuers in this process. Default: no upstream is.
   */
  readonly wanted?: (issuer: string) => boolean;
}

/**
 * Verifies access tokens: each is checked once, however many requests bring it at the same time and on whichever node,
 * and then known until it ends. That it was revoked, and whom it is made out to, is asked with every request.
 */
export function createTokenVerifier({ issuers, local, checkers, cache, wanted }: TokenVerifierOptions): Verifier {
  const flights = new SingleFlight<string, VerifiedToken>();

  /** What is good elsewhere is no issuer here, whether it is one or not. */
  const localAt = (name: string, endpoint: string | undefined): LocalIssuer | undefined => {
    const own = localIssuerOf(name, local);
    if (own !== undefined && !countsAt(name, own, endpoint)) throw refusedToken('token_issuer');
    return own;
  };

  const admit = (token: VerifiedToken, text: string, endpoint?: string, admits?: AdmitsTenant): Principal => {
    const own = localAt(token.issuer, endpoint);
    const issuer = issuers.get(token.issuer);
    if (issuer === undefined || !isMeantFor(token, issuer, endpoint)) throw refusedToken('token_audience');
    if (admits?.(token.principal.tenant) === false) throw refusedToken('token_audience');
    if (own?.isRevoked(token.grantId, token.tokenId)) throw refusedToken('token_revoked');
    if (own !== undefined || wanted?.(token.issuer) !== true) return token.principal;
    return { ...token.principal, presented: new PresentedToken(text) };
  };

  const find = async (id: string, token: string, seen: Unverified | undefined, able: readonly TokenChecker[]) => {
    const known = await cache.load(id);
    if (known !== undefined) return known;
    const found = await ask(able, token, seen);
    cache.keep(id, found);
    return found;
  };

  return {
    bearerOnly: true,
    verify: (token, _address, endpoint, admits) => {
      const id = sha256(token);
      const known = cache.get(id);
      if (known !== undefined) return admit(known, token, endpoint, admits);
      const seen = peek(token);
      if (seen === 'malformed') throw refusedToken('token_malformed');
      if (typeof seen?.payload.iss === 'string') localAt(seen.payload.iss, endpoint);
      const able = checkers.filter((checker) => checker.recognises(token, seen));
      if (able.length > 0)
        return flights.run(id, () => find(id, token, seen, able)).then((it) => admit(it, token, endpoint, admits));
      if (seen !== undefined) throw refusedToken('token_issuer');
      return 'not-mine';
    },
  };
}

/** An opaque token may be of any issuer; only the one that knows it says so. */
async function ask(
  checkers: readonly TokenChecker[],
  token: string,
  seen: Unverified | undefined,
): Promise<VerifiedToken> {
  let unsure: unknown;
  for (const checker of checkers) {
    try {
      return await checker.check(token, seen);
    } catch (thrown) {
      if (!(thrown instanceof PosternError) || thrown.code !== 'invalid_token') unsure ??= thrown;
      else if (!isUnknown(thrown)) throw thrown;
    }
  }
  throw unsure ?? refusedToken('token_inactive');
}

function isUnknown({ details: { data } }: PosternError): boolean {
  return isObject(data) && data['reason'] === 'token_inactive';
}
