import type { Clock } from '../../core/clock.ts';
import { writeSurely } from '../../lib/one-node.ts';
import type { IdpGrant, IdpGrants, IdpTokens } from '../contracts.ts';
import { refreshedClaims } from './claims.ts';
import { errorCode, type OnLoginEvent } from './events.ts';
import { failureOf } from './failures.ts';
import { type Claims, saysTenants, tenantsOf } from './identity.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { Openid } from './openid.ts';
import { tokensOf } from './tokens.ts';

export type Refreshed =
  | { readonly kind: 'stands'; readonly grant: IdpGrant }
  | { readonly kind: 'ended' }
  | { readonly kind: 'unknown' };

/**
 * Refusals that are about the user or the session. Entra and others say the last three where the user has to come back
 * (OpenID Connect Core §3.1.2.6); anything else is about us, and ends nothing.
 */
const ENDED: ReadonlySet<string> = new Set([
  'invalid_grant',
  'interaction_required',
  'login_required',
  'consent_required',
]);

/** Refreshes the identity provider's tokens of a grant. The caller holds the lock. */
export function createRefresh(options: {
  readonly provider: IdentityProvider;
  readonly openid: () => Promise<Openid>;
  readonly grants: IdpGrants;
  readonly clock: Clock;
  readonly onEvent: OnLoginEvent;
}): (grant: IdpGrant) => Promise<Refreshed> {
  const { provider, openid, grants, clock, onEvent } = options;

  const end = async (grant: IdpGrant, reason: 'idp_refused' | 'user_changed', error?: string): Promise<Refreshed> => {
    const { grantId, tenant } = grant;
    await grants.end(grantId, reason);
    onEvent({ kind: 'idp_ended', grantId, tenant, ...(error === undefined ? {} : { error }) });
    return { kind: 'ended' };
  };

  /** What another node may have written, whose lock had ended before it was done. */
  const overtaken = async (grant: IdpGrant): Promise<IdpGrant | undefined> => {
    const now = await grants.find(grant.grantId);
    return now === undefined || now.version === grant.version ? undefined : now;
  };

  const refused = async (grant: IdpGrant, thrown: unknown): Promise<Refreshed> => {
    const failure = failureOf(thrown);
    if (failure.kind !== 'refused') return { kind: 'unknown' };
    const error = errorCode(failure.error);
    if (ENDED.has(failure.error)) {
      const newer = await overtaken(grant);
      return newer === undefined ? end(grant, 'idp_refused', error) : { kind: 'stands', grant: newer };
    }
    const { grantId, tenant } = grant;
    onEvent({ kind: 'idp_refused', grantId, tenant, ...(error === undefined ? {} : { error }) });
    return { kind: 'unknown' };
  };

  return async (grant) => {
    const before = grant.tokens;
    if (before?.refreshToken === undefined) return { kind: 'unknown' };
    let claims: Claims | undefined;
    let tokens: IdpTokens;
    try {
      const known = await openid();
      await known.keysKnown();
      const answer = await known.client.refreshTokenGrant(known.config, before.refreshToken);
      claims = await refreshedClaims(known, provider, answer);
      tokens = tokensOf(answer, provider, clock.now(), before);
    } catch (thrown) {
      return refused(grant, thrown);
    }
    // OpenID Connect Core §12.2: the same issuer and the same subject, or it is somebody else's.
    const subject = before.extra?.['sub'];
    if (subject !== undefined && tokens.extra?.['sub'] !== subject) return end(grant, 'user_changed');
    if (claims !== undefined && saysTenants(claims, provider)) {
      const member = tenantsOf(claims, provider).some(({ id }) => id === grant.tenant);
      if (!member) return end(grant, 'idp_refused', 'tenant_left');
    }
    if (await writeSurely(clock, () => grants.replace(grant.grantId, grant.version, tokens))) {
      await grants.checked(grant.grantId);
      return { kind: 'stands', grant: { ...grant, tokens, version: grant.version + 1 } };
    }
    const newer = await overtaken(grant);
    return newer === undefined ? { kind: 'ended' } : { kind: 'stands', grant: newer };
  };
}
