import { createHash, randomBytes } from 'node:crypto';
import { type Listening, listen } from '../../src/adapters/node.ts';
import type { Cache } from '../../src/core/cache.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Database } from '../../src/core/database.ts';
import { json } from '../../src/http/exchange.ts';
import { systemClock } from '../../src/lib/clock.ts';
import {
  type ClientDirectory,
  type IdpGrants,
  type InteractionFlow,
  type Interactions,
  type KnownClient,
  type LoginOutcome,
  OAuthError,
  type ProtectedResource,
} from '../../src/oauth/contracts.ts';
import { createFacade, type Facade, type FacadeParts } from '../../src/oauth/facade.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';

/** A facade over real loopback HTTP, with stand-ins for the clients and the user. */
export interface Bench {
  readonly origin: string;
  readonly facade: Facade;
  readonly database: Database;
  readonly cache: Cache;
  readonly clients: Map<string, KnownClient>;
  /** What the user does at the next interactions; by default, consent to everything as alice of acme. */
  readonly user: User;
  readonly failures: unknown[];
  readonly ended: string[];
  close(): Promise<void>;
}

export interface User {
  outcome: Parameters<InteractionFlow['finish']>[1] | undefined;
  check: 'stands' | 'ended' | 'unknown';
  seen: unknown[];
}

export const RESOURCE_PATH = '/mcp';
export const REDIRECT = 'http://127.0.0.1:7777/callback';

export interface BenchOptions {
  readonly clock?: Clock;
  readonly cache?: Cache;
  readonly database?: Database;
  readonly lifetimes?: Partial<FacadeParts['lifetimes']>;
  /** The origin of another bench whose issuer this one shares, as a second node. */
  readonly issuer?: string;
  readonly clients?: Map<string, KnownClient>;
  /** Tenants that may have nothing for the time being. */
  readonly suspended?: ReadonlySet<string>;
}

export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const { clock = systemClock } = options;
  const cache = options.cache ?? createMemoryCache({ clock });
  const database = options.database ?? openSqlite({ file: ':memory:', clock });
  if (options.database === undefined) await database.migrate();
  const clients = options.clients ?? new Map([publicClient(), secretClient(), serviceClient()].map(byId));
  const user: User = { outcome: undefined, check: 'stands', seen: [] };
  const failures: unknown[] = [];
  const ended: string[] = [];
  let facade: Facade | undefined;
  let count = 0;
  const server = await listen({
    handle: async (request) => {
      if (facade === undefined) return json(503, {});
      const reply = await facade.handle(request, `req_${++count}`);
      return reply;
    },
    drain: async () => undefined,
    close: async () => undefined,
  });
  const issuer = options.issuer ?? server.url;
  facade = await createFacade({
    issuer,
    resources: () => [resource(issuer), { ...resource(issuer), url: `${issuer}/v2/mcp` }],
    isEndpoint: (path) => [RESOURCE_PATH, '/v2/mcp'].includes(path),
    directory: directoryOf(clients),
    interactions: (flow, grants) => interactionsOf(flow, grants, user),
    tables: database.oauth,
    cache,
    clock,
    master: new Uint8Array(32).fill(7),
    lifetimes: {
      accessToken: 900,
      refreshIdle: 30 * 86_400,
      grantMax: 365 * 86_400,
      refreshGrace: 30,
      ...options.lifetimes,
    },
    keyDays: 90,
    failed: (thrown) => void failures.push(thrown),
    ended: (_gid, reason) => void ended.push(reason),
    suspended: async (tenant) => options.suspended?.has(tenant) === true,
  });
  return {
    ...{ origin: server.url, facade, database, cache, clients, user, failures, ended },
    close: () => closeAll(server, facade),
  };
}

async function closeAll(server: Listening, facade: Facade | undefined): Promise<void> {
  await server.close();
  await facade?.close();
}

function byId(client: KnownClient): [string, KnownClient] {
  return [client.metadata.client_id, client];
}

export function resource(origin: string): ProtectedResource {
  const scope = (name: string) => ({ name, description: undefined, tools: [] });
  return {
    url: `${origin}${RESOURCE_PATH}`,
    scopes: ['tickets:read', 'tickets:write', 'admin'].map(scope),
    defaultScopes: ['tickets:read'],
  };
}

export function publicClient(id = 'public'): KnownClient {
  return {
    metadata: {
      client_id: id,
      client_name: 'A client',
      redirect_uris: [REDIRECT, 'https://client.example/callback', 'https://client.example/other?iss=x'],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      application_type: 'native',
    },
    origin: 'registered',
    digest: 'd1',
  };
}

export const SECRET = 'a-secret-that-nobody-would-guess-0123456789';

function secretClient(): KnownClient {
  const { metadata } = publicClient('secret');
  return {
    metadata: { ...metadata, token_endpoint_auth_method: 'client_secret_basic' },
    origin: 'configured',
    digest: 'd2',
  };
}

function serviceClient(): KnownClient {
  return {
    metadata: {
      client_id: 'service',
      redirect_uris: [],
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['client_credentials'],
      response_types: [],
      application_type: 'web',
    },
    origin: 'configured',
    digest: 'd3',
    service: { tenant: 'acme', scopes: ['tickets:read', 'tickets:write'] },
  };
}

function directoryOf(clients: Map<string, KnownClient>): ClientDirectory {
  return {
    find: async (id) => clients.get(id),
    verifySecret: async (_id, secret) => secret === SECRET,
    jwks: async () => {
      throw new OAuthError('temporarily_unavailable', 'The keys cannot be had.', { status: 503 });
    },
    register: async () => ({ client_id: 'public' }),
    granted: async () => undefined,
    documents: true,
    services: true,
    authMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    close: async () => undefined,
  };
}

export const ALICE: LoginOutcome['login'] = {
  accountId: 'alice',
  tenant: 'acme',
  claims: { email: 'alice@acme.example' },
};

export const IDP_TOKENS = { accessToken: 'canary-idp-access', refreshToken: 'canary-idp-refresh' };

function interactionsOf(flow: InteractionFlow, _grants: IdpGrants, user: User): Interactions {
  return {
    start: async (details, _request, requestId) => {
      user.seen.push(details);
      const all = details.scopes.map(({ name }) => name);
      const outcome = user.outcome ?? { login: ALICE, consentedScopes: all, idpTokens: IDP_TOKENS };
      return flow.finish(details.uid, outcome, requestId);
    },
    paths: ['/oauth/callback'],
    handle: async () => json(200, { callback: true }),
    check: async () => user.check,
    close: async () => undefined,
  };
}

/** A browser: it follows nothing by itself, and keeps cookies by path. */
export class Browser {
  readonly #cookies = new Map<string, { readonly value: string; readonly path: string }>();

  async get(url: string): Promise<Response> {
    const { pathname } = new URL(url);
    const cookie = [...this.#cookies]
      .filter(([, { path }]) => pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
    const response = await fetch(url, { redirect: 'manual', headers: cookie === '' ? {} : { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      const path = /; ?path=([^;]+)/i.exec(line)?.[1] ?? '/';
      if (value === '') this.#cookies.delete(name);
      else this.#cookies.set(name, { value, path });
    }
    return response;
  }

  /** Follows redirects as long as they stay at an origin. @returns the last answer, whose Location leads elsewhere. */
  async follow(url: string): Promise<Response> {
    const { origin } = new URL(url);
    let response = await this.get(url);
    for (let hop = 0; hop < 8; hop++) {
      const location = response.headers.get('location');
      if (location === null || new URL(location, url).origin !== origin) return response;
      response = await this.get(new URL(location, url).href);
    }
    return response;
  }
}

export interface Pkce {
  readonly verifier: string;
  readonly challenge: string;
}

export function pkce(): Pkce {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

export function authorizeUrl(
  bench: Pick<Bench, 'origin'>,
  { challenge }: Pkce,
  changes: { [name: string]: string | undefined } = {},
): string {
  const url = new URL(`${bench.origin}/oauth/authorize`);
  const given: { [name: string]: string | undefined } = {
    response_type: 'code',
    client_id: 'public',
    redirect_uri: REDIRECT,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    state: 'state-1',
    ...changes,
  };
  for (const [name, value] of Object.entries(given)) if (value !== undefined) url.searchParams.set(name, value);
  return url.href;
}

export interface TokenAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: { readonly [member: string]: unknown };
}

export async function post(
  url: string,
  fields: { readonly [name: string]: string } | URLSearchParams,
  headers: { readonly [name: string]: string } = {},
): Promise<TokenAnswer> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields), headers });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? {} : JSON.parse(text) };
}

export interface Login {
  readonly code: string;
  readonly verifier: string;
  readonly location: URL;
}

export async function login(
  bench: Pick<Bench, 'origin'>,
  changes: { [name: string]: string | undefined } = {},
): Promise<Login> {
  const proof = pkce();
  const last = await new Browser().follow(authorizeUrl(bench, proof, changes));
  const location = new URL(last.headers.get('location') ?? 'about:blank');
  return { code: location.searchParams.get('code') ?? '', verifier: proof.verifier, location };
}

export function redeem(
  bench: Pick<Bench, 'origin'>,
  { code, verifier }: Login,
  changes: { [name: string]: string } = {},
): Promise<TokenAnswer> {
  return post(`${bench.origin}/oauth/token`, {
    grant_type: 'authorization_code',
    client_id: 'public',
    redirect_uri: REDIRECT,
    code,
    code_verifier: verifier,
    ...changes,
  });
}

export function refresh(
  bench: Pick<Bench, 'origin'>,
  token: unknown,
  changes: { [name: string]: string } = {},
): Promise<TokenAnswer> {
  return post(`${bench.origin}/oauth/token`, {
    grant_type: 'refresh_token',
    client_id: 'public',
    refresh_token: String(token),
    ...changes,
  });
}

export function claimsOf(token: unknown): { readonly [claim: string]: unknown } {
  const [, payload = ''] = String(token).split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
}

export function basic(id: string, secret: string): { readonly authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` };
}
