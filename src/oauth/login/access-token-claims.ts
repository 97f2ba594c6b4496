import type { FetchImplementation } from 'jose';
import type { Configuration, CustomFetch } from 'openid-client';
import type { Clock } from '../../core/clock.ts';
import type { Claims } from './identity.ts';

/** As `openid-client` has it for ID tokens. */
const TOLERANCE_SECONDS = 30;

/**
 * Reads access tokens that are JWTs of the identity provider: signed with the keys of its metadata, of its issuer, and
 * not over. For whom they are is not asked: they came from its token endpoint, and are shown to nobody.
 */
export async function accessTokenChecker(
  config: Configuration,
  fetched: CustomFetch,
  clock: Clock,
): Promise<(token: string) => Promise<Claims>> {
  const { createRemoteJWKSet, customFetch, jwtVerify } = await import('jose');
  const { issuer, jwks_uri: uri } = config.serverMetadata();
  if (uri === undefined) throw new Error('the metadata names no keys');
  const asked: FetchImplementation = (url, { headers, method, signal }) =>
    fetched(url, { headers: Object.fromEntries(headers), method, signal, body: undefined, redirect: 'manual' });
  const keys = createRemoteJWKSet(new URL(uri), { [customFetch]: asked });
  return async (token) => {
    const options = { issuer, clockTolerance: TOLERANCE_SECONDS, currentDate: new Date(clock.now()) };
    return (await jwtVerify(token, keys, { ...options, requiredClaims: ['sub', 'exp'] })).payload;
  };
}
