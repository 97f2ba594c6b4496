import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Listening, listen } from '../../src/adapters/node.ts';
import type { Cache } from '../../src/core/cache.ts';
import type { Database } from '../../src/core/database.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createDevIdentityProvider, type DevIdentityProvider } from '../../src/oauth/dev/identity-provider.ts';
import type { DevUser } from '../../src/oauth/dev/users.ts';
import { CALLBACK_PATH } from '../../src/oauth/interactions.ts';
import { compose } from '../../src/server/compose.ts';
import { readConfig } from '../../src/server/config/load.ts';
import type { Postern } from '../../src/server/postern.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';
import type { ToolDefinition } from '../../src/tools/define.ts';
import { createJar, type Jar, type Page } from '../oauth/login/jar.ts';

export const REDIRECT = 'http://127.0.0.1:7777/callback';
export const SERVICE_SECRET = 'CANARY-service-0123456789abcdef-0123456789';
const UPSTREAM_TOKEN = 'CANARY-upstream-4711-0815-a1b2c3d4e5f6';

const TICKETS = {
  openapi: '3.1.0',
  info: { title: 'Tickets', version: '1' },
  paths: {
    '/tickets/{id}': {
      get: {
        operationId: 'get_ticket',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 200: { description: 'ok' } },
      },
      delete: {
        operationId: 'delete_ticket',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        responses: { 200: { description: 'ok' } },
      },
    },
  },
};

/** An answer with its text read. */
export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The members of a JSON object; none for anything else. */
  readonly json: { readonly [member: string]: unknown };
}

type Fields = { readonly [name: string]: string | undefined };

/** The whole server as clients meet it: facade, built-in identity provider, resource server, and an API behind it. */
export interface Authorization extends AsyncDisposable {
  readonly origin: string;
  readonly postern: Postern;
  readonly database: Database;
  readonly cache: Cache;
  readonly dev: DevIdentityProvider;
  /** What the identity provider was asked, by path. */
  readonly idpPaths: string[];
  readonly upstream: RecordingUpstream;
  log(): string;
  send(path: string, init?: RequestInit): Promise<Told>;
  /** A form to one of the endpoints of the authorization server. */
  post(path: string, fields: Fields | URLSearchParams, headers?: { readonly [name: string]: string }): Promise<Told>;
  /** Registers a client. */
  register(changes?: { readonly [member: string]: unknown }): Promise<Told>;
  /** The id of a public client, registered. */
  client(changes?: { readonly [member: string]: unknown }): Promise<string>;
  /** An authorization request; what is undefined is left out. */
  authorizeUrl(fields: Fields): string;
  /** Consent and login, as far as the client's redirect. */
  consent(client: string, wish?: Wish): Promise<Granted>;
  /** All of it: the answer of the token endpoint. */
  tokens(client: string, wish?: Wish): Promise<Told>;
  redeem(client: string, granted: Pick<Granted, 'code' | 'verifier'>, changes?: Fields): Promise<Told>;
  refresh(client: string, token: unknown, changes?: Fields): Promise<Told>;
  /** A message to the MCP endpoint. */
  rpc(token: unknown, method: string, params?: object, headers?: { readonly [name: string]: string }): Promise<Told>;
  call(token: unknown, name: string, args?: object): Promise<Told>;
}

export interface Wish {
  readonly user?: string;
  readonly jar?: Jar;
  readonly fields?: Fields;
}

export interface Granted {
  readonly code: string;
  readonly verifier: string;
  readonly jar: Jar;
  readonly end: Page;
}

export interface AuthorizationOptions {
  /** Members of `auth.facade`. */
  readonly facade?: object;
  /** Members of `auth`. */
  readonly auth?: object;
  readonly users?: readonly DevUser[];
  readonly tools?: readonly ToolDefinition[];
}

export function proof(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString('base64url');
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
}

/** A client without a user. */
export const SERVICE = {
  id: 'service',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
  secrets: ['${env:SERVICE_SECRET}'],
  service: { tenant: 'acme', scopes: ['tickets:read'] },
};

export async function openAuthorization(options: AuthorizationOptions = {}): Promise<Authorization> {
  const clock = systemClock;
  const cache = createMemoryCache({ clock });
  const database = openSqlite({ file: ':memory:', clock });
  await database.migrate();
  const lines: string[] = [];
  let postern: Postern | undefined;
  const server: Listening = await listen({
    handle: (request) => {
      if (postern === undefined) throw new Error('It has not begun.');
      return postern.handle(request);
    },
    drain: async () => postern?.drain(),
    close: async () => postern?.close(),
  });
  const { url: origin } = server;
  const built = createDevIdentityProvider({
    ...{ origin, callback: origin + CALLBACK_PATH, clock },
    ...(options.users === undefined ? {} : { users: options.users }),
  });
  const idpPaths: string[] = [];
  const dev: DevIdentityProvider = {
    ...built,
    handler: async (incoming, outgoing) => {
      idpPaths.push((incoming.url ?? '').slice(built.prefix.length).replace(/\?.*/, ''));
      return built.handler(incoming, outgoing);
    },
  };
  const upstream = await createRecordingUpstream();
  const dir = mkdtempSync(join(tmpdir(), 'postern-authorization-'));
  writeFileSync(join(dir, 'api.json'), JSON.stringify(TICKETS));
  const config = readConfig(
    configOf(origin, upstream.url, dev, options),
    { name: 'test', lineOf: () => undefined },
    {
      baseDir: dir,
      env: { SERVICE_SECRET, UPSTREAM_TOKEN },
    },
  );
  postern = await compose(config, {
    ...{ baseDir: dir, database, cache, clock, version: '0.0.0', devIdentityProvider: dev },
    master: Buffer.from('CANARY-master-9f8e7d6c5b4a3210-0123456789abcdef'),
    logTo: { write: (line) => void lines.push(line) },
    tools: options.tools ?? [],
  });
  return {
    ...{ origin, postern, database, cache, dev, idpPaths, upstream },
    ...clientOf(origin),
    log: () => lines.join(''),
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await upstream.close();
      await database.close();
      await cache.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function configOf(origin: string, api: string, dev: DevIdentityProvider, { facade, auth }: AuthorizationOptions) {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
  const credential = { from: 'static', bearer: '${env:UPSTREAM_TOKEN}' };
  const scopes = [
    { method: ['GET'], require: ['tickets:read'] },
    { method: ['DELETE'], require: ['tickets:write', 'tickets:admin'] },
  ];
  return {
    server: { url: origin, sse2024: true },
    endpoints: [{ path: '/v2/mcp', toolset: 'reading' }],
    toolsets: { reading: { include: [{ tool: 'get_ticket' }] } },
    upstreams: {
      api: {
        openapi: './api.json',
        baseUrl: api,
        credential,
        headers: { 'x-org': 'principal.tenant' },
        tools: { scopes },
      },
    },
    auth: {
      facade: {
        identityProvider: { issuer: dev.issuer, clientId: dev.clientId, tenant: 'unused' },
        clients: [SERVICE],
        ...facade,
      },
      scopes: {
        'tickets:read': 'Read tickets.',
        'tickets:write': 'Change tickets.',
        'tickets:admin': 'Do anything to tickets.',
      },
      defaultScopes: ['tickets:read'],
      ...auth,
    },
  };
}

type Client = Omit<
  Authorization,
  'origin' | 'postern' | 'database' | 'cache' | 'dev' | 'idpPaths' | 'upstream' | 'log' | typeof Symbol.asyncDispose
>;

/** What clients of every kind do. */
function clientOf(origin: string): Client {
  const send: Client['send'] = async (path, init = {}) =>
    told(await fetch(origin + path, { redirect: 'manual', ...init }));
  const post: Client['post'] = (path, fields, headers = {}) =>
    send(path, { method: 'POST', headers, body: fields instanceof URLSearchParams ? fields : formOf(fields) });
  const register: Client['register'] = (changes) =>
    send('/oauth/register', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        ...{ client_name: 'Test', redirect_uris: [REDIRECT], token_endpoint_auth_method: 'none', ...changes },
      }),
    });
  const authorizeUrl: Client['authorizeUrl'] = (fields) => {
    const given = { response_type: 'code', redirect_uri: REDIRECT, code_challenge_method: 'S256', state: 'state-1' };
    return `${origin}/oauth/authorize?${formOf({ ...given, ...fields })}`;
  };
  const consent: Client['consent'] = async (client, { user = 'user_ada', jar = createJar(), fields = {} } = {}) => {
    const { verifier, challenge } = proof();
    const redirect = fields['redirect_uri'] ?? REDIRECT;
    const ends = (url: string) => url.startsWith(redirect);
    const asked = await jar.open(authorizeUrl({ client_id: client, code_challenge: challenge, ...fields }), ends);
    const login = await jar.submit(asked, { decision: 'approve' }, ends);
    const end = await jar.submit(login, { user }, ends);
    const code = ends(end.url) ? new URL(end.url).searchParams.get('code') : null;
    return { code: code ?? '', verifier, jar, end };
  };
  const redeem: Client['redeem'] = (client, { code, verifier }, changes) =>
    post('/oauth/token', {
      ...{ grant_type: 'authorization_code', client_id: client, redirect_uri: REDIRECT, code, code_verifier: verifier },
      ...changes,
    });
  const rpc: Client['rpc'] = (token, method, params = {}, headers = {}) =>
    send('/mcp', {
      method: 'POST',
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...{ 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
  return {
    ...{ send, post, register, authorizeUrl, consent, redeem, rpc },
    client: async (changes) => String((await register(changes)).json['client_id']),
    tokens: async (client, wish) => redeem(client, await consent(client, wish)),
    refresh: (client, token, changes) =>
      post('/oauth/token', {
        ...{ grant_type: 'refresh_token', client_id: client, refresh_token: String(token) },
        ...changes,
      }),
    call: (token, name, args = {}) => rpc(token, 'tools/call', { name, arguments: args }),
  };
}

function formOf(fields: Fields): URLSearchParams {
  const given = Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return new URLSearchParams(given);
}

async function told(response: Response): Promise<Told> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true && text !== '';
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
}
