import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/server/config/load.ts';
import { refusals } from '../../src/server/config/safety.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { tool } from '../../src/tools/define.ts';
import { TestIssuer } from '../auth/issuer.ts';
import { type AskOptions, openAdministered } from './admin.ts';
import { EVERYTHING } from './whole.ts';

describe('keys of the admin API', () => {
  test('an operator sees every tenant, an admin one, an auditor changes nothing', async () => {
    await using server = await openAdministered();
    const [operator, admin, auditor, ofAcme] = await Promise.all([
      server.as(),
      server.as({ role: 'admin', tenant: 'globex' }),
      server.as({ role: 'auditor' }),
      server.as({ role: 'auditor', tenant: 'acme' }),
    ]);
    await server.door.key('acme');
    await server.door.key('globex');
    const seen = async (ask: typeof operator) =>
      (await ask('GET', '/keys')).json.items.map(({ tenant }: { tenant: string }) => tenant).sort();
    expect(await Promise.all([operator, admin, auditor, ofAcme].map(seen))).toEqual([
      ['acme', 'globex'],
      ['globex'],
      ['acme', 'globex'],
      ['acme'],
    ]);
    for (const ask of [auditor, ofAcme]) {
      const { json } = await ask('POST', '/keys', { body: { name: 'a', tenant: 'acme' } });
      expect(json).toMatchObject({ status: 403, code: 'insufficient_scope', requiredScopes: ['admin:write'] });
    }
    expect((await operator('POST', '/keys', { body: { name: 'a' } })).json.errors).toEqual([
      { field: 'tenant', message: 'say which; you see all of them' },
    ]);
  });

  test('security case 59: are no keys of tools, nor are those keys of it', async () => {
    await using server = await openAdministered();
    const operator = await server.as();
    const { key } = await server.door.key('acme', { scopes: ['admin:read', 'admin:write'] });
    for (const [name, value] of [
      ['authorization', `Bearer ${key}`],
      ['x-api-key', key],
    ] as const) {
      const { status, json } = await server.ask('GET', '/keys', { headers: { [name]: value } });
      expect([status, json.code]).toEqual([401, 'invalid_token']);
    }
    expect((await server.door.legacy(operator.key, 'tools/list')).status).toBe(401);
    expect((await server.ask('GET', '/keys', { headers: { 'x-api-key': operator.key } })).status).toBe(200);
    const inQuery = await server.ask('GET', `/keys?access_token=${operator.key}`);
    expect([inQuery.status, inQuery.json.code]).toEqual([400, 'invalid_request']);
  });

  test('end when they are revoked and when they expire', async () => {
    const clock = manualClock();
    await using server = await openAdministered({ clock });
    const [one, other] = [await server.as(), await server.as({ expiresAt: clock.now() + 1_000 })];
    expect((await one('GET', '/keys')).status).toBe(200);
    expect((await other('GET', '/keys')).status).toBe(200);
    await server.door.database.adminKeys.revoke(one.id, clock.now());
    await clock.advance(1_000);
    expect((await one('GET', '/keys')).json.detail).toBe('The admin key was revoked (key_revoked).');
    expect((await other('GET', '/keys')).json.detail).toBe('The admin key is expired (key_expired).');
  });

  test('are good on every node, and end on every node', async () => {
    await using one = await openAdministered();
    await using other = await openAdministered({ beside: one.door });
    const ask = await one.as({ role: 'admin', tenant: 'acme' });
    const there = (method: string, path: string, options: AskOptions = {}) =>
      other.ask(method, path, { ...options, headers: { authorization: `Bearer ${ask.key}`, ...options.headers } });
    const headers = { 'idempotency-key': 'k' };
    const made = await ask('POST', '/keys', { body: { name: 'a' }, headers });
    expect((await there('POST', '/keys', { body: { name: 'a' }, headers })).json).toEqual(made.json);
    await ask('POST', '/keys', { body: { name: 'b' } });
    // A cursor of one is good at the other.
    const { next } = (await ask('GET', '/keys?limit=1')).json;
    expect((await there('GET', `/keys?limit=1&cursor=${encodeURIComponent(next)}`)).status).toBe(200);
    expect((await ask('DELETE', `/admin-keys/${ask.id}`)).status).toBe(204);
    await expect.poll(async () => (await there('GET', '/keys')).status).toBe(401);
  });

  test('who guesses is made to wait, and whoever has a good one is not', async () => {
    await using server = await openAdministered({ clock: manualClock() });
    const operator = await server.as();
    const wrong = { headers: { authorization: `Bearer ${operator.key.slice(0, -1)}x` } };
    let refused = 0;
    for (let attempt = 0; attempt < 101; attempt++) refused = (await server.ask('GET', '/keys', wrong)).status;
    expect(refused).toBe(429);
    expect((await operator('GET', '/keys')).status).toBe(200);
  });
});

describe('people', () => {
  let issuer: TestIssuer;
  beforeAll(async () => {
    issuer = await TestIssuer.start();
  });
  afterAll(() => issuer?.[Symbol.asyncDispose]());

  const URL = 'https://mcp.test';
  const open = (admin: object = {}) =>
    openAdministered({
      config: {
        server: { url: URL, hosts: ['127.0.0.1'] },
        auth: {
          admin: { enabled: true, ...admin },
          issuers: [{ issuer: issuer.url, claims: { tenant: 'org' } }],
          scopes: { boss: 'Lead.', other: 'Other.', 'reports:read': 'Reports.' },
          implies: { boss: ['admin:*'], other: ['reports:*'] },
        },
      },
    });
  const as = async (claims: object, aud = `${URL}/admin/api`) => ({
    headers: { authorization: `Bearer ${await issuer.token({ aud, ...claims })}` },
  });

  test.each([
    ['admin:read', 200, 403],
    ['admin:write', 200, 201],
    ['boss', 200, 201],
    ['read other * operators', 403, 403],
  ])('with %j: %i for reading, %i for writing, in their own tenant', async (scope, reads, writes) => {
    await using server = await open();
    await server.door.key('globex');
    const listed = await server.ask('GET', '/keys', await as({ scope }));
    expect([listed.status, listed.json.items ?? []]).toEqual([reads, []]);
    const { status, json } = await server.ask('POST', '/keys', { ...(await as({ scope })), body: { name: 'a' } });
    expect([status, json.tenant]).toEqual([writes, writes === 201 ? 'acme' : undefined]);
  });

  test('are operators where the config says what makes them some', async () => {
    await using server = await open({ operatorScope: 'operators' });
    await server.door.key('globex');
    const given = await as({ scope: 'operators' });
    expect((await server.ask('GET', '/keys', given)).json.items).toHaveLength(1);
    expect((await server.ask('GET', '/keys', await as({ scope: 'admin:write' }))).json.items).toEqual([]);
    await server.ask('POST', '/keys', { ...given, body: { name: 'a', tenant: 'globex' } });
    const [record] = await server.door.database.audit.list({ tenant: 'globex', limit: 1 });
    expect(record).toMatchObject({ event: 'key_created', actorKind: 'admin', actor: 'ada' });
  });

  test('come with a token for this, which they learn where to get', async () => {
    await using server = await open();
    const elsewhere = await server.ask('GET', '/keys', await as({ scope: 'admin:read' }, `${URL}/mcp`));
    expect([elsewhere.status, elsewhere.json.code]).toEqual([401, 'invalid_token']);
    const nobody = await server.ask('GET', '/keys');
    expect(nobody.headers['www-authenticate']).toBe(
      `Bearer resource_metadata="${URL}/.well-known/oauth-protected-resource/admin/api", scope="admin:read admin:write"`,
    );
    const known = '/.well-known/oauth-protected-resource';
    for (const path of [`${known}/admin/api`, `/admin/api${known}`]) {
      expect((await server.door.send({ method: 'GET', path })).json).toMatchObject({
        resource: `${URL}/admin/api`,
        authorization_servers: [issuer.url],
      });
    }
  });
});

test('an issuer of its own opens it and nothing else, beside the facade that clients see', async () => {
  await using issuer = await TestIssuer.start();
  const admin = { enabled: true, issuers: [{ issuer: issuer.url, audience: 'admin-app', claims: { tenant: 'org' } }] };
  await using server = await openAdministered({
    config: { ...EVERYTHING, auth: { ...EVERYTHING.auth, admin } },
  });
  const token = await issuer.token({ aud: 'admin-app', scope: 'admin:write' });
  const headers = { authorization: `Bearer ${token}` };
  expect((await server.ask('POST', '/keys', { headers, body: { name: 'a' } })).json.tenant).toBe('acme');
  expect((await server.door.legacy(token, 'tools/list')).status).toBe(401);
  // Now that both know it.
  expect((await server.ask('GET', '/keys', { headers })).status).toBe(200);
  const path = '/.well-known/oauth-protected-resource/admin/api';
  const { json } = await server.door.send({ method: 'GET', path });
  expect(json.authorization_servers).toEqual([issuer.url]);
});

test('what an issuer has in `aud` for tools opens nothing here; another audience does, where it is said', async () => {
  await using issuer = await TestIssuer.start();
  const [server, tools] = [{ url: 'https://mcp.test', hosts: ['127.0.0.1'] }, { claims: { tenant: 'org' } }];
  const open = (issuers: object[]) =>
    openAdministered({
      config: {
        ...{ server },
        auth: {
          issuers: [{ issuer: issuer.url, audience: 'tools', ...tools }],
          admin: { enabled: true, issuers },
        },
      },
    });
  const bearer = async (aud: string) => ({
    headers: { authorization: `Bearer ${await issuer.token({ aud, scope: 'admin:write' })}` },
  });
  await using strict = await open([]);
  expect((await strict.door.legacy(await issuer.token({ aud: 'tools' }), 'tools/list')).status).toBe(200);
  expect((await strict.ask('GET', '/keys', await bearer('tools'))).status).toBe(401);
  expect((await strict.ask('GET', '/keys', await bearer('https://mcp.test/admin/api'))).status).toBe(200);
  await using other = await open([{ issuer: issuer.url, audience: 'admins', ...tools }]);
  const statuses = ['tools', 'admins'].map(async (aud) => (await other.ask('GET', '/keys', await bearer(aud))).status);
  expect(await Promise.all(statuses)).toEqual([401, 200]);
  const path = '/.well-known/oauth-protected-resource/admin/api';
  expect((await other.door.send({ method: 'GET', path })).json.authorization_servers).toEqual([issuer.url]);
});

test.each([
  [{ audience: 'tools' }, 1],
  [{}, 1],
  [{ audience: 'admins' }, 0],
])('an issuer that is there twice, at the admin API with %j, is a problem: %i', (given, count) => {
  const issuer = { issuer: 'https://id.test', claims: { tenant: 'org' } };
  const auth = { issuers: [{ ...issuer, audience: 'tools' }], admin: { issuers: [{ ...issuer, ...given }] } };
  const raw = { server: { url: 'https://mcp.test' }, auth };
  const config = readConfig(raw, { name: 'test', lineOf: () => undefined }, { baseDir: '.', env: {} });
  const found = refusals(config, { dev: true, file: 'test' }).filter(({ where }) => where.includes('issuers'));
  expect(found).toHaveLength(count);
});

test('no tool requires a scope of it', async () => {
  const reset = tool({
    name: 'reset',
    description: 'Reset.',
    input: { type: 'object' },
    scopes: ['admin:write'],
    run: () => 'done',
  });
  await expect(openAdministered({ tools: [reset] })).rejects.toThrow('the scope admin:write');
});

test('without it in the config there is nothing', async () => {
  await using server = await openAdministered({ config: { auth: { admin: { enabled: true } } } });
  await using other = await (await import('../security/door.ts')).openDoor();
  for (const path of ['/admin/api/keys', '/admin/api', '/admin/api/openapi.json']) {
    expect([path, (await other.send({ method: 'GET', path })).status]).toEqual([path, 404]);
  }
  expect((await server.ask('GET', '/nothing')).status).toBe(401);
});
