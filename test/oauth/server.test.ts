import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listening, listen } from '../../src/adapters/node.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { createDevIdentityProvider } from '../../src/oauth/dev/identity-provider.ts';
import { CALLBACK_PATH } from '../../src/oauth/interactions.ts';
import { compose } from '../../src/server/compose.ts';
import { readConfig } from '../../src/server/config/load.ts';
import type { Postern } from '../../src/server/postern.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { tool } from '../../src/tools/define.ts';
import { pkce, post } from './facade-bench.ts';
import { createJar } from './login/jar.ts';

/** The whole server from its config: discovery, registration, consent, login, tokens, a call. */
describe('a server with a facade', () => {
  let postern: Postern;
  let server: Listening;
  let origin: string;
  const lines: string[] = [];
  const clock = systemClock;
  const cache = createMemoryCache({ clock });
  const database = openSqlite({ file: ':memory:', clock });

  beforeAll(async () => {
    await database.migrate();
    server = await listen({
      handle: (request) => postern.handle(request),
      drain: () => postern.drain(),
      close: () => postern.close(),
    });
    origin = server.url;
    const dev = await createDevIdentityProvider({ origin, callback: origin + CALLBACK_PATH, clock });
    const config = readConfig(
      {
        server: { url: origin },
        auth: {
          facade: { identityProvider: { issuer: dev.issuer, clientId: dev.clientId, tenant: 'unused' } },
          scopes: { 'tickets:read': 'Read tickets.', 'tickets:write': 'Change tickets.' },
          defaultScopes: ['tickets:read'],
        },
      },
      { name: 'test', lineOf: () => undefined },
      { baseDir: '.', env: {} },
    );
    postern = await compose(config, {
      ...{ baseDir: '.', database, cache, clock, version: '0.0.0', devIdentityProvider: dev },
      master: new Uint8Array(32).fill(9),
      logTo: { write: (line) => void lines.push(line) },
      tools: [
        tool({
          name: 'whoami',
          description: 'Who calls.',
          scopes: ['tickets:read'],
          run: async (_input, { principal }) => ({ tenant: principal.tenant, subject: principal.subject }),
        }),
        tool({ name: 'close', description: 'Close.', scopes: ['tickets:write'], run: async () => 'closed' }),
      ],
    });
  });
  afterAll(async () => {
    await server.close();
    await database.close();
    await cache.close();
  });

  const document = async (path: string) => (await fetch(origin + path)).json() as Promise<Record<string, unknown>>;
  const call = (token: unknown, name = 'whoami') =>
    fetch(`${origin}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } }),
    });

  async function login(
    scope?: string,
  ): Promise<{ readonly body: { readonly [member: string]: unknown }; readonly id: string }> {
    const registered = await fetch(`${origin}/oauth/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        client_name: 'Test',
        redirect_uris: ['http://127.0.0.1:7777/callback'],
        token_endpoint_auth_method: 'none',
      }),
    });
    const { client_id: id } = (await registered.json()) as { client_id: string };
    expect(registered.status).toBe(201);
    const proof = pkce();
    const query = new URLSearchParams({
      ...{ response_type: 'code', client_id: id, redirect_uri: 'http://127.0.0.1:9999/callback' },
      ...{ code_challenge: proof.challenge, code_challenge_method: 'S256', state: 's' },
      ...(scope === undefined ? {} : { scope }),
    });
    const jar = createJar();
    const toClient = (url: string) => url.startsWith('http://127.0.0.1:9999/');
    const question = await jar.open(`${origin}/oauth/authorize?${query}`);
    expect(question.text).toContain('whoami');
    const loginPage = await jar.submit(question, { decision: 'approve' });
    const end = await jar.submit(loginPage, { user: 'user_ada' }, toClient);
    const code = new URL(end.url).searchParams.get('code') ?? '';
    const { body } = await post(`${origin}/oauth/token`, {
      ...{ grant_type: 'authorization_code', client_id: id, code, code_verifier: proof.verifier },
      redirect_uri: 'http://127.0.0.1:9999/callback',
    });
    return { body, id };
  }

  it('leads from a challenge to a call', async () => {
    const challenged = await call('none');
    expect(challenged.status).toBe(401);
    const resource = await document('/.well-known/oauth-protected-resource/mcp');
    expect(resource).toMatchObject({ resource: `${origin}/mcp`, authorization_servers: [origin] });
    const metadata = await document('/.well-known/oauth-authorization-server');
    expect(metadata).toMatchObject({
      issuer: origin,
      scopes_supported: ['tickets:read', 'tickets:write', 'offline_access'],
    });
    const { body, id } = await login();
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'tickets:read' });
    const answer = await call(body['access_token']);
    expect(await answer.text()).toContain('\\"tenant\\":\\"acme\\"');
    expect((await call(body['access_token'], 'close')).status).toBe(403);

    const next = await post(`${origin}/oauth/token`, {
      grant_type: 'refresh_token',
      client_id: id,
      refresh_token: String(body['refresh_token']),
    });
    expect(next.status).toBe(200);
    await post(`${origin}/oauth/revoke`, { client_id: id, token: String(next.body['refresh_token']) });
    expect((await call(next.body['access_token'])).status).toBe(401);
    expect((await call(body['access_token'])).status).toBe(401);
  });

  it('says nothing of an authorization under way in the log', () => {
    expect(lines.join('\n')).toContain('/oauth/interaction/…');
    expect(lines.join('\n')).not.toMatch(/\/oauth\/(authorize|interaction)\/[\w-]/);
  });
});
