import { describe, expect, test } from 'vitest';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { openAdministered } from './admin.ts';

const SCOPES = { auth: { admin: { enabled: true }, scopes: { 'tickets:read': 'Read.', 'tickets:write': 'Write.' } } };
const open = () => openAdministered({ config: SCOPES });

describe('API keys', () => {
  test('are made, used, shown, changed and revoked', async () => {
    await using server = await open();
    const ask = await server.as({ role: 'admin', tenant: 'acme' });
    const made = await ask('POST', '/keys', { body: { name: 'CI', scopes: ['tickets:read'] } });
    expect(made).toMatchObject({ status: 201, json: { tenant: 'acme', status: 'active', expiresAt: null } });
    const { id, key, etag } = made.json;
    expect(made.headers).toMatchObject({ location: `/admin/api/keys/${id}`, etag, 'cache-control': 'no-store' });
    expect((await server.door.legacy(key, 'tools/list')).status).toBe(200);

    const shown = await ask('GET', `/keys/${id}`);
    const { key: _, ...without } = made.json;
    expect(shown.json).toEqual({ ...without, lastUsedAt: expect.any(String) });
    expect(shown.headers['etag']).toBe(etag);

    const changed = await ask('PATCH', `/keys/${id}`, { headers: { 'if-match': etag }, body: { name: 'CI 2' } });
    expect(changed).toMatchObject({ status: 200, json: { name: 'CI 2', scopes: ['tickets:read'] } });
    expect(changed.json.etag).not.toBe(etag);

    expect((await ask('DELETE', `/keys/${id}`)).status).toBe(204);
    expect((await ask('DELETE', `/keys/${id}`)).status).toBe(204);
    expect((await ask('GET', `/keys/${id}`)).json.status).toBe('revoked');
    const trail = await server.door.database.audit.list({ tenant: 'acme', limit: 10 });
    expect(trail.map(({ event, actorKind, actor }) => [event, actorKind, actor])).toEqual(
      ['key_revoked', 'key_changed', 'key_created'].map((event) => [event, 'admin', ask.id]),
    );
  });

  test('are listed page by page, of the tenant that one sees', async () => {
    await using server = await open();
    const [operator, acme] = [await server.as(), await server.as({ role: 'admin', tenant: 'acme' })];
    for (const tenant of ['acme', 'globex', 'acme', 'acme']) await server.door.key(tenant);
    const first = await acme('GET', '/keys?limit=2');
    expect(first.json.items.map((key: { tenant: string }) => key.tenant)).toEqual(['acme', 'acme']);
    const cursor = encodeURIComponent(first.json.next);
    const second = await acme('GET', `/keys?limit=2&cursor=${cursor}`);
    expect([second.json.items.length, second.json.next]).toEqual([1, null]);
    expect(new Set([...first.json.items, ...second.json.items].map(({ id }) => id)).size).toBe(3);
    expect((await operator('GET', '/keys')).json.items).toHaveLength(4);
    expect((await operator('GET', '/keys?tenant=globex')).json.items).toHaveLength(1);
    // A cursor is good for its list alone.
    for (const path of [`/keys?cursor=${cursor}`, '/keys?cursor=nonsense', `/keys?tenant=acme&cursor=${cursor}x`]) {
      expect([path, (await operator('GET', path)).json.code]).toEqual([path, 'invalid_cursor']);
    }
  });

  test('take the methods that they say, and have no other paths', async () => {
    await using server = await open();
    const ask = await server.as();
    expect(await ask('HEAD', '/keys')).toMatchObject({ status: 200, body: '' });
    const put = await ask('PUT', '/keys', { body: {} });
    expect([put.status, put.json.code, put.headers['allow']]).toEqual([405, 'method_not_allowed', 'GET, HEAD, POST']);
    for (const path of ['/keys/', '/Keys', '/keys/key_1/x', '/%6beys', '//keys', '/nothing']) {
      const { status, json } = await ask('GET', path);
      expect([path, status, json.code]).toEqual([path, 404, 'no_route']);
    }
    const { status, headers } = await server.door.send({ method: 'OPTIONS', path: '/admin/api/keys/key_1' });
    expect([status, headers['allow']]).toEqual([204, 'GET, HEAD, PATCH, DELETE, OPTIONS']);
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('a change of what has changed is refused, and one that does not say of what', async () => {
    await using server = await open();
    const ask = await server.as({ role: 'admin', tenant: 'acme' });
    const { id, etag } = (await ask('POST', '/keys', { body: { name: 'CI' } })).json;
    const change = (name: string, headers: { [name: string]: string }) =>
      ask('PATCH', `/keys/${id}`, { body: { name }, headers });
    expect((await change('a', {})).json).toMatchObject({ status: 428, code: 'precondition_required' });
    const both = await Promise.all([change('b', { 'if-match': etag }), change('c', { 'if-match': etag })]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await change('d', { 'if-match': etag })).json).toMatchObject({ code: 'precondition_failed' });
    expect((await ask('DELETE', `/keys/${id}`, { headers: { 'if-match': etag } })).status).toBe(412);
    expect((await change('e', { 'if-match': '*' })).json.name).toBe('e');
  });

  test('what comes again with its Idempotency-Key is answered again, and done once', async () => {
    const clock = manualClock();
    await using server = await openAdministered({ config: SCOPES, clock });
    const [one, other] = [await server.as({ role: 'admin', tenant: 'acme' }), await server.as()];
    const body = { name: 'CI', tenant: 'acme' };
    const headers = { 'idempotency-key': '"8e03978e-40d5"' };
    const first = await one('POST', '/keys', { body, headers });
    const again = await one('POST', '/keys', { body, headers });
    expect([again.status, again.json, again.headers['idempotency-replayed']]).toEqual([201, first.json, 'true']);
    const mixed = await one('POST', '/keys', { body: { ...body, name: 'Other' }, headers });
    expect(mixed.json).toMatchObject({ status: 422, code: 'rejected' });
    // It is its caller's: another one's is another request.
    expect((await other('POST', '/keys', { body, headers })).json.id).not.toBe(first.json.id);
    // What was refused was not done.
    const late = { 'idempotency-key': 'late' };
    expect((await one('POST', '/keys', { body: { scopes: [] }, headers: late })).status).toBe(400);
    expect((await one('POST', '/keys', { body, headers: late })).status).toBe(201);
    expect((await one('POST', '/keys', { body, headers: { 'idempotency-key': 'with space' } })).status).toBe(400);
    await clock.advance(24 * 3_600_000 + 1);
    expect((await one('POST', '/keys', { body, headers })).json.id).not.toBe(first.json.id);
  });

  test('an answer that is kept for who asks again is sealed', async () => {
    await using server = await open();
    const ask = await server.as({ role: 'admin', tenant: 'acme' });
    const { cache } = server.door;
    const { set } = cache;
    const kept: string[] = [];
    Object.assign(cache, {
      set: (key: string, value: string, ttlMs: number) => {
        kept.push(`${key} ${value}`);
        return set(key, value, ttlMs);
      },
    });
    const made = await ask('POST', '/keys', {
      body: { name: 'Integration' },
      headers: { 'idempotency-key': 'a-key-of-mine' },
    });
    expect(kept).toHaveLength(1);
    for (const part of [made.json.key, made.json.id, 'a-key-of-mine', 'Integration', ask.id])
      expect(kept[0]).not.toContain(part);
  });

  test('of requests that come at once with one Idempotency-Key, one is done', async () => {
    await using server = await open();
    const ask = await server.as({ role: 'admin', tenant: 'acme' });
    const headers = { 'idempotency-key': 'k' };
    const all = await Promise.all(
      Array.from({ length: 8 }, () => ask('POST', '/keys', { body: { name: 'CI' }, headers })),
    );
    expect(all.every(({ status }) => status === 201 || status === 409)).toBe(true);
    expect((await ask('GET', '/keys')).json.items).toHaveLength(1);
  });

  test.each([
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: 'a\u0000' }, 'name'],
    [{ name: 'a', scopes: ['*'] }, 'scopes.0'],
    [{ name: 'a', scopes: 'tickets:read' }, 'scopes'],
    [{ name: 'a', expiresAt: 'tomorrow' }, 'expiresAt'],
    [{ name: 'a', secret: 'x' }, ''],
    [[], ''],
    [null, ''],
  ])('%j does not fit, and says where', async (body, field) => {
    await using server = await open();
    const { json } = await (await server.as({ role: 'admin', tenant: 'acme' }))('POST', '/keys', { body });
    expect([json.code, json.errors[0].field]).toEqual(['invalid_arguments', field]);
  });

  test.each([
    [{ name: 'a', scopes: ['tickets:delete'] }, 'No tool requires the scope "tickets:delete"'],
    [{ name: 'a', toolset: 'none' }, 'There is no such toolset'],
    [{ name: 'a', expiresAt: '2001-01-01T00:00:00Z' }, 'A key must expire in the future'],
  ])('%j means nothing', async (body, detail) => {
    await using server = await open();
    const { status, json } = await (await server.as({ role: 'admin', tenant: 'acme' }))('POST', '/keys', { body });
    expect([status, json.detail]).toEqual([400, expect.stringContaining(detail)]);
  });

  test('security case 58: nobody makes, sees or ends one of another tenant, and without a key nobody does anything', async () => {
    await using server = await open();
    const globex = await server.as({ role: 'admin', tenant: 'globex' });
    const { id } = await server.door.key('acme');
    const refused = await globex('POST', '/keys', { body: { name: 'a', tenant: 'acme' } });
    expect([refused.status, refused.json.code]).toEqual([403, 'forbidden']);
    expect((await globex('GET', '/keys?tenant=acme')).status).toBe(403);
    expect((await globex('GET', '/keys')).json.items).toEqual([]);
    for (const [method, body] of [['GET'], ['PATCH', { name: 'x' }], ['DELETE']] as const) {
      const headers = { 'if-match': '*' };
      const answers = [id, 'key_000000000000'].map((each) => globex(method, `/keys/${each}`, { body, headers }));
      const [theirs, none] = (await Promise.all(answers)).map(({ status, json: { requestId: _, ...rest } }) => [
        status,
        rest,
      ]);
      expect(theirs).toEqual([404, expect.objectContaining({ code: 'not_found' })]);
      expect(theirs).toEqual(none);
    }
    expect((await server.door.database.keys.find(id))?.revokedAt).toBeNull();
    const nobody = await server.ask('POST', '/keys', { body: { name: 'a', tenant: 'acme' } });
    expect([nobody.status, nobody.json.code]).toEqual([401, 'missing_credential']);
  });
});
