import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { systemClock } from '../../../src/lib/clock.ts';
import { createRows } from '../../../src/oauth/dev/rows.ts';

/** A client as Keycloak's Admin REST API has it ("ClientRepresentation"), as far as it is used. */
export interface KeycloakClient {
  readonly id: string;
  readonly clientId: string;
  readonly name?: string;
  readonly publicClient?: boolean;
  readonly consentRequired?: boolean;
  readonly redirectUris: readonly string[];
  readonly attributes: { readonly [name: string]: string };
  readonly protocolMappers: readonly { readonly config: { readonly [name: string]: string } }[];
}

export interface Keycloak {
  readonly issuer: string;
  /** By their internal ids. */
  readonly clients: ReadonlyMap<string, KeycloakClient>;
  /** The browser at Keycloak: logs in, agrees, and is sent back. */
  visit(url: URL): Promise<URL>;
  /** Somebody deletes a client in the console. */
  forget(id: string): void;
  close(): Promise<void>;
}

const ADMIN = { id: 'postern', secret: 'the-secret-of-the-admin-client' };
export const KEYCLOAK_ADMIN = ADMIN;
const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const KEY = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'realm' };

/**
 * A Keycloak realm, played: oidc-provider behind the paths of a realm, and the three requests of the Admin REST API that
 * are used, after its documentation ("Create a new client": 201 with `Location`; "Get representation of the client"; "Delete
 * the client": 204). No Keycloak was asked.
 */
export async function startKeycloak(): Promise<Keycloak> {
  const clients = new Map<string, KeycloakClient>();
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined;
  const server = createServer((request, response) => void handle(request, response));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${origin}/realms/acme`;
  const byClientId = (id: string) => [...clients.values()].find(({ clientId }) => clientId === id);
  const provider = new Provider(issuer, configuration(byClientId));
  provider.use(async (ctx, next) => {
    if (ctx.path.startsWith('/interaction/')) return finish(provider, ctx as unknown as KoaContextWithOIDC);
    await next();
    const location: string | undefined = ctx.response.get('location');
    if (location?.includes('iss=') !== true) return;
    const back = new URL(location);
    const asked = (ctx as unknown as KoaContextWithOIDC).oidc?.client?.clientId ?? '';
    // Per client: "Exclude Issuer From Authentication Response".
    if (byClientId(asked)?.attributes['exclude.issuer.from.auth.response'] === 'true') back.searchParams.delete('iss');
    ctx.response.set('location', back.href);
  });
  const oauth = provider.callback();
  handle = async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', origin);
    if (pathname === '/realms/acme/.well-known/openid-configuration') return send(response, 200, metadata(issuer));
    if (!pathname.startsWith('/admin/')) return oauth(request, response);
    const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
    if ((await provider.ClientCredentials.find(token)) === undefined) return send(response, 401, { error: 'HTTP 401' });
    return administer(request, response, pathname, clients);
  };
  return {
    issuer,
    clients,
    visit: (url) => visit(url),
    forget: (id) => void clients.delete(id),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function administer(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  clients: Map<string, KeycloakClient>,
): Promise<void> {
  const id = /^\/admin\/realms\/acme\/clients\/([\w-]+)$/.exec(path)?.[1];
  if (path === '/admin/realms/acme/clients' && request.method === 'GET') return send(response, 200, []);
  if (path === '/admin/realms/acme/clients') {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const made = { clientId: randomUUID(), ...JSON.parse(Buffer.concat(chunks).toString('utf8')), id: randomUUID() };
    clients.set(made.id, made);
    response.setHeader('location', `http://${request.headers.host}${path}/${made.id}`);
    return send(response, 201, undefined);
  }
  const found = clients.get(id ?? '');
  if (found === undefined) return send(response, 404, { error: 'Could not find client' });
  if (request.method !== 'DELETE') return send(response, 200, found);
  clients.delete(found.id);
  return send(response, 204, undefined);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json').end(body === undefined ? undefined : JSON.stringify(body));
}

/** As a realm publishes it, but for members that nobody reads here. */
function metadata(issuer: string) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/protocol/openid-connect/auth`,
    token_endpoint: `${issuer}/protocol/openid-connect/token`,
    jwks_uri: `${issuer}/protocol/openid-connect/certs`,
    registration_endpoint: `${issuer}/clients-registrations/openid-connect`,
    scopes_supported: ['openid', 'offline_access', 'tickets:read'],
    token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
    code_challenge_methods_supported: ['plain', 'S256'],
    authorization_response_iss_parameter_supported: true,
  };
}

function configuration(byClientId: (id: string) => KeycloakClient | undefined): Configuration {
  const rows = createRows(systemClock);
  const admin = {
    client_id: ADMIN.id,
    client_secret: ADMIN.secret,
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
  };
  const findClient = (id: string) => {
    if (id === ADMIN.id) return admin;
    const client = byClientId(id);
    if (client === undefined) return undefined;
    return {
      client_id: id,
      redirect_uris: [...client.redirectUris],
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
    };
  };
  return {
    adapter: ((name: string) =>
      name === 'Client' ? { ...rows(name), find: async (id: string) => findClient(id) } : rows(name)) as never,
    jwks: { keys: [KEY] },
    clientDefaults: { id_token_signed_response_alg: 'RS256' },
    scopes: ['openid', 'offline_access', 'tickets:read'],
    routes: {
      authorization: '/realms/acme/protocol/openid-connect/auth',
      token: '/realms/acme/protocol/openid-connect/token',
      jwks: '/realms/acme/protocol/openid-connect/certs',
    },
    pkce: { required: (_, client) => client.clientId !== ADMIN.id },
    issueRefreshToken: async () => true,
    expiresWithSession: () => false,
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    extraTokenClaims: () => ({ org: 'acme' }),
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, _resource, client) => ({
          scope: 'tickets:read',
          // `resource` means nothing to Keycloak: what the client's mapper says is the audience.
          audience: byClientId(client.clientId)?.protocolMappers[0]?.config['included.custom.audience'] ?? 'account',
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    ttl: {
      ...{ AccessToken: 300, ClientCredentials: 60, AuthorizationCode: 60, IdToken: 300 },
      ...{ Interaction: 600, Session: 600, RefreshToken: 86_400, Grant: 86_400 },
    },
  };
}

/** The user logs in and agrees. */
async function finish(provider: Provider, ctx: KoaContextWithOIDC): Promise<void> {
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  const grant = new provider.Grant({ accountId: 'ada', clientId: String(params['client_id']) });
  grant.addOIDCScope(String(params['scope']));
  grant.addResourceScope(String(params['resource']), 'tickets:read');
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: 'ada' }, consent });
}

async function visit(start: URL): Promise<URL> {
  const cookies = new Map<string, string>();
  let next = start;
  for (let hop = 0; hop < 10; hop++) {
    if (next.origin !== start.origin) return next;
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(next, { headers: { cookie }, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${next.pathname}: ${response.status} ${await response.text()}`);
    next = new URL(location, next);
  }
  throw new Error('too many redirects');
}
