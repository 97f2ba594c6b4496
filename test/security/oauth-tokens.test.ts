import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { basic, claimsOf } from '../oauth/facade-bench.ts';
import { type Authorization, openAuthorization, REDIRECT, SERVICE_SECRET } from './authorization.ts';

/** The token endpoint, and what its tokens open, at the whole server (reference cases 32 to 44). */
let server: Authorization;
let strict: Authorization;
let client: string;
let other: string;
beforeAll(async () => {
  server = await openAuthorization();
  strict = await openAuthorization({ facade: { lifetimes: { refreshGraceSeconds: 0 } } });
  client = await server.client({ client_name: 'One' });
  other = await server.client({ client_name: 'Other' });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await strict?.[Symbol.asyncDispose]();
});

const DEAD = [400, 'invalid_grant'];
const SERVICE = { grant_type: 'client_credentials' };
const brief = ({
  status,
  json,
}: {
  readonly status: number;
  readonly json: { readonly [member: string]: unknown };
}) => [status, json['error']];
const opens = async (token: unknown, at = server) => (await at.call(token, 'get_ticket', { id: '1' })).status === 200;

describe('security case 32: an authorization without a proof to come', () => {
  test.each([
    [{ code_challenge: undefined }],
    [{ code_challenge: undefined, code_challenge_method: undefined }],
    [{ code_challenge: '' }],
    [{ code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' }],
    [{ code_challenge: 'x'.repeat(43), code_challenge_method: undefined }],
    [{ code_challenge: 'x'.repeat(43), code_challenge_method: 'S512' }],
    [{ code_challenge: 'x'.repeat(43), code_challenge_method: 's256' }],
    [{ code_challenge: 'x'.repeat(42) }],
    [{ code_challenge: 'x'.repeat(129) }],
  ])('goes back as invalid_request, whoever asks: %j', async (fields) => {
    const secret = await server.client({ token_endpoint_auth_method: 'client_secret_basic' });
    for (const client_id of [client, secret]) {
      const url = new URL(server.authorizeUrl({ client_id, ...fields }));
      const { status, headers } = await server.send(url.pathname + url.search);
      const location = new URL(headers.get('location') ?? 'about:blank');
      expect([status, location.searchParams.get('error')]).toEqual([303, 'invalid_request']);
      expect(location.href.startsWith(REDIRECT)).toBe(true);
    }
  });
});

describe('security case 33: a code', () => {
  test('is nothing without its verifier, and stands until that comes', async () => {
    const granted = await server.consent(client);
    const verifiers = [undefined, '', 'x'.repeat(42), 'x'.repeat(129), 'x'.repeat(43), `${granted.verifier}=`];
    for (const code_verifier of verifiers) {
      const [status, error] = brief(await server.redeem(client, granted, { code_verifier }));
      expect([code_verifier, status, error]).toEqual([code_verifier, ...DEAD]);
    }
    const twice = new URLSearchParams({ grant_type: 'authorization_code', client_id: client, redirect_uri: REDIRECT });
    twice.append('code', granted.code);
    twice.append('code_verifier', 'x'.repeat(43));
    twice.append('code_verifier', granted.verifier);
    expect((await server.post('/oauth/token', twice)).status).toBe(400);
    expect((await server.redeem(client, granted)).status).toBe(200);
  });
});

describe('security case 34: a code that comes twice', () => {
  test('ends what came of it, and opens nothing any more', async () => {
    const granted = await server.consent(client);
    const first = await server.redeem(client, granted);
    expect(await opens(first.json['access_token'])).toBe(true);
    expect(brief(await server.redeem(client, granted))).toEqual(DEAD);
    expect(await opens(first.json['access_token'])).toBe(false);
    expect(brief(await server.refresh(client, first.json['refresh_token']))).toEqual(DEAD);
    expect(server.log()).toContain('"reason":"code_replayed"');
  });

  test('is good for one of ten at once', async () => {
    const granted = await server.consent(client);
    const answers = await Promise.all(Array.from({ length: 10 }, () => server.redeem(client, granted)));
    expect(answers.filter(({ status }) => status === 200).length).toBeLessThanOrEqual(1);
    expect(answers.every(({ status }) => status === 200 || status === 400)).toBe(true);
  });
});

test('security case 35: a code that is made up, or another’s, costs nobody a grant', async () => {
  const granted = await server.consent(client);
  const first = await server.redeem(client, granted);
  const { code } = granted;
  for (const guess of [`${code.slice(0, -2)}xx`, `${code}x`, code.slice(0, 20), 'x'.repeat(10_000), '\0', '']) {
    expect((await server.redeem(client, { ...granted, code: guess })).status).toBe(400);
  }
  expect(brief(await server.redeem(other, granted))).toEqual(DEAD);
  expect(await opens(first.json['access_token'])).toBe(true);
  expect((await server.refresh(client, first.json['refresh_token'])).status).toBe(200);
});

describe('security case 37: a code', () => {
  test('is for one client, redirect URI and server, and outlasts who does not prove to be that one', async () => {
    const granted = await server.consent(client);
    expect(brief(await server.redeem(other, granted))).toEqual(DEAD);
    expect(brief(await server.redeem(client, granted, { redirect_uri: 'http://127.0.0.1:7777/other' }))).toEqual(DEAD);
    const without = await server.redeem(client, granted, { redirect_uri: undefined });
    expect(brief(without)).toEqual([400, 'invalid_request']);
    expect((await strict.redeem(client, granted)).status).toBeGreaterThanOrEqual(400);
    expect((await server.redeem(client, granted)).status).toBe(200);
  });

  test.each(['/v2/mcp', '/mcp-evil', 'https://evil.test/mcp'])(
    'is for one resource, and spent by who has proved everything and asks for another: %s',
    async (path) => {
      const granted = await server.consent(client);
      const resource = path.startsWith('/') ? server.origin + path : path;
      expect(brief(await server.redeem(client, granted, { resource }))).toEqual([400, 'invalid_target']);
      expect(brief(await server.redeem(client, granted))).toEqual(DEAD);
    },
  );
});

describe('security case 38: a refresh token', () => {
  test('that was followed by one in use is stolen: the whole family is dead, and it is told', async () => {
    const { json } = await server.tokens(client);
    const second = await server.refresh(client, json['refresh_token']);
    const third = await server.refresh(client, second.json['refresh_token']);
    expect(brief(await server.refresh(client, json['refresh_token']))).toEqual(DEAD);
    for (const token of [second, third]) {
      expect(brief(await server.refresh(client, token.json['refresh_token']))).toEqual(DEAD);
      expect(await opens(token.json['access_token'])).toBe(false);
    }
    expect(await opens(json['access_token'])).toBe(false);
    expect(server.log()).toContain('"reason":"refresh_reused"');
  });
});

describe('security case 39: twenty refreshes at once', () => {
  test('have one successor within the grace', async () => {
    const { json } = await server.tokens(client);
    const refreshes = Array.from({ length: 20 }, () => server.refresh(client, json['refresh_token']));
    const answers = await Promise.all(refreshes);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map((answer) => answer.json['refresh_token'])).size).toBe(1);
    expect((await server.refresh(client, answers[7]?.json['refresh_token'])).status).toBe(200);
  });

  test('have one winner without a grace', async () => {
    const id = await strict.client();
    const { json } = await strict.tokens(id);
    const answers = await Promise.all(Array.from({ length: 20 }, () => strict.refresh(id, json['refresh_token'])));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('security case 40: a refresh that asks for more', () => {
  test('gets nothing, and changes nothing', async () => {
    const { json } = await server.tokens(client, { fields: { scope: 'tickets:read' } });
    const token = json['refresh_token'];
    for (const scope of ['tickets:read tickets:write', 'tickets:admin']) {
      expect(brief(await server.refresh(client, token, { scope }))).toEqual([400, 'invalid_scope']);
    }
    for (const resource of [`${server.origin}/v2/mcp`, 'https://evil.test/mcp']) {
      expect(brief(await server.refresh(client, token, { resource }))).toEqual([400, 'invalid_target']);
    }
    expect(brief(await server.refresh(other, token))).toEqual(DEAD);
    expect(brief(await server.refresh('service', token))[0]).toBe(401);
    const { status, json: next } = await server.refresh(client, token);
    expect([status, next['scope']]).toEqual([200, 'tickets:read']);
  });
});

describe('security case 41: a client that proves itself', () => {
  const wrong = `${SERVICE_SECRET.slice(0, -1)}x`;

  test.each<[string, () => Promise<{ status: number; headers: Headers; text: string }>]>([
    ['a wrong secret', () => server.post('/oauth/token', SERVICE, basic('service', wrong))],
    [
      'the secret of a key',
      () => server.post('/oauth/token', { ...SERVICE, client_id: 'service', client_secret: wrong }),
    ],
    ['no secret', () => server.post('/oauth/token', { ...SERVICE, client_id: 'service' })],
    ['an unknown name', () => server.post('/oauth/token', SERVICE, basic('nobody', wrong))],
  ])('with %s is 401, and nothing of it comes back', async (_, ask) => {
    const { status, headers, text } = await ask();
    expect([status, JSON.parse(text).error]).toEqual([401, 'invalid_client']);
    expect(text).not.toContain(wrong);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('with a wrong or an unknown name is told the same', async () => {
    const [known, unknown] = await Promise.all(
      ['service', 'nobody'].map((name) => server.post('/oauth/token', SERVICE, basic(name, wrong))),
    );
    expect(known?.text).toBe(unknown?.text);
    expect(known?.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  test.each<[string, { readonly [name: string]: string }, { readonly [name: string]: string }]>([
    ['an empty secret', {}, basic('service', '')],
    ['no base64', {}, { authorization: 'Basic %%%' }],
    ['no colon', {}, { authorization: `Basic ${btoa('service')}` }],
    ['another scheme', {}, { authorization: `Bearer ${SERVICE_SECRET}` }],
    ['two at once', { client_id: 'service', client_secret: SERVICE_SECRET }, basic('service', SERVICE_SECRET)],
    ['two names', { client_id: 'other' }, basic('service', SERVICE_SECRET)],
  ])('in a way that there is not, is refused: %s', async (_, fields, headers) => {
    const { status, json, text } = await server.post('/oauth/token', { ...SERVICE, ...fields }, headers);
    expect([400, 401]).toContain(status);
    expect(json['error']).toMatch(/^invalid_(request|client)$/);
    expect(text).not.toContain(SERVICE_SECRET);
  });

  test('is not taken from a query, and it is not written down there', async () => {
    const query = new URLSearchParams({ client_id: 'service', client_secret: SERVICE_SECRET });
    const { status } = await server.post(`/oauth/token?${query}`, SERVICE);
    expect([400, 401]).toContain(status);
    expect(server.log()).not.toContain(SERVICE_SECRET);
  });

  test('in the way that it registered, and in no other', async () => {
    const { json } = await server.register({ token_endpoint_auth_method: 'client_secret_post' });
    const [id, secret] = [String(json['client_id']), String(json['client_secret'])];
    const granted = await server.consent(id);
    expect(brief(await server.redeem(id, granted))).toEqual([401, 'invalid_client']);
    const none = await server.redeem(id, granted, { client_secret: '' });
    expect(brief(none)).toEqual([401, 'invalid_client']);
    expect((await server.redeem(id, granted, { client_secret: secret })).status).toBe(200);
  });
});

describe('security case 43: a client for itself', () => {
  test('has its own tenant and scopes, no refresh token, and the name of no user', async () => {
    const { json } = await server.post('/oauth/token', SERVICE, basic('service', SERVICE_SECRET));
    expect(json).not.toHaveProperty('refresh_token');
    expect(claimsOf(json['access_token'])).toMatchObject({ sub: 'service', tenant: 'acme', scope: 'tickets:read' });
    expect(await opens(json['access_token'])).toBe(true);
    expect((await server.call(json['access_token'], 'delete_ticket', { id: '1' })).status).toBe(403);
  });

  test.each([
    [{ scope: 'tickets:admin' }, 'invalid_scope'],
    [{ scope: 'tickets:read tickets:write' }, 'invalid_scope'],
    [{ resource: 'https://evil.test/mcp' }, 'invalid_target'],
  ])('asks for no more: %j', async (fields, error) => {
    const answer = await server.post('/oauth/token', { ...SERVICE, ...fields }, basic('service', SERVICE_SECRET));
    if (answer.status === 200) expect(answer.json['scope']).toBe('tickets:read');
    else expect(brief(answer)).toEqual([400, error]);
  });

  test('is not one that has users, nor one that is public', async () => {
    expect(brief(await server.post('/oauth/token', { ...SERVICE, client_id: client }))).toEqual([
      400,
      'unauthorized_client',
    ]);
    const made = { code: 'x'.repeat(43), verifier: 'x'.repeat(43) };
    const { status } = await server.redeem('service', made, { client_secret: SERVICE_SECRET });
    expect(status).toBe(400);
  });

  test('is not mistaken for a user of that name', async () => {
    const users = [
      { id: 'service', name: 'Eve', email: 'eve@globex.test', tenants: [{ id: 'globex', name: 'Globex' }] },
    ];
    await using own = await openAuthorization({ users });
    const { end, code } = await own.consent(await own.client(), { user: 'service' });
    expect([code, end.status]).toEqual(['', 403]);
    expect(end.text).toMatch(/req_[0-9a-z]{26}/);
  });
});

describe('security case 44: a token', () => {
  test.each(['/mcp-evil', '/mcp#fragment', '/mcp?x=1', '/', '/mcp/x', '//evil.test/mcp'])(
    'is for nothing that is not served: %s',
    async (path) => {
      const url = new URL(
        server.authorizeUrl({ client_id: client, code_challenge: 'x'.repeat(43), resource: server.origin + path }),
      );
      const { headers } = await server.send(url.pathname + url.search);
      const location = new URL(headers.get('location') ?? 'about:blank');
      expect(location.searchParams.get('error')).toBe('invalid_target');
    },
  );

  test('is for one resource of two, or none', async () => {
    const url = new URL(server.authorizeUrl({ client_id: client, code_challenge: 'x'.repeat(43) }));
    url.searchParams.append('resource', `${server.origin}/mcp`);
    url.searchParams.append('resource', `${server.origin}/v2/mcp`);
    const { headers } = await server.send(url.pathname + url.search);
    const location = new URL(headers.get('location') ?? 'about:blank', server.origin);
    expect(location.searchParams.get('error')).toBe('invalid_target');
    const granted = await server.consent(client);
    const fields = new URLSearchParams({ grant_type: 'authorization_code', client_id: client, redirect_uri: REDIRECT });
    fields.append('code', granted.code);
    fields.append('code_verifier', granted.verifier);
    for (const path of ['/mcp', '/v2/mcp']) fields.append('resource', server.origin + path);
    expect(brief(await server.post('/oauth/token', fields))).toEqual([400, 'invalid_target']);
  });

  test('has one audience, the endpoint, and the answer is kept by nobody', async () => {
    for (const [asked, audience] of [
      [undefined, '/mcp'],
      [`${server.origin}/mcp/`, '/mcp'],
      [`${server.origin}/v2/mcp`, '/v2/mcp'],
    ] as const) {
      const { json, headers } = await server.tokens(client, { fields: { resource: asked } });
      expect(claimsOf(json['access_token'])['aud']).toBe(server.origin + audience);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(await opens(json['access_token'])).toBe(audience === '/mcp');
    }
  });

  test('of another is neither revoked nor told of', async () => {
    const { json } = await server.tokens(client);
    for (const token of [json['access_token'], json['refresh_token'], 'x', 'a.b.c', '']) {
      const fields = { client_id: other, token: String(token) };
      const { status, json: said } = await server.post('/oauth/revoke', fields);
      if (token !== '') expect([status, said]).toEqual([200, {}]);
    }
    expect(await opens(json['access_token'])).toBe(true);
    expect((await server.refresh(client, json['refresh_token'])).status).toBe(200);
    for (const headers of [{}, basic('service', 'wrong'), { authorization: `Bearer ${json['access_token']}` }]) {
      const { status } = await server.post('/oauth/introspect', { token: String(json['access_token']) }, headers);
      expect(status).toBe(401);
    }
    for (const token of ['x', 'a.b.c', `${json['access_token']}x`]) {
      const asked = await server.post('/oauth/introspect', { token }, basic('service', SERVICE_SECRET));
      expect(asked.json).toEqual({ active: false });
    }
  });
});
