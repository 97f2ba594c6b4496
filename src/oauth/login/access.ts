import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import { PosternError } from '../../core/errors.ts';
import { oneNode } from '../../lib/one-node.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import type { IdpGrant, IdpGrants, IdpTokens } from '../contracts.ts';
import type { OnLoginEvent } from './events.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { Openid } from './openid.ts';
import { createRefresh, type Refreshed } from './refresh.ts';

/** An access token of the identity provider, and when it ends: milliseconds since the epoch, where that is known. */
export interface IdpAccessToken {
  readonly token: string;
  readonly expiresAt?: number;
}

/** The identity provider's side of a grant, after the login. */
export interface IdpAccess {
  /**
   * The identity provider's access token of a grant's user, refreshed where it has to be: what calls of an upstream
   * with `credential: { from: identity }` carry.
   * @throws PosternError `needs_reauth` when the grant or the session behind it is over; `unavailable` when the identity
   *   provider cannot be asked and the token is no longer good.
   */
  accessTokenFor(grantId: string): Promise<string>;
  /**
   * As {@link accessTokenFor}, with its end.
   * @param refused a token that an upstream did not take although it seems good. Another one takes its place: of many who
   *   come with the same one, one asks for it. Where it is hardly a minute old, a newer one would be refused too.
   */
  tokenFor(grantId: string, refused?: string): Promise<IdpAccessToken>;
  /** {@link Interactions.check} */
  check(grantId: string): Promise<'stands' | 'ended' | 'unknown'>;
}

/** A token that ends while the call is under way is of no use. */
const EARLY_MS = 30_000;
/** The identity provider is asked no more often whether it still stands by a grant (rule 10). */
const CHECK_MS = 60 * 60_000;
/** A token that is younger is not refreshed because an upstream refuses it. */
const YOUNG_MS = 60_000;

export function createIdpAccess(options: {
  readonly provider: IdentityProvider;
  readonly openid: () => Promise<Openid>;
  readonly grants: IdpGrants;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly onEvent: OnLoginEvent;
}): IdpAccess {
  const { grants, cache, clock } = options;
  const refresh = createRefresh(options);
  const flights = new SingleFlight<string, Refreshed>();
  const isFresh = ({ tokens }: IdpGrant): boolean =>
    tokens !== undefined && (tokens.expiresAt === undefined || tokens.expiresAt - EARLY_MS > clock.now());

  const renew = async ({ grantId, version }: IdpGrant): Promise<Refreshed> => {
    const renewed = await oneNode<Refreshed>({ cache, clock, name: `oauth:idp:${grantId}` }, async (may) => {
      const now = await grants.find(grantId);
      if (now === undefined) return { kind: 'ended' };
      if (now.version !== version) return { kind: 'stands', grant: now };
      return may ? refresh(now) : undefined;
    });
    return renewed ?? { kind: 'unknown' };
  };
  const renewed = (grant: IdpGrant): Promise<Refreshed> => flights.run(grant.grantId, () => renew(grant));

  const tokenFor = async (grantId: string, refused?: string): Promise<IdpAccessToken> => {
    const grant = await grants.find(grantId);
    if (grant?.tokens === undefined) throw new PosternError('needs_reauth');
    const isRefused = grant.tokens.accessToken === refused;
    if (isFresh(grant) && !isRefused) return spelled(grant.tokens);
    const isYoung = isRefused && grant.checkedAt + YOUNG_MS > clock.now();
    if (isYoung || grant.tokens.refreshToken === undefined) throw new PosternError('needs_reauth');
    const result = await renewed(grant);
    if (result.kind === 'unknown') {
      // Its last half minute is better than nothing.
      if (!isRefused && (grant.tokens.expiresAt ?? 0) > clock.now()) return spelled(grant.tokens);
      throw new PosternError('unavailable', { retryAfterSeconds: 5 });
    }
    if (result.kind === 'ended' || result.grant.tokens === undefined) throw new PosternError('needs_reauth');
    return spelled(result.grant.tokens);
  };

  return {
    tokenFor,
    accessTokenFor: async (grantId) => (await tokenFor(grantId)).token,
    check: async (grantId) => {
      const grant = await grants.find(grantId);
      if (grant === undefined) return 'ended';
      // Without a refresh token there is nothing to ask with: such a grant lives as long as it was made to.
      if (grant.tokens?.refreshToken === undefined || grant.checkedAt + CHECK_MS > clock.now()) return 'stands';
      try {
        return (await renewed(grant)).kind;
      } catch (thrown) {
        // A store that does not answer says nothing of the user either.
        if (thrown instanceof PosternError && thrown.code === 'unavailable') return 'unknown';
        throw thrown;
      }
    },
  };
}

function spelled({ accessToken: token, expiresAt }: IdpTokens): IdpAccessToken {
  return expiresAt === undefined ? { token } : { token, expiresAt };
}
