import { exportJWK } from 'jose';
import * as oauth from 'oauth4webapi';
import type { JsonObject } from '../../src/core/json.ts';
import { signIn } from './sdk-clients.ts';
import type { WholeServer } from './whole-server.ts';

/** The server under test is on loopback, without TLS. That is all that is not strict. */
export const INSECURE = { [oauth.allowInsecureRequests]: true };
const REDIRECT = 'http://127.0.0.1:7777/callback';

/** How a client became known, and how it proves who it is. */
export const KINDS = [
  'registered, none',
  'registered, client_secret_basic',
  'registered, client_secret_post',
  'registered, private_key_jwt',
  'document, none',
  'document, private_key_jwt',
] as const;
export type Kind = (typeof KINDS)[number];

/** A client on oauth4webapi, which takes nothing that the RFCs do not allow. */
export interface Strict {
  readonly server: oauth.AuthorizationServer;
  readonly client: oauth.Client;
  readonly auth: oauth.ClientAuth;
  readonly mcp: URL;
}

/** Finds the authorization server from the URL of the endpoint, as RFC 9728 and RFC 8414 say. */
export async function discover(mcp: URL, algorithm: 'oauth2' | 'oidc' = 'oauth2'): Promise<oauth.AuthorizationServer> {
  const found = await oauth.resourceDiscoveryRequest(mcp, INSECURE);
  const { authorization_servers: [first = ''] = [] } = await oauth.processResourceDiscoveryResponse(mcp, found);
  const issuer = new URL(first);
  const answer = await oauth.discoveryRequest(issuer, { algorithm, ...INSECURE });
  return oauth.processDiscoveryResponse(issuer, answer);
}

/** Becomes a client of the server. */
export async function introduce(kind: Kind, whole: WholeServer): Promise<Strict> {
  const mcp = new URL(whole.mcp);
  const server = await discover(mcp);
  const [origin, method = ''] = kind.split(', ');
  const keys = await oauth.generateKeyPair('ES256');
  const { kty = '', crv = '', x = '', y = '' } = await exportJWK(keys.publicKey);
  const jwks = { keys: [{ kty, crv, x, y, kid: 'k1', use: 'sig', alg: 'ES256' }] };
  const metadata: JsonObject = {
    client_name: 'Strict',
    redirect_uris: [REDIRECT],
    token_endpoint_auth_method: method,
    ...(method === 'private_key_jwt' ? { jwks, token_endpoint_auth_signing_alg: 'ES256' } : {}),
  };
  const proof = (secret: string) => authOf(method, { key: keys.privateKey, kid: 'k1' }, secret);
  if (origin === 'document') {
    const id = `https://strict.example/${method}.json`;
    await whole.publish(id, { client_id: id, ...metadata });
    return { server, client: { client_id: id }, auth: proof(''), mcp };
  }
  const answer = await oauth.dynamicClientRegistrationRequest(server, metadata, INSECURE);
  const { client_id, client_secret } = await oauth.processDynamicClientRegistrationResponse(answer);
  return { server, client: { client_id }, auth: proof(String(client_secret ?? '')), mcp };
}

function authOf(method: string, key: oauth.PrivateKey, secret: string): oauth.ClientAuth {
  switch (method) {
    case 'client_secret_basic':
      return oauth.ClientSecretBasic(secret);
    case 'client_secret_post':
      return oauth.ClientSecretPost(secret);
    case 'private_key_jwt':
      return oauth.PrivateKeyJwt(key);
    default:
      return oauth.None();
  }
}

/** A code and what redeems it. */
export interface Answered {
  readonly parameters: URLSearchParams;
  readonly verifier: string;
  readonly redirect: string;
}

/** Sends the user, and checks the answer: state, and `iss` by RFC 9207. */
export async function authorize(strict: Strict, changes: { readonly [name: string]: string } = {}): Promise<Answered> {
  const { server, client, mcp } = strict;
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(server.authorization_endpoint ?? '');
  url.search = new URLSearchParams({
    ...{ response_type: 'code', client_id: client.client_id, redirect_uri: REDIRECT, resource: mcp.href, state },
    ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' },
    ...changes,
  }).toString();
  const callback = await signIn(url, 'user_ada', REDIRECT);
  return { parameters: oauth.validateAuthResponse(server, client, callback, state), verifier, redirect: REDIRECT };
}

/** @throws ResponseBodyError as the RFCs name them. */
export async function redeem(
  { server, client, auth, mcp }: Strict,
  { parameters, verifier, redirect }: Answered,
  more: { readonly [name: string]: string } = {},
): Promise<oauth.TokenEndpointResponse> {
  const additionalParameters = { resource: mcp.href, ...more };
  const options = { ...INSECURE, additionalParameters };
  const answer = await oauth.authorizationCodeGrantRequest(
    ...([server, client, auth, parameters, redirect, verifier, options] as const),
  );
  return oauth.processAuthorizationCodeResponse(server, client, answer);
}

export async function refresh(
  { server, client, auth }: Strict,
  token: string | undefined,
  more: { readonly [name: string]: string } = {},
): Promise<oauth.TokenEndpointResponse> {
  const options = { ...INSECURE, additionalParameters: more };
  const answer = await oauth.refreshTokenGrantRequest(server, client, auth, token ?? '', options);
  return oauth.processRefreshTokenResponse(server, client, answer);
}

export async function revoke({ server, client, auth }: Strict, token: string | undefined): Promise<void> {
  const answer = await oauth.revocationRequest(server, client, auth, token ?? '', INSECURE);
  await oauth.processRevocationResponse(answer);
}

export async function introspect(
  { server, client, auth }: Strict,
  token: string | undefined,
): Promise<oauth.IntrospectionResponse> {
  const answer = await oauth.introspectionRequest(server, client, auth, token ?? '', INSECURE);
  return oauth.processIntrospectionResponse(server, client, answer);
}

/** Calls `whoami`. @throws WWWAuthenticateChallengeError with the challenge, parsed as RFC 9110 §11.6.1 says. */
export async function call({ mcp }: Pick<Strict, 'mcp'>, token: string): Promise<string> {
  const headers = new Headers({ 'content-type': 'application/json', accept: 'application/json, text/event-stream' });
  const params = { name: 'whoami', arguments: {} };
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  return (await oauth.protectedResourceRequest(token, 'POST', mcp, headers, body, INSECURE)).text();
}
