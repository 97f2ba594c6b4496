import { createPrivateKey, randomUUID } from 'node:crypto';
import { algorithmOf, type Renewable } from '../../connections/credentials.ts';
import type { AskToken } from '../../connections/refresh.ts';
import { filledIn } from '../../connections/variables.ts';
import type { Clock } from '../../core/clock.ts';
import type { OAuthConfig } from '../config/connections.ts';
import type { FindEndpoints } from './oauth-endpoints.ts';
import type { RequestToken, TokenClient } from './token-request.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
/** Some authorization servers take no longer one. */
const ASSERTION_SECONDS = 300;

/** What tokens are asked for with. */
export interface AskParts {
  readonly request: RequestToken;
  readonly find: FindEndpoints;
  readonly clock: Clock;
}

/** Asks for the tokens of accounts, each kind in its way. */
export function askForTokens(oauth: OAuthConfig | undefined, { request, find, clock }: AskParts): AskToken {
  return async (kept, variables) => {
    if (oauth === undefined) return { kind: 'refused', error: 'no client in credential.oauth' };
    const found = await find(oauth);
    if (found === undefined) return { kind: 'unreachable' };
    const tokenEndpoint = filledIn(found.tokenEndpoint, variables);
    if (tokenEndpoint === undefined) return { kind: 'refused', error: 'no value for a variable of tokenEndpoint' };
    const scope = oauth.scopes.length > 0 ? { scope: oauth.scopes.join(' ') } : undefined;
    switch (kept.kind) {
      case 'oauth2': {
        const client = clientOf(oauth, tokenEndpoint);
        if (client === undefined) return { kind: 'refused', error: 'no client in credential.oauth' };
        return request(client, 'refresh_token', new URLSearchParams({ refresh_token: kept.refreshToken ?? '' }));
      }
      case 'client_credentials': {
        const { clientId, clientSecret } = kept;
        const authMethod = oauth.authMethod === 'none' ? undefined : oauth.authMethod;
        const client = { tokenEndpoint, clientId, clientSecret, authMethod };
        return request(client, 'client_credentials', new URLSearchParams(scope));
      }
      case 'jwt_bearer': {
        const assertion = await assertionOf(kept, { tokenEndpoint, now: clock.now(), ...scope });
        return request({ tokenEndpoint }, JWT_BEARER, new URLSearchParams({ assertion, ...scope }));
      }
    }
  };
}

/** The client that the operator has registered. */
export function clientOf(oauth: OAuthConfig, tokenEndpoint: string): TokenClient | undefined {
  const { clientId, clientSecret, authMethod } = oauth;
  return clientId === undefined
    ? undefined
    : { tokenEndpoint, clientId, clientSecret: clientSecret?.reveal(), authMethod };
}

/** RFC 7523 §3. Google wants the scope in it; elsewhere it does no harm. */
async function assertionOf(
  kept: Extract<Renewable, { kind: 'jwt_bearer' }>,
  { tokenEndpoint, now, scope }: { readonly tokenEndpoint: string; readonly now: number; readonly scope?: string },
): Promise<string> {
  const { issuer, subject = issuer, privateKey, keyId, audience = tokenEndpoint } = kept;
  const { SignJWT } = await import('jose');
  const seconds = Math.floor(now / 1000);
  const header = {
    alg: algorithmOf(privateKey) ?? 'RS256',
    typ: 'JWT',
    ...(keyId === undefined ? {} : { kid: keyId }),
  };
  return new SignJWT(scope === undefined ? {} : { scope })
    .setProtectedHeader(header)
    .setIssuer(issuer)
    .setSubject(subject)
    .setAudience(audience)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + ASSERTION_SECONDS)
    .setJti(randomUUID())
    .sign(createPrivateKey(privateKey));
}
