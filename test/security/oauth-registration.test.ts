import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { createJar } from '../oauth/login/jar.ts';
import { type Authorization, openAuthorization, proof, REDIRECT } from './authorization.ts';

/** Clients that register themselves, at the whole server (reference cases 8 to 13). */
let server: Authorization;
let canary: RecordingUpstream;
beforeAll(async () => {
  server = await openAuthorization({ facade: { registration: { perNetwork: 10_000 } } });
  canary = await createRecordingUpstream();
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await canary?.close();
});

const EVIL: readonly string[] = [
  'http://evil.test',
  'http://evil.test/callback',
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'file:///etc/passwd',
  'https://user:password@client.example/callback',
  'https://client.example/callback#fragment',
  'https://*.client.example/callback',
  'https://client.example/a/../callback',
  'https://client.example/%2e%2e/callback',
  'http://localhost.evil.test/callback',
  'http://127.0.0.1.nip.io/callback',
  'http://127.0.0.1@evil.test/',
  'http://[::1].evil.test/',
  'http://0x7f.1/callback',
  '//evil.test/callback',
  'https:evil.test',
  '/callback',
  '',
];

describe('security case 8: a redirect URI', () => {
  test.each(EVIL)('%j is refused, and nothing is registered for it', async (uri) => {
    const { status, json, headers } = await server.register({ redirect_uris: [uri] });
    expect([status, json['error']]).toEqual([400, 'invalid_redirect_uri']);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json).not.toHaveProperty('client_id');
  });

  test('of loopback is none of a web application', async () => {
    const { status, json } = await server.register({ application_type: 'web' });
    expect([status, json['error']]).toEqual([400, 'invalid_redirect_uri']);
  });

  test('that is exact https, or loopback on any port, is what a user is sent back to', async () => {
    const exact = 'https://client.example/callback?tenant=a';
    const id = await server.client({ redirect_uris: [exact, 'http://127.0.0.1/callback'] });
    const { challenge } = proof();
    const ask = (redirect_uri: string) =>
      server.send(
        server.authorizeUrl({ client_id: id, code_challenge: challenge, redirect_uri }).slice(server.origin.length),
      );
    for (const uri of [exact, 'http://127.0.0.1:49152/callback', 'http://localhost:1/callback']) {
      expect((await ask(uri)).status).toBe(303);
    }
    for (const uri of ['https://client.example/callback', `${exact}&x=1`, 'http://127.0.0.1:49152/other', ...EVIL]) {
      const { status, headers } = await ask(uri);
      expect([uri, status, headers.get('location')]).toEqual([uri, 400, null]);
    }
  });
});

describe('security case 9: what a client says of itself', () => {
  const places = () => [canary.url, 'http://169.254.169.254/latest', 'javascript:alert(1)'];

  test('is fetched by nobody, and comes back only where it is harmless', async () => {
    for (const place of places()) {
      const uris = { logo_uri: place, client_uri: place, policy_uri: place, tos_uri: place };
      const { status, json } = await server.register(uris);
      expect(status).toBe(201);
      for (const name of Object.keys(uris)) expect(json).not.toHaveProperty(name);
      const keys = { token_endpoint_auth_method: 'private_key_jwt', jwks_uri: `${place}/jwks` };
      expect((await server.register(keys)).json['error']).toBe('invalid_client_metadata');
    }
    expect(canary.traffic.connections).toBe(0);
  });

  test.each([
    ['ten thousand letters', 'x'.repeat(10_000)],
    ['turned writing', '\u202egnp.exe\u2066x'],
    ['hidden letters', 'Cla\u200bu\u{e0041}de'],
    ['markup', '<img src=x onerror=alert(1)>Claude'],
    ['another alphabet', 'Clаude'],
    ['a line of a log', 'x\r\n{"level":"info","msg":"started"}'],
  ])('with %s is cut, cleaned, and shown as text', async (_, client_name) => {
    const { status, json } = await server.register({ client_name, redirect_uris: [REDIRECT] });
    expect(status).toBe(201);
    const name = String(json['client_name']);
    expect([...name].length).toBeLessThanOrEqual(101);
    expect(name).not.toMatch(/[\p{Cc}\p{Cf}<>]/u);
    const { challenge } = proof();
    const page = await createJar().open(
      server.authorizeUrl({ client_id: String(json['client_id']), code_challenge: challenge }),
    );
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(/<img|<script|\p{Cf}/u);
  });

  test('is no registration where a member is of the wrong kind', async () => {
    for (const over of [{ client_name: { a: 1 } }, { redirect_uris: REDIRECT }, { grant_types: 'x' }, { jwks: [] }]) {
      const { status, json } = await server.register(over);
      expect([status < 500, 'client_id' in json && status !== 201]).toEqual([true, false]);
    }
    for (const body of ['', '[]', 'null', '"x"', '{', '{"__proto__":{"redirect_uris":["https://a.example/"]}}']) {
      const headers = { 'content-type': 'application/json' };
      const { status, json } = await server.send('/oauth/register', { method: 'POST', headers, body });
      expect([body, status, typeof json['error']]).toEqual([body, 400, 'string']);
    }
  });
});

describe('security case 10: a client that asks for more than any may have', () => {
  test('is given less, or nothing, and never gets it later', async () => {
    const asked = {
      grant_types: ['client_credentials', 'password', 'implicit', 'authorization_code'],
      response_types: ['token', 'code'],
      scope: 'admin *',
      token_endpoint_auth_method: 'client_secret_post',
    };
    const { status, json } = await server.register(asked);
    expect(status).toBe(201);
    expect(json).toMatchObject({ grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] });
    expect(json).not.toHaveProperty('scope');
    const own = { client_id: String(json['client_id']), client_secret: String(json['client_secret']) };
    for (const grant_type of [
      'client_credentials',
      'password',
      'implicit',
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
    ]) {
      const answer = await server.post('/oauth/token', { ...own, grant_type, username: 'user_ada', password: 'x' });
      expect(answer.status).toBe(400);
      expect(answer.json['error']).toMatch(/^unauthorized_client$|^unsupported_grant_type$/);
    }
  });

  test.each([
    { grant_types: ['client_credentials'] },
    { grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_basic' },
    { grant_types: ['password'] },
    { response_types: ['token'] },
    { token_endpoint_auth_method: 'tls_client_auth' },
  ])('is refused where nothing is left: %j', async (changes) => {
    const { status, json } = await server.register(changes);
    expect([status, json['error']]).toEqual([400, 'invalid_client_metadata']);
  });
});

test('security case 11: a flood from one address is 429 with a time, and costs others nothing', async () => {
  await using small = await openAuthorization({ facade: { registration: { perNetwork: 5 } } });
  const first = await small.client({ client_name: 'First' });
  const answers = [];
  for (let count = 0; count < 30; count++) answers.push(await small.register({ client_name: `Client ${count}` }));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
  for (const { status, headers } of answers.slice(4)) {
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  // Who is there already goes on, and who is the same client as before is no new one.
  expect((await small.tokens(first)).status).toBe(200);
  expect((await small.register({ client_name: 'First' })).json['client_id']).toBe(first);
});

describe('security case 13: a registration', () => {
  test('is read, changed and deleted by nobody', async () => {
    const { json } = await server.register();
    expect(json).not.toHaveProperty('registration_access_token');
    expect(json).not.toHaveProperty('registration_client_uri');
    const id = String(json['client_id']);
    const headers = { authorization: `Bearer ${(await server.tokens(id)).json['access_token']}` };
    for (const method of ['GET', 'PUT', 'DELETE']) {
      for (const path of [`/oauth/register/${id}`, `/oauth/register?client_id=${id}`, '/oauth/register/']) {
        const { status, text } = await server.send(path, { method, headers });
        expect([401, 404, 405]).toContain(status);
        expect(text).not.toContain(REDIRECT);
      }
    }
  });

  test('with a statement that nobody signed is refused; with one that somebody did, it is one without', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const statement = (alg: string, end: string) => `${part({ alg })}.${part({ client_name: 'Claude' })}.${end}`;
    const unsigned = await server.register({ software_statement: statement('none', '') });
    expect([unsigned.status, unsigned.json['error']]).toEqual([400, 'invalid_software_statement']);
    const { status, json } = await server.register({ software_statement: statement('RS256', 'c2ln') });
    expect([status, json['client_name']]).toEqual([201, 'Test']);
  });

  test.each([
    ['a private key', { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA', d: 'AA' }] } }],
    ['a shared secret', { jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }],
    ['keys twice', { jwks: { keys: [] }, jwks_uri: 'https://client.example/jwks' }],
  ])('with %s is refused', async (_, keys) => {
    const { status, json } = await server.register({ token_endpoint_auth_method: 'private_key_jwt', ...keys });
    expect([status, json['error']]).toEqual([400, 'invalid_client_metadata']);
  });
});
