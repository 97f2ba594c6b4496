import type { TokenEndpointResponse } from 'openid-client';
import type { IdpTokens } from '../contracts.ts';
import type { IdentityProvider } from './identity-provider.ts';

/**
 * What is kept of an answer of the token endpoint.
 * @param before what it answers to, where that is a refresh: what it leaves out stays as it was (RFC 6749 §6).
 */
export function tokensOf(
  answer: TokenEndpointResponse & { claims(): { readonly sub: string } | undefined },
  { issuer }: IdentityProvider,
  now: number,
  before?: IdpTokens,
): IdpTokens {
  // By our clock: openid-client counts down by the machine's.
  const seconds = answer.expires_in;
  const refreshToken = answer.refresh_token ?? before?.refreshToken;
  const scope = answer.scope ?? before?.scope;
  const subject = answer.claims()?.sub ?? before?.extra?.['sub'];
  return {
    accessToken: answer.access_token,
    ...(seconds === undefined ? {} : { expiresAt: now + seconds * 1_000 }),
    ...(refreshToken === undefined ? {} : { refreshToken }),
    ...(scope === undefined ? {} : { scope }),
    extra: { issuer, ...(subject === undefined ? {} : { sub: subject }) },
  };
}
