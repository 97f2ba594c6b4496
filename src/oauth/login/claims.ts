import type { TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import { PosternError } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';
import { type Claims, saysTenants } from './identity.ts';
import type { IdentityProvider, PlainEndpoints } from './identity-provider.ts';
import type { Openid } from './openid.ts';

type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;

/**
 * What the identity provider says of who logged in: in the ID token, and where that does not speak of tenants, in the
 * access token, then at userinfo. What the ID token says stands.
 * @throws what `failureOf` reads.
 */
export async function claimsOf(openid: Openid, provider: IdentityProvider, tokens: Tokens): Promise<Claims> {
  if (provider.plain !== undefined) return plainClaims(openid, provider, provider.plain, tokens.access_token);
  const { client, config } = openid;
  const claims = await tokenClaims(openid, provider, tokens);
  if (saysTenants(claims, provider) || config.serverMetadata().userinfo_endpoint === undefined) return claims;
  const more = await client.fetchUserInfo(config, tokens.access_token, String(claims['sub']));
  return { ...more, ...claims };
}

/**
 * What the tokens of a refresh say of the user; nothing where there is no ID token. Never rejects: the refresh token may
 * have been rotated, and must be kept whatever else fails.
 */
export async function refreshedClaims(
  openid: Openid,
  provider: IdentityProvider,
  tokens: Tokens,
): Promise<Claims | undefined> {
  const claims = tokens.claims();
  return claims === undefined ? undefined : tokenClaims(openid, provider, tokens).catch(() => ({ ...claims }));
}

async function tokenClaims(openid: Openid, provider: IdentityProvider, tokens: Tokens): Promise<Claims> {
  const claims: Claims = { ...tokens.claims() };
  if (provider.claimsInAccessToken !== true || saysTenants(claims, provider)) return claims;
  const more = await openid.accessTokenClaims(tokens.access_token);
  if (more['sub'] !== claims['sub']) throw new Error('the tokens are of different users');
  return { ...more, ...claims };
}

async function plainClaims(
  { client, config }: Openid,
  provider: IdentityProvider,
  { user, lists = {} }: PlainEndpoints,
  token: string,
): Promise<Claims> {
  const ask = async (url: string): Promise<unknown> => {
    // GitHub refuses who does not say what it is.
    const headers = new Headers({ accept: 'application/json', 'user-agent': 'postern' });
    const answer = await client.fetchProtectedResource(config, token, new URL(url), 'GET', null, headers);
    if (answer.status === 200) return answer.json();
    throw new PosternError('unavailable', { cause: new Error(`${new URL(url).pathname}: ${answer.status}`) });
  };
  const claims = await ask(user);
  if (!isObject(claims)) throw new Error('what describes the user is no object');
  const name = provider.claims.tenant?.[0] ?? '';
  const list = lists[name];
  if (list === undefined || saysTenants(claims, provider)) return claims;
  const found = await ask(list.url);
  const items = Array.isArray(found) ? found.filter(isObject) : [];
  return { ...claims, [name]: items.map((item) => ({ id: item[list.id], name: item[list.name] })) };
}
