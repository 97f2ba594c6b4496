import { expect, test } from 'vitest';
import type { CallRecord } from '../../src/core/call.ts';
import type { ConnectionRow } from '../../src/core/connections.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { openWhole, thingsOf } from './whole.ts';

const events = async (server: Awaited<ReturnType<typeof openWhole>>, tenant: string) =>
  (await server.door.database.audit.list({ tenant, limit: 50 })).map(({ event }) => event);

test('links are made, extended and deleted, and their URL is shown once', async () => {
  const clock = manualClock();
  await using server = await openWhole({ clock });
  const ask = await server.as({ role: 'admin', tenant: 'acme' });
  const made = await ask('POST', '/links', { body: { name: 'Report agent', methods: ['read'], toolset: 'support' } });
  expect(made).toMatchObject({
    status: 201,
    json: { tenant: 'acme', methods: ['read'], tags: [], tools: [], toolset: 'support', requireKey: false },
  });
  const { id, url, etag } = made.json;
  expect(url).toMatch(/^https:\/\/mcp\.test\/mcp\/pstl_/);
  const path = new URL(url).pathname;
  const call = () => server.door.legacy(undefined, 'tools/list').then(() => server.door.send({ path, ...LIST }));
  expect((await call()).status).toBe(200);

  const patch = (body: object, match = etag) => ask('PATCH', `/links/${id}`, { body, headers: { 'if-match': match } });
  const changed = await patch({ expiresAt: null });
  expect(changed.json).toMatchObject({ expiresAt: null, name: 'Report agent' });
  expect(changed.json).not.toHaveProperty('url');
  expect((await patch({ name: 'x' })).status).toBe(412);
  expect((await patch({ expiresAt: new Date(clock.now() + 1_000).toISOString() }, '*')).json.detail).toBe(
    'A link must live for a minute at least.',
  );
  expect((await ask('GET', '/links')).json.items.map((link: { id: string }) => link.id)).toEqual([id]);
  expect((await ask('DELETE', `/links/${id}`)).status).toBe(204);
  expect((await ask('DELETE', `/links/${id}`)).status).toBe(404);
  expect((await call()).status).toBe(401);
  expect(await events(server, 'acme')).toEqual(['link_deleted', 'link_changed', 'link_created']);
});

const LIST = {
  headers: { 'content-type': 'application/json', accept: '*/*' },
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
};

test('connections take a credential and never show one', async () => {
  await using server = await openWhole();
  const ask = await server.as({ role: 'admin', tenant: 'acme' });
  const body = { upstream: 'api', name: 'main', kind: 'basic', credential: { user: 'u', password: 'CANARY-one' } };
  const made = await ask('POST', '/connections', { body });
  expect(made.json).toMatchObject({ tenant: 'acme', upstream: 'api', name: 'main', state: 'connected', user: null });
  expect((await ask('POST', '/connections', { body })).json.code).toBe('conflict');
  const { id, etag } = made.json;
  const credential = { user: 'u', password: 'CANARY-two' };
  const changed = await ask('PATCH', `/connections/${id}`, { body: { credential }, headers: { 'if-match': etag } });
  expect(changed.json).toMatchObject({ id, version: 2 });
  const wrong = { ...body, name: 'other', credential: { user: 'u', pass: 'CANARY-three' } };
  expect((await ask('POST', '/connections', { body: wrong })).json.errors).toEqual([
    { field: 'credential.password', message: 'a text' },
    { field: 'credential', message: 'no pass' },
  ]);
  expect((await ask('POST', '/connections', { body: { ...body, upstream: 'crm' } })).json.detail).toBe(
    'upstream must be one that is called with connections: api.',
  );
  expect((await ask('POST', '/connections', { body: { ...body, baseUrl: 'https://u@h/' } })).json.errors).toMatchObject(
    [{ field: 'baseUrl' }],
  );
  // What the config sends with every call would go there.
  const elsewhere = { ...body, name: 'other', baseUrl: 'https://collect.example' };
  expect((await ask('POST', '/connections', { body: elsewhere })).json.code).toBe('forbidden');
  const operator = await server.as();
  const placed = await operator('POST', '/connections', { body: { ...elsewhere, tenant: 'initech' } });
  expect(placed.json.baseUrl).toBe('https://collect.example');
  // A link may be bound to it, and to none of another tenant.
  expect((await ask('POST', '/links', { body: { name: 'l', connection: id } })).json.connection).toBe(id);
  const theirs = await thingsOf(server, 'globex');
  const bound = await ask('POST', '/links', { body: { name: 'l', connection: theirs['/connections/{id}'] } });
  expect(bound.json.detail).toBe('There is no such connection.');
  expect((await ask('DELETE', `/connections/${id}`)).status).toBe(204);
  expect((await ask('GET', `/connections/${id}`)).status).toBe(404);
  expect((await events(server, 'acme')).filter((event) => event.startsWith('connection'))).toEqual([
    'connection_deleted',
    'connection_changed',
    'connection_created',
  ]);
});

test('keys of the API are made for no more than their maker sees', async () => {
  await using server = await openWhole();
  const [operator, admin] = [await server.as(), await server.as({ role: 'admin', tenant: 'acme' })];
  const make = async (ask: typeof operator, body: object) => {
    const { status, json } = await ask('POST', '/admin-keys', { body: { name: 'k', ...body } });
    return status === 201 ? [json.role, json.tenant] : [status, json.code];
  };
  expect(await make(operator, { role: 'operator' })).toEqual(['operator', null]);
  expect(await make(operator, { role: 'auditor' })).toEqual(['auditor', null]);
  expect(await make(operator, { role: 'admin', tenant: 'globex' })).toEqual(['admin', 'globex']);
  expect(await make(operator, { role: 'admin' })).toEqual([400, 'invalid_params']);
  expect(await make(admin, { role: 'admin' })).toEqual(['admin', 'acme']);
  expect(await make(admin, { role: 'auditor' })).toEqual(['auditor', 'acme']);
  expect(await make(admin, { role: 'operator' })).toEqual([403, 'forbidden']);
  expect(await make(admin, { role: 'auditor', tenant: 'globex' })).toEqual([403, 'forbidden']);
  const made = (await admin('POST', '/admin-keys', { body: { name: 'k', role: 'admin' } })).json;
  const use = () => server.ask('GET', '/keys', { headers: { authorization: `Bearer ${made.key}` } });
  expect((await use()).status).toBe(200);
  expect((await admin('GET', '/admin-keys')).json.items).toHaveLength(4);
  expect((await admin('DELETE', `/admin-keys/${made.id}`)).status).toBe(204);
  await expect.poll(async () => (await use()).status).toBe(401);
});

test('tenants are those that something is known of, and operators suspend them', async () => {
  await using server = await openWhole({ config: { tenants: { umbrella: { name: 'Umbrella' } } } });
  const [operator, admin] = [await server.as(), await server.as({ role: 'admin', tenant: 'acme' })];
  const { key } = await server.door.key('acme');
  await server.door.key('globex');
  const ids = async (ask: typeof operator, query = '') =>
    (await ask('GET', `/tenants${query}`)).json.items.map(({ id }: { id: string }) => id);
  expect(await ids(operator)).toEqual(['acme', 'globex', 'umbrella']);
  const { next } = (await operator('GET', '/tenants?limit=2')).json;
  expect(await ids(operator, `?limit=2&cursor=${encodeURIComponent(next)}`)).toEqual(['umbrella']);
  expect(await ids(admin)).toEqual(['acme']);
  const suspend = (ask: typeof operator, suspended: boolean) =>
    ask('PATCH', '/tenants/acme', { body: { suspended }, headers: { 'if-match': '*' } });
  expect((await suspend(admin, true)).json.code).toBe('forbidden');
  expect((await suspend(operator, true)).json).toMatchObject({ id: 'acme', suspended: true });
  expect((await suspend(operator, true)).status).toBe(200);
  await expect.poll(async () => (await server.door.legacy(key, 'tools/list')).status).toBe(403);
  await expect.poll(async () => (await admin('GET', '/keys')).status).toBe(403);
  expect((await suspend(operator, false)).json).toMatchObject({ suspended: false, suspendedAt: null });
  await expect.poll(async () => (await server.door.legacy(key, 'tools/list')).status).toBe(200);
  expect(await events(server, 'acme')).toEqual(['tenant_resumed', 'tenant_suspended']);
});

test('grants are ended, clients suspended', async () => {
  await using server = await openWhole();
  const [operator, admin] = [await server.as(), await server.as({ role: 'admin', tenant: 'acme' })];
  await thingsOf(server, 'acme');
  await thingsOf(server, 'globex');
  expect((await operator('GET', '/grants?client=c1')).json.items).toHaveLength(2);
  expect((await operator('GET', '/grants?client=c2')).json.items).toEqual([]);
  const [grant] = (await admin('GET', '/grants')).json.items;
  expect(grant).toMatchObject({ id: 'grant-of-acme', user: 'ada', client: 'c1', status: 'active', endedAt: null });
  expect((await admin('DELETE', '/grants/grant-of-acme')).status).toBe(204);
  expect((await admin('GET', '/grants/grant-of-acme')).json).toMatchObject({ status: 'ended', reason: 'revoked' });
  const { revocations } = server.door.database.oauth;
  const revoked = await revocations.since(0, server.door.clock.now());
  expect(revoked.map(({ id }) => id)).toContain('grant:grant-of-acme');
  expect(await events(server, 'acme')).toContain('grant_revoked');
  // Clients are nobody's.
  expect((await admin('GET', '/clients')).status).toBe(200);
  expect((await admin('GET', '/clients')).json.items).toEqual([]);
  expect((await operator('GET', '/clients')).json.items).toMatchObject([{ id: 'c1', name: 'Agent', suspended: false }]);
  const changed = await operator('PATCH', '/clients/c1', { body: { suspended: true }, headers: { 'if-match': '*' } });
  expect(changed.json).toMatchObject({ suspended: true });
  expect(await server.door.database.suspensions.find('client', 'c1')).toBeDefined();
});

test('toolsets and quotas are what the config says, with what is used', async () => {
  await using server = await openWhole();
  const [operator, admin] = [await server.as(), await server.as({ role: 'admin', tenant: 'acme' })];
  expect((await admin('GET', '/toolsets')).json).toEqual({ items: [{ name: 'support', tools: ['get_me'] }] });
  const { key } = await server.door.key('acme');
  await server.door.call(key, 'get_me');
  const quotas = async (ask: typeof operator, query = '') => (await ask('GET', `/quotas${query}`)).json.items;
  expect(await quotas(admin)).toMatchObject([
    { name: 'daily', per: ['tenant'], period: 'day', calls: 100, used: 1, endsAt: expect.any(String) },
    { name: 'burst', per: ['principal'], windowSeconds: 1, calls: 10, used: null, endsAt: null },
  ]);
  expect(await quotas(operator)).toMatchObject([{ calls: 100, used: null }, {}]);
  expect(await quotas(operator, '?tenant=globex')).toMatchObject([{ calls: null, used: 0 }, {}]);
});

test('calls and usage are told by tool, outcome and time', async () => {
  await using server = await openWhole({ clock: manualClock() });
  const [operator, admin] = [await server.as(), await server.as({ role: 'admin', tenant: 'acme' })];
  const now = server.door.clock.now();
  const call = (id: string, changes: Partial<CallRecord>): CallRecord => ({
    ...{ id, requestId: 'req_1', at: now - 1_000, tenant: 'acme', subject: 'key_1', client: 'c/1', tool: 'get_me' },
    ...{ upstream: 'api', ms: 2, upstreamMs: 1, upstreamStatus: 200, code: 'ok', arguments: null, ...changes },
  });
  await server.door.database.calls.append([
    call('a', {}),
    call('b', { code: 'timeout', at: now - 2 * 86_400_000 }),
    call('c', { tool: 'list_all' }),
    call('d', { tenant: 'globex' }),
  ]);
  const ids = async (ask: typeof operator, query = '') =>
    (await ask('GET', `/calls${query}`)).json.items.map(({ id }: { id: string }) => id).join('');
  expect(await ids(operator)).toBe('dcab');
  expect(await ids(admin)).toBe('cab');
  expect(await ids(admin, '?tool=get_me&status=ok')).toBe('a');
  expect(await ids(admin, '?status=failed')).toBe('b');
  expect(await ids(admin, `?since=${new Date(now - 86_400_000).toISOString()}`)).toBe('ca');
  const usage = async (ask: typeof operator, query = '') => (await ask('GET', `/usage${query}`)).json;
  const day = new Date(now - 1_000).toISOString().slice(0, 10);
  expect((await usage(operator)).items).toMatchObject([
    { day, tenant: 'globex', tool: 'get_me', calls: 1, failed: 0, ms: 2 },
    { day, tenant: 'acme', tool: 'list_all', calls: 1 },
    { day, tenant: 'acme', tool: 'get_me', calls: 1 },
    { tenant: 'acme', tool: 'get_me', calls: 1, failed: 1 },
  ]);
  const first = await usage(admin, '?limit=2');
  const second = await usage(admin, `?limit=2&cursor=${encodeURIComponent(first.next)}`);
  expect([...first.items, ...second.items].map(({ tool, failed }) => [tool, failed])).toEqual([
    ['list_all', 0],
    ['get_me', 0],
    ['get_me', 1],
  ]);
  expect((await usage(admin, '?tool=list_all')).items).toHaveLength(1);
});

test('the audit trail is read by those whose it is', async () => {
  await using server = await openWhole();
  const [operator, auditor] = [await server.as(), await server.as({ role: 'auditor', tenant: 'acme' })];
  await operator('POST', '/keys', { body: { name: 'a', tenant: 'acme' } });
  await operator('POST', '/admin-keys', { body: { name: 'a', role: 'operator' } });
  const told = async (ask: typeof operator, query = '') =>
    (await ask('GET', `/audit${query}`)).json.items.map(
      ({ event, tenant }: { event: string; tenant: string | null }) => [event, tenant],
    );
  expect(await told(auditor)).toEqual([['key_created', 'acme']]);
  expect(await told(operator)).toEqual(
    expect.arrayContaining([
      ['admin_key_created', null],
      ['key_created', 'acme'],
    ]),
  );
  expect(await told(operator, '?event=key_created')).toHaveLength(1);
  const { actor, detail } = (await auditor('GET', '/audit')).json.items[0];
  expect([actor, detail.name]).toEqual([{ kind: 'admin', subject: operator.id }, 'a']);
});

test('what is changed between its reading and its deletion stays, where If-Match says of what that was one', async () => {
  await using server = await openWhole();
  const things = await thingsOf(server, 'acme');
  const ask = await server.as({ role: 'admin', tenant: 'acme' });
  const { keys, links, webhooks, connections } = server.door.database;
  /** Somebody changes it in the very moment when it has been read. */
  const overtake = (table: { find(id: string): Promise<unknown> }, change: (row: never) => Promise<unknown>) => {
    const { find } = table;
    Object.assign(table, {
      find: async (id: string) => {
        const row = await find(id);
        Object.assign(table, { find });
        await change(row as never);
        return row;
      },
    });
  };
  const later = { updatedAt: server.door.clock.now() };
  const overtaken = {
    '/keys/{id}': () => overtake(keys, (row) => keys.change(row, { name: 'faster' })),
    '/links/{id}': () => overtake(links, ({ id }: { id: string }) => links.change(id, { name: 'faster' }, 0)),
    '/webhooks/{id}': () =>
      overtake(webhooks, ({ id }: { id: string }) => webhooks.change(id, 1, { ...later, enabled: false })),
    '/connections/{id}': () =>
      overtake(connections, (row: ConnectionRow) => connections.replace(row.id, row.version, { ...row, ...later })),
  };
  for (const [path, race] of Object.entries(overtaken)) {
    const at = path.replace('{id}', things[path] ?? '');
    const { etag } = (await ask('GET', at)).json;
    race();
    expect([path, (await ask('DELETE', at, { headers: { 'if-match': etag } })).status]).toEqual([path, 412]);
    const now = (await ask('GET', at)).json.etag;
    expect([path, (await ask('DELETE', at, { headers: { 'if-match': now } })).status]).toEqual([path, 204]);
  }
});
