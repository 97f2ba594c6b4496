import { createHmac, createPublicKey } from 'node:crypto';
import { decodeProtectedHeader, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { TestIssuer } from '../auth/issuer.ts';
import { send } from '../e2e/raw-http.ts';
import { claimsOf } from '../oauth/facade-bench.ts';
import { createJar } from '../oauth/login/jar.ts';
import { type Authorization, openAuthorization, REDIRECT } from './authorization.ts';

/** What the whole server says of itself, and whom it lets in (reference cases 1 to 7 and 45 to 55). */
let server: Authorization;
let client: string;
let token: string;
let refreshToken: string;
beforeAll(async () => {
  server = await openAuthorization();
  client = await server.client();
  const { json } = await server.tokens(client);
  token = String(json['access_token']);
  refreshToken = String(json['refresh_token']);
});
afterAll(() => server?.[Symbol.asyncDispose]());

const OPEN = ['/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-authorization-server'];
const raw = (path: string, headers: { [name: string]: string } = {}, method = 'GET', body?: string) =>
  send(new URL(server.origin), { path, method, headers, ...(body === undefined ? {} : { body }) });
const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
const JSON_TYPE = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const post = (headers: { readonly [name: string]: string }, path = '/mcp', body = LIST) =>
  server.send(path, { method: 'POST', headers: { ...JSON_TYPE, ...headers }, body });
const bearer = (value: string) => ({ authorization: `Bearer ${value}` });

test('security case 1: the metadata of an endpoint names it, its issuer, and no more', async () => {
  for (const [path, at] of [
    ['/mcp', '/.well-known/oauth-protected-resource'],
    ['/mcp', '/.well-known/oauth-protected-resource/mcp'],
    ['/v2/mcp', '/.well-known/oauth-protected-resource/v2/mcp'],
  ] as const) {
    const { status, json, text } = await server.send(at);
    expect(status).toBe(200);
    expect(json).toMatchObject({
      resource: server.origin + path,
      authorization_servers: [server.origin],
      bearer_methods_supported: ['header'],
      scopes_supported: ['tickets:read'],
    });
    expect(text).not.toMatch(/offline_access|tickets:admin/);
  }
});

describe('security case 2: the metadata of the authorization server', () => {
  test('is one, and says S256, code, and who it is', async () => {
    const wanted = (await server.send('/.well-known/oauth-authorization-server')).text;
    for (const path of [
      '/.well-known/oauth-authorization-server/mcp',
      '/.well-known/openid-configuration',
      '/.well-known/openid-configuration/mcp',
      '/mcp/.well-known/openid-configuration',
    ]) {
      expect((await server.send(path)).text).toBe(wanted);
    }
    expect(JSON.parse(wanted)).toMatchObject({
      issuer: server.origin,
      code_challenge_methods_supported: ['S256'],
      response_types_supported: ['code'],
      authorization_response_iss_parameter_supported: true,
    });
    expect(wanted).not.toMatch(/plain|implicit|password|fragment/);
  });

  test('says nothing of what is off, and that is not there either', async () => {
    const facade = { documents: { enabled: false }, registration: { enabled: false }, clients: [] };
    await using closed = await openAuthorization({ facade });
    const { json } = await closed.send('/.well-known/oauth-authorization-server');
    for (const member of ['registration_endpoint', 'client_id_metadata_document_supported']) {
      expect(json).not.toHaveProperty(member);
    }
    expect(json['grant_types_supported']).toEqual(['authorization_code', 'refresh_token']);
    expect((await closed.register()).status).toBe(404);
    const url = new URL(closed.authorizeUrl({ client_id: 'https://claude.ai/oauth/client.json' }));
    expect((await closed.send(url.pathname + url.search)).status).toBe(400);
  });
});

describe('security case 3: another name for the server', () => {
  const PATHS = [...OPEN, '/oauth/jwks', '/oauth/authorize?client_id=x', '/oauth/login/callback', '/mcp', '/nowhere'];

  test.each(['evil.test', '127.0.0.1.evil.test', 'evil.test:80', 'localhost@evil.test'])(
    'is refused, and never repeated: Host: %s',
    async (host) => {
      for (const path of PATHS) {
        const { status, headers, body } = await raw(path, { host });
        expect([path, status]).toEqual([path, 403]);
        expect(JSON.stringify(headers['location'] ?? '') + JSON.stringify(headers['www-authenticate'] ?? '')).toBe(
          '""""',
        );
        expect(body).not.toMatch(/https?:\/\/[^"]*evil\.test/);
      }
    },
  );

  test('that a proxy is said to have met changes not a byte', async () => {
    const forwarded = {
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '10.0.0.1',
      x_forwarded_host: 'evil.test',
      'x-forwarded-prefix': '/evil',
      'x-original-host': 'evil.test',
      forwarded: 'host=evil.test;proto=https',
    };
    const plain = (text: string) => text.replace(/req_[0-9a-z]{26}|nonce="[^"]*"/g, '');
    for (const path of PATHS) {
      const [clean, poisoned] = [await raw(path), await raw(path, forwarded)];
      expect([poisoned.status, plain(poisoned.body)]).toEqual([clean.status, plain(clean.body)]);
      for (const name of ['location', 'www-authenticate', 'access-control-allow-origin']) {
        expect(poisoned.headers[name]).toEqual(clean.headers[name]);
      }
    }
  });
});

test('security case 4: who brings nothing is told where to go, who brings something bad is told that too', async () => {
  const metadata = `resource_metadata="${server.origin}/.well-known/oauth-protected-resource/mcp", scope="tickets:read"`;
  const bare = await post({});
  expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, `Bearer ${metadata}`]);
  const bad = await post(bearer(`${token}x`));
  expect(bad.status).toBe(401);
  expect(bad.headers.get('www-authenticate')).toMatch(/^Bearer error="invalid_token", error_description="[^"]+", /);
  for (const { text } of [bare, bad]) expect(text).not.toMatch(/get_ticket|dev-idp|api\.json/);
});

test('security case 5: no page of elsewhere is let in, nor one that calls the server something else', async () => {
  for (const origin of ['https://evil.test', 'null', 'http://127.0.0.1.evil.test', '']) {
    const { status, text } = await post({ origin, ...bearer(token) }, '/mcp', '{ this is never read');
    expect([origin, status]).toEqual([origin, 403]);
    expect(text).not.toContain('get_ticket');
  }
  const rebound = await raw('/mcp', { ...JSON_TYPE, ...bearer(token), host: 'evil.test' }, 'POST', LIST);
  expect(rebound.status).toBe(403);
  expect((await post(bearer(token))).status).toBe(200);
});

describe('security case 7: what is not a route', () => {
  test.each([
    ...['//mcp', '/MCP', '/mcp/%2e%2e/mcp', '/mcp/../mcp', '/mcp;x', '/mcp%00', '/mcp.json', '/mcp/..;/mcp', '/%6dcp'],
    ...['/oauth', '/oauth/', '/oauth/token/', '/OAuth/token', '/oauth/../mcp', '/oauth/authorize/../../mcp'],
    ...[
      '/oauth/par',
      '/oauth/device',
      '/oauth/userinfo',
      '/oauth/me',
      '/oauth/session/end',
      '/oauth/token/introspection',
    ],
    ...['/oauth/interaction', '/oauth/interaction/', '/oauth/interaction/a/b', '/oauth/interaction/%2e%2e/x'],
    ...['/dev-idp', '/dev-idp/../mcp', '/admin', '/.well-known/oauth-protected-resource/admin', '/.env', '/api'],
  ])('opens nothing, even for who may come in: %s', async (path) => {
    const trusted = {
      ...JSON_TYPE,
      ...bearer(token),
      'x-original-url': '/healthz',
      'x-rewrite-url': '/healthz',
      'x-forwarded-uri': '/public',
      'user-agent': 'kube-probe/1.31',
    };
    for (const method of ['GET', 'POST', 'PUT', 'HEAD', 'DELETE']) {
      const { status, headers, body } = await raw(path, trusted, method, method === 'POST' ? LIST : undefined);
      expect([method, status >= 400 && status < 500]).toEqual([method, true]);
      expect(headers['location']).toBeUndefined();
      expect(body).not.toContain('get_ticket');
    }
  });

  test('is not had by headers either: without a credential there is no tool', async () => {
    for (const path of ['/mcp', '/mcp/', '/v2/mcp', '/sse', '/messages', '/messages?session=x']) {
      for (const method of ['GET', 'POST', 'PUT', 'HEAD', 'DELETE', 'PATCH']) {
        const headers = { ...JSON_TYPE, 'x-original-url': '/healthz', 'user-agent': 'kube-probe/1.31' };
        const { status, body } = await raw(path, headers, method, method === 'POST' ? LIST : undefined);
        expect([path, method, [401, 404, 405].includes(status)]).toEqual([path, method, true]);
        expect(body).not.toContain('get_ticket');
      }
    }
  });
});

/** A token of our own kind that somebody else made. */
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const refusedToken = async (given: string) => {
  const { status, headers, text } = await post(bearer(given));
  expect([status, text.includes('get_ticket')]).toEqual([401, false]);
  expect(headers.get('www-authenticate')).toContain('error="invalid_token"');
};
const payloadOf = (jwt: string) => jwt.split('.')[1] ?? '';

describe('security case 45: an algorithm of the bearer’s choice', () => {
  test('opens nothing', async () => {
    const { kid } = decodeProtectedHeader(token);
    for (const alg of ['none', 'None', 'nOnE', '']) {
      await refusedToken(`${part({ alg, kid, typ: 'at+jwt' })}.${payloadOf(token)}.`);
    }
    const { json } = await server.send('/oauth/jwks');
    const [jwk = {}] = json['keys'] as readonly { readonly [member: string]: string }[];
    const key = createPublicKey({ key: jwk as never, format: 'jwk' });
    const spki = key.export({ type: 'spki', format: 'pem' });
    for (const secret of [spki, key.export({ type: 'spki', format: 'der' }), JSON.stringify(jwk), jwk['x'] ?? '']) {
      const input = `${part({ alg: 'HS256', kid, typ: 'at+jwt' })}.${payloadOf(token)}`;
      await refusedToken(`${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`);
    }
  });
});

describe('security cases 46, 47: a key of the bearer’s choice', () => {
  test('opens nothing, and is asked for nowhere', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const canary = await createRecordingUpstream();
    const jwk = await exportJWK(publicKey);
    const headers: readonly Partial<JWTHeaderParameters>[] = [
      { kid: '../../dev/null' },
      { kid: "' or 1=1 --" },
      { kid: `${canary.url}/keys` },
      { kid: 'k'.repeat(5_000) },
      { kid: '__proto__' },
      { kid: decodeProtectedHeader(token).kid },
      { jwk: jwk as never },
      { jku: `${canary.url}/keys` },
      { x5u: `${canary.url}/keys` },
      { x5c: ['AAAA'] },
    ];
    for (const header of headers) {
      const forged = new SignJWT({ ...claimsOf(token) }).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', ...header });
      await refusedToken(await forged.sign(privateKey));
    }
    expect(canary.traffic.connections).toBe(0);
    await canary.close();
  });
});

describe('security cases 48, 49: a token for somewhere else', () => {
  test('is none here: of another endpoint, of another server with the same master', async () => {
    const elsewhere = await server.tokens(client, { fields: { resource: `${server.origin}/v2/mcp` } });
    await refusedToken(String(elsewhere.json['access_token']));
    await using twin = await openAuthorization();
    const { json } = await twin.tokens(await twin.client());
    await refusedToken(String(json['access_token']));
  });
});

test('security case 50: what is no access token is none: a refresh token, a code, a token of the identity provider', async () => {
  await refusedToken(refreshToken);
  const granted = await server.consent(client);
  await refusedToken(granted.code);
  // The id token that the identity provider signs with its key, with our client there as its audience.
  const seen = server.idpPaths.filter((path) => path === '/token');
  expect(seen.length).toBeGreaterThan(0);
  const id = `${part({ alg: 'ES256', kid: 'dev' })}.${part({ iss: server.dev.issuer, aud: server.dev.clientId, sub: 'user_ada' })}.AAAA`;
  await refusedToken(id);
});

test('security cases 51, 52: a token that is past, or no token at all, is refused at once', async () => {
  const { privateKey } = await generateKeyPair('ES256');
  const { kid } = decodeProtectedHeader(token);
  for (const over of [
    { exp: 1 },
    { exp: '9999999999' },
    { exp: 1e20 },
    { nbf: 9_999_999_999 },
    { iat: 9_999_999_999 },
  ]) {
    const forged = new SignJWT({ ...claimsOf(token), ...(over as object) }).setProtectedHeader({
      ...{ alg: 'ES256', typ: 'at+jwt' },
      ...(kid === undefined ? {} : { kid }),
    });
    await refusedToken(await forged.sign(privateKey));
  }
  const head = { alg: 'ES256', kid, typ: 'at+jwt' };
  for (const bomb of [
    ...[{ crit: ['exp'] }, { crit: ['b64'], b64: false }, { zip: 'DEF' }].map(
      (more) => `${part({ ...head, ...more })}.${payloadOf(token)}.AAAA`,
    ),
    `${part({ alg: 'PBES2-HS256+A128KW', enc: 'A128GCM', p2c: 1e9, p2s: 'AAAA' })}.AAAA.AAAA.AAAA.AAAA`,
    'a.b.c.d.e',
    '...',
    `${part(head)}.${'W1tb'.repeat(1_500)}.AAAA`,
  ]) {
    await refusedToken(bomb);
  }
  const big = await raw('/mcp', { ...JSON_TYPE, ...bearer('a'.repeat(12_000)) }, 'POST', LIST);
  expect([400, 401, 431]).toContain(big.status);
});

test('security case 53: a token comes in one header, once, and nowhere else', async () => {
  for (const path of [`/mcp?access_token=${token}`, `/mcp?token=${token}`]) {
    expect((await post({}, path)).status).toBe(400);
    expect((await post(bearer(token), path)).status).toBe(400);
  }
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await post(form, '/mcp', `access_token=${token}`)).status).toBe(401);
  expect((await post({ cookie: `access_token=${token}; authorization=Bearer ${token}` })).status).toBe(401);
  expect((await post({ ...bearer(token), 'x-api-key': token })).status).toBe(400);
  for (const joined of [`Bearer ${token}, Bearer ${token}`, `Bearer ${token}, Basic eA==`, `Basic ${token}`]) {
    expect([400, 401]).toContain((await post({ authorization: joined })).status);
  }
  const twice = new Headers({ ...JSON_TYPE });
  twice.append('authorization', `Bearer ${token}`);
  twice.append('authorization', 'Bearer x');
  expect([400, 401]).toContain((await server.send('/mcp', { method: 'POST', headers: twice, body: LIST })).status);
});

test('security case 54: a tool beyond the token is refused before the API hears of it, with all that it takes', async () => {
  server.upstream.clear();
  const refused = await server.call(token, 'delete_ticket', { id: '1' });
  expect(refused.status).toBe(403);
  const challenge = String(refused.headers.get('www-authenticate'));
  expect(challenge).toContain('error="insufficient_scope"');
  const scopes = /scope="([^"]*)"/.exec(challenge)?.[1]?.split(' ') ?? [];
  expect(scopes).toEqual([...new Set(scopes)]);
  expect(scopes).toEqual(expect.arrayContaining(['tickets:write', 'tickets:admin']));
  expect(server.upstream.requests).toEqual([]);
  const wide = await server.tokens(client, { fields: { scope: '* tickets:* admin' } });
  expect(wide.json['scope']).toBe('tickets:read');
});

test('security case 54: a scope of a token stands for itself alone, whoever gave it', async () => {
  await using issuer = await TestIssuer.start();
  await using own = await openAuthorization({ auth: { issuers: [{ issuer: issuer.url, tenant: 'acme' }] } });
  const open = async (scope: unknown) => {
    const given = await issuer.token({ scope: scope as string, aud: `${own.origin}/mcp` });
    return (await own.call(given, 'delete_ticket', { id: '1' })).status;
  };
  expect(await open('tickets:write tickets:admin')).toBe(200);
  for (const scope of ['*', 'tickets:*', 'tickets', 'tickets:', '**', '*:*', ['*'], ['tickets:*'], 'TICKETS:WRITE']) {
    expect([scope, await open(scope)]).toEqual([scope, 403]);
  }
});

describe('security case 55: the credential of the caller', () => {
  test('never reaches the API, nor anything else of the caller', async () => {
    server.upstream.clear();
    const headers = {
      ...JSON_TYPE,
      ...bearer(token),
      cookie: 'session=caller',
      'x-caller': 'caller',
      'mcp-x': 'caller',
      'x-upstream-url': 'https://evil.test',
    };
    const params = { name: 'get_ticket', arguments: { id: '1' } };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
    expect((await post(headers, '/mcp', body)).status).toBe(200);
    const sent = server.upstream.last();
    expect(sent.headers['authorization']).toBe('Bearer CANARY-upstream-4711-0815-a1b2c3d4e5f6');
    expect(sent.rawHeaders.join('\n')).not.toMatch(/caller|eyJ|evil|mcp-/i);
  });

  test('that is revoked, or whose user is locked out at the identity provider, opens nothing any more', async () => {
    const [revoked, staying] = [await server.tokens(client), await server.tokens(client)];
    const fields = { client_id: client, token: String(revoked.json['refresh_token']) };
    expect((await server.post('/oauth/revoke', fields)).status).toBe(200);
    expect((await post(bearer(String(revoked.json['access_token'])))).status).toBe(401);
    expect((await post(bearer(String(staying.json['access_token'])))).status).toBe(200);
    await using own = await openAuthorization();
    const id = await own.client();
    own.dev.disable('user_ada');
    const jar = createJar();
    const login = await jar.submit(
      await jar.open(own.authorizeUrl({ client_id: id, code_challenge: 'x'.repeat(43) })),
      {
        decision: 'approve',
      },
    );
    const end = await jar.submit(login, { user: 'user_ada' }, (url) => url.startsWith(REDIRECT));
    expect(end.url).not.toContain('code=');
  });
});
