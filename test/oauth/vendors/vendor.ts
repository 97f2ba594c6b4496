import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { type Configuration, type KoaContextWithOIDC, Provider } from 'oidc-provider';
import { systemClock } from '../../../src/lib/clock.ts';
import type { Egress } from '../../../src/lib/egress.ts';
import { createRows } from '../../../src/oauth/dev/rows.ts';
import type { Recorded } from './metadata.ts';

/** How one vendor differs from the next, by its documentation. */
export interface VendorSetup {
  readonly metadata: Recorded;
  /** Of its tokens, where the metadata has a template instead. */
  readonly issuer?: string;
  readonly client: { readonly id: string; readonly secret: string };
  /** Claims of the one user, by the scope that they come with. */
  readonly claims: { readonly [scope: string]: { readonly [claim: string]: unknown } };
  /** Whether the ID token has nothing but the subject, and userinfo the rest. */
  readonly thinIdToken?: boolean;
  /** Makes access tokens JWTs with these claims. They are opaque otherwise. */
  readonly accessTokenClaims?: { readonly [claim: string]: unknown };
  /** Scopes it knows beside those of its metadata. Any other is `invalid_scope`. */
  readonly scopes?: readonly string[];
  /** What it understands by `prompt`. */
  readonly prompts?: readonly string[];
  /** Whether a login gives a refresh token, by its authorization request. */
  readonly refreshes: (asked: URLSearchParams) => boolean;
  /** What a refresh does with the refresh token: another one, the same again, or no word of it. */
  readonly refreshToken: 'rotates' | 'stays' | 'unsaid';
  /** What it answers to a refresh for a user who is gone. */
  readonly refusal?: object;
}

export interface Vendor {
  /** Where it is, for egress to be allowed there. */
  readonly host: string;
  /** Knows the one redirect URI of its client from now on, and answers. */
  register(callback: string): void;
  /** What leads requests to the vendor's hosts here. */
  through(egress: Egress): Egress;
  /** The browser at the vendor: from an authorization request to the way back. */
  visit(url: string): Promise<string>;
  /** The authorization request that came last. */
  readonly asked: URLSearchParams;
  /** How clients proved themselves at the token endpoint, in order. */
  readonly proofs: readonly ('basic' | 'post')[];
  /** From now on, its user is gone. */
  endUser(): void;
  close(): Promise<void>;
}

const { privateKey } = await generateKeyPair('RS256', { extractable: true });
const KEY = { ...(await exportJWK(privateKey)), alg: 'RS256', use: 'sig', kid: 'vendor' };
const RESOURCE = 'urn:vendor:api';

/** An oidc-provider that is set up as a vendor is, and answers for all of its hosts. */
export async function startVendor(setup: VendorSetup): Promise<Vendor> {
  const { metadata } = setup;
  const proofs: ('basic' | 'post')[] = [];
  let asked = new URLSearchParams();
  let callback = '';
  let gone = false;
  let answer: ReturnType<Provider['callback']> | undefined;
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', metadata.issuer);
    if (pathname.endsWith('/.well-known/openid-configuration')) {
      response.setHeader('content-type', 'application/json').end(JSON.stringify(metadata));
      return;
    }
    if (pathname === pathOf(metadata.token_endpoint)) {
      proofs.push(request.headers.authorization === undefined ? 'post' : 'basic');
    }
    if (pathname === pathOf(metadata.authorization_endpoint)) {
      asked = searchParams;
      const error = refusalOf(setup, asked);
      if (error !== undefined) {
        const back = new URLSearchParams({ error, state: asked.get('state') ?? '' });
        response.writeHead(302, { location: `${callback}?${back}` }).end();
        return;
      }
    }
    request.url = withoutSelection(request.url ?? '/');
    void answer?.(request, response);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    register: (uri) => {
      callback = uri;
      const account = (id: string) => (gone ? undefined : { accountId: id, claims: () => allClaims(setup) });
      answer = createProvider(setup, {
        ...configuration(setup, uri, () => asked),
        findAccount: (_, id) => account(id),
      });
    },
    through: (egress) => ({
      ...egress,
      request: (request) => {
        const url = new URL(request.url);
        const headers = { ...request.headers, ...forwarded(url) };
        return egress.request({ ...request, url: `http://${host}${url.pathname}${url.search}`, headers });
      },
    }),
    visit: (url) => visit(url, host, callback, metadata),
    get asked() {
      return asked;
    },
    proofs,
    endUser: () => {
      gone = true;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const forwarded = (url: URL) => ({ 'x-forwarded-host': url.host, 'x-forwarded-proto': 'https' });

/** oidc-provider does not know `prompt=select_account`, which many vendors do. */
function withoutSelection(target: string): string {
  return target.replace(/(?<=[?&]prompt=[^&]*?)\+?select_account/, '');
}

function pathOf(url: string | undefined): string {
  return url === undefined ? '/none' : new URL(url).pathname;
}

function createProvider(setup: VendorSetup, wanted: Configuration): ReturnType<Provider['callback']> {
  const { metadata } = setup;
  const provider = new Provider(setup.issuer ?? metadata.issuer, {
    ...wanted,
    routes: {
      authorization: pathOf(metadata.authorization_endpoint),
      token: pathOf(metadata.token_endpoint),
      userinfo: pathOf(metadata.userinfo_endpoint),
      jwks: pathOf(metadata.jwks_uri),
    },
  });
  provider.proxy = true;
  provider.use(async (ctx, next) => {
    if (ctx.path.startsWith('/interaction/')) return finish(provider, ctx as unknown as KoaContextWithOIDC, setup);
    await next();
    if (ctx.path === pathOf(metadata.token_endpoint)) retouch(ctx, setup);
  });
  return provider.callback();
}

async function visit(start: string, host: string, callback: string, metadata: Recorded): Promise<string> {
  const cookies = new Map<string, string>();
  let next = new URL(start);
  for (let hop = 0; hop < 10 && !next.href.startsWith(callback); hop++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...forwarded(next), cookie };
    const response = await fetch(`http://${host}${next.pathname}${next.search}`, { headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${next.pathname}: ${response.status} ${await response.text()}`);
    next = new URL(location, next);
  }
  // oidc-provider says who it is in its answer (RFC 9207); not every vendor does.
  if (metadata['authorization_response_iss_parameter_supported'] !== true) next.searchParams.delete('iss');
  return next.href;
}

function configuration(setup: VendorSetup, callback: string, asked: () => URLSearchParams): Configuration {
  const { client, claims, accessTokenClaims, refreshToken } = setup;
  const names = Object.entries(claims).map(([scope, those]) => [scope, Object.keys(those)] as const);
  return {
    adapter: createRows(systemClock),
    jwks: { keys: [KEY] },
    clientDefaults: { id_token_signed_response_alg: 'RS256' },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [callback],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
    ],
    scopes: ['openid', 'offline_access', ...(setup.scopes ?? [])],
    claims: { ...Object.fromEntries(names), openid: ['sub', ...Object.keys(claims['openid'] ?? {})] },
    conformIdTokenClaims: setup.thinIdToken === true,
    pkce: { required: () => true },
    issueRefreshToken: async () => setup.refreshes(asked()),
    rotateRefreshToken: refreshToken === 'rotates',
    expiresWithSession: () => false,
    extraParams: ['access_type', 'audience'],
    extraTokenClaims: () => accessTokenClaims as undefined,
    interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: true },
      resourceIndicators: {
        enabled: accessTokenClaims !== undefined,
        defaultResource: () => RESOURCE,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'use',
          audience: RESOURCE,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    ttl: {
      ...{ AccessToken: 3_600, AuthorizationCode: 60, IdToken: 3_600, Interaction: 600, Session: 600 },
      ...{ RefreshToken: 86_400, Grant: 86_400 },
    },
  };
}

function allClaims({ claims }: VendorSetup) {
  const all = Object.assign({}, ...Object.values(claims)) as { readonly [claim: string]: unknown };
  return { sub: 'the-subject', ...all };
}

/** The user logs in and allows everything. */
async function finish(provider: Provider, ctx: KoaContextWithOIDC, { client, accessTokenClaims }: VendorSetup) {
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  const accountId = 'the-subject';
  const grant = new provider.Grant({ accountId, clientId: client.id });
  grant.addOIDCScope(String(params['scope']));
  if (accessTokenClaims !== undefined) grant.addResourceScope(RESOURCE, 'use');
  await provider.interactionFinished(ctx.req, ctx.res, {
    login: { accountId },
    consent: { grantId: await grant.save() },
  });
}

/** Its ways at the token endpoint. */
function retouch(ctx: { body: unknown; status: number }, { refreshToken, refusal }: VendorSetup): void {
  const { body } = ctx;
  if (typeof body !== 'object' || body === null) return;
  const refreshed = 'oidc' in ctx && (ctx as KoaContextWithOIDC).oidc.params?.['grant_type'] === 'refresh_token';
  if (!refreshed) return;
  if ('error' in body && refusal !== undefined) ctx.body = refusal;
  else if (refreshToken === 'unsaid') {
    const { refresh_token: _, ...rest } = body as { readonly [member: string]: unknown };
    ctx.body = rest;
  }
}

function refusalOf({ metadata, scopes = [], prompts }: VendorSetup, asked: URLSearchParams): string | undefined {
  const offered = metadata['scopes_supported'];
  const known = new Set([...(Array.isArray(offered) ? offered : ['openid', 'profile', 'email']), ...scopes]);
  if ((asked.get('scope') ?? '').split(' ').some((scope) => !known.has(scope))) return 'invalid_scope';
  const wanted = asked.get('prompt')?.split(' ') ?? [];
  return prompts !== undefined && wanted.some((one) => !prompts.includes(one)) ? 'invalid_request' : undefined;
}
