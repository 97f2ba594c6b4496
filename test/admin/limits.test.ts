/** What the admin API costs, and what it may fill. */
import { expect, test } from 'vitest';
import type { CallRecord } from '../../src/core/call.ts';
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts';
import { type Administered, openAdministered } from './admin.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 21, 12);

/** Calls of a tenant, one a minute, the last of them a minute ago; every tenth failed. */
async function called({ door }: Administered, tenant: string, count: number): Promise<void> {
  const records = Array.from({ length: count }, (_, index): CallRecord => {
    const facts = { subject: 'key_1', client: 'test', upstream: 'api', requestId: 'req_1', arguments: null } as const;
    return {
      ...{ id: `${tenant}-${index}`, at: NOW - 60_000 * (index + 1), tenant, tool: `tool_${index % 3}`, ...facts },
      ...{ ms: 2, upstreamMs: 1, upstreamStatus: null, code: index % 10 === 0 ? 'not_found' : 'ok' },
    };
  });
  await door.database.calls.append(records);
}

/** How often others had their turn while something was done. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let [turns, done] = [0, false];
  const count = (): void => {
    turns++;
    if (!done) setImmediate(count);
  };
  setImmediate(count);
  await work();
  done = true;
  return turns;
}

test('security case 109: sums and searches of many calls are done piece by piece, and add up', async () => {
  await using server = await openAdministered({ clock: manualClock(NOW) });
  await called(server, 'acme', 25_000);
  await called(server, 'globex', 100);
  const { calls } = server.door.database;
  const query = { since: NOW - 30 * DAY_MS, until: NOW };
  // Each piece has 10,000 rows.
  expect(await turnsDuring(() => calls.usage({ ...query, limit: 1_000 }))).toBeGreaterThan(2);
  expect(await turnsDuring(() => calls.page({ tool: 'none', limit: 10 }))).toBeGreaterThan(2);
  const sums = await calls.usage({ ...query, tenant: 'acme', limit: 1_000 });
  const total = (member: 'calls' | 'failed' | 'ms') => sums.reduce((sum, row) => sum + row[member], 0);
  expect([total('calls'), total('failed'), total('ms')]).toEqual([25_000, 2_500, 50_000]);
  // Of whole days there are 1,440, of each tool a third.
  expect(sums.filter(({ calls }) => calls !== 480)).toHaveLength(6);

  const acme = await server.as({ role: 'auditor', tenant: 'acme' });
  const paged: object[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const at = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { json } = await acme('GET', `/usage?limit=7${at}`);
    paged.push(...json.items);
    cursor = json.next;
  }
  expect(paged).toEqual((await acme('GET', '/usage?limit=200')).json.items);
  expect(paged).toHaveLength(sums.length);
  const failed: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const at = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const { json } = await acme('GET', `/calls?status=failed&tool=tool_1&limit=200${at}`);
    failed.push(...json.items.map(({ id }: { id: string }) => id));
    cursor = json.next;
  }
  expect([failed.length, new Set(failed).size, failed[0], failed.at(-1)]).toEqual([
    ...[833, 833, 'acme-10', 'acme-24970'],
  ]);
});

test('security case 109: events of one kind are searched for piece by piece', async () => {
  await using server = await openAdministered({ clock: manualClock(NOW) });
  const { audit } = server.door.database;
  const row = {
    tenant: 'acme',
    actorKind: 'system',
    actor: null,
    clientId: null,
    requestId: null,
    detail: '{}',
  } as const;
  const events = Array.from({ length: 21_000 }, (_, n) => ({
    ...({ id: `aud_${n}`, at: NOW - n, event: n % 7_000 === 0 ? 'vault_rotated' : 'login_failed', ...row } as const),
  }));
  await audit.append(events);
  const ids = async (more: object) =>
    (await audit.list({ event: 'vault_rotated', limit: 9, ...more })).map(({ id }) => id);
  expect(await turnsDuring(() => ids({}))).toBeGreaterThan(2);
  expect(await ids({})).toEqual(['aud_0', 'aud_7000', 'aud_14000']);
  expect(await ids({ limit: 2 })).toEqual(['aud_0', 'aud_7000']);
  expect(await ids({ before: { at: NOW - 7_000, id: 'aud_7000' } })).toEqual(['aud_14000']);
  expect(await ids({ since: NOW - 13_999, tenant: 'acme' })).toEqual(['aud_0', 'aud_7000']);
});

test('security case 109: deliveries are searched for piece by piece', async () => {
  await using server = await openAdministered({ clock: manualClock(NOW), config: { webhooks: { enabled: true } } });
  const { audit, webhooks } = server.door.database;
  const made = [
    await server.as({ role: 'admin', tenant: 'acme' }),
    await server.as({ role: 'admin', tenant: 'globex' }),
  ];
  for (const ask of made)
    await ask('POST', '/webhooks', { body: { url: 'https://hooks.test/', types: ['key.revoked'] } });
  const row = { event: 'key_revoked', actorKind: 'system', actor: null, clientId: null, requestId: null } as const;
  await audit.append(
    Array.from({ length: 21_000 }, (_, n) => {
      const tenant = n % 7_000 === 0 ? 'acme' : 'globex';
      return { id: `aud_${n}`, at: NOW - n, tenant, ...row, detail: '{"keyId":"k","name":"CI"}' };
    }),
  );
  const events = async (more: object) =>
    (await webhooks.deliveries({ limit: 9, ...more })).map(({ eventId }) => eventId);
  expect(await turnsDuring(() => events({ state: 'dead' }))).toBeGreaterThan(2);
  expect(await turnsDuring(() => events({ tenant: 'acme' }))).toBeGreaterThan(2);
  expect(await events({ tenant: 'acme' })).toEqual(['evt_0', 'evt_7000', 'evt_14000']);
  expect(await events({ tenant: 'acme', state: 'due', limit: 2 })).toEqual(['evt_0', 'evt_7000']);
  const [first] = await webhooks.deliveries({ tenant: 'acme', limit: 1 });
  const before = { at: first?.createdAt ?? 0, id: first?.id ?? '' };
  expect(await events({ tenant: 'acme', before })).toEqual(['evt_7000', 'evt_14000']);
});

test('security case 109: usage is asked for of 92 days at the most', async () => {
  await using server = await openAdministered({ clock: manualClock(NOW) });
  const operator = await server.as();
  const usage = (query: string) => operator('GET', `/usage?${query}`);
  expect((await usage('since=2026-08-22T00:00:00Z')).status).toBe(200);
  const { status, json } = await usage('since=2026-01-01T00:00:00Z');
  expect([status, json.errors]).toEqual([400, [{ field: 'since', message: '92 days before until at the most' }]]);
  expect((await usage('since=2026-01-01T00:00:00Z&until=2026-02-01T00:00:00Z')).status).toBe(200);
  expect((await usage('until=2025-01-01T00:00:00Z')).status).toBe(200);
});

const limited = (perMinute: number, more: object = {}) =>
  openAdministered({
    clock: manualClock(NOW),
    config: { auth: { admin: { enabled: true, requestsPerMinute: perMinute, ...more }, links: { enabled: true } } },
  });

test('security case 109: who asks too much is told to wait, and nobody else is', async () => {
  await using server = await limited(10);
  const [one, other, globex] = [
    await server.as({ role: 'admin', tenant: 'acme' }),
    await server.as({ role: 'auditor', tenant: 'acme' }),
    await server.as({ role: 'admin', tenant: 'globex' }),
  ];
  for (let n = 0; n < 10; n++) expect((await one('GET', '/keys')).status).toBe(200);
  const refused = await one('POST', '/keys', { body: { name: 'a' } });
  expect(refused).toMatchObject({ status: 429, json: { code: 'rate_limited', retryAfterSeconds: 60 } });
  expect(refused.headers['retry-after']).toBe('60');
  expect(server.document).toMatchObject({
    paths: { '/keys': { post: { responses: { default: { headers: { 'Retry-After': {} } } } } } },
  });
  expect((await other('GET', '/usage')).status).toBe(200);
  // The sums were worth ten.
  expect((await other('GET', '/keys')).status).toBe(429);
  expect((await globex('GET', '/keys')).status).toBe(200);
  // However many keys a tenant has, four times as much.
  for (let n = 0; n < 2; n++) {
    const more = await server.as({ role: 'auditor', tenant: 'acme' });
    expect((await more('GET', '/usage')).status).toBe(200);
  }
  const { status, json } = await (await server.as({ role: 'admin', tenant: 'acme' }))('GET', '/keys');
  expect([status, json.detail]).toEqual([429, 'Your tenant makes too many requests.']);
  await (server.door.clock as ManualClock).advance(60_000);
  expect((await one('GET', '/keys')).status).toBe(200);
});

test('a tenant has so many keys, admin keys and links, and no more', async () => {
  await using server = await limited(1_000, { perTenant: { keys: 2, adminKeys: 3, links: 2 } });
  const acme = await server.as({ role: 'admin', tenant: 'acme' });
  const operator = await server.as();
  const bodies: readonly [string, object, string][] = [
    ['/keys', { name: 'a' }, '2 API keys'],
    // The one that asks is one.
    ['/admin-keys', { name: 'a', role: 'auditor' }, '3 keys of this API'],
    ['/links', { name: 'a' }, '2 links'],
  ];
  for (const [path, body, many] of bodies) {
    const made = [await acme('POST', path, { body }), await acme('POST', path, { body })];
    expect(made.map(({ status }) => status)).toEqual([201, 201]);
    const { status, json } = await acme('POST', path, { body });
    expect([status, json.code, json.detail]).toEqual([400, 'invalid_params', `A tenant has ${many} at the most.`]);
    expect((await operator('POST', path, { body: { ...body, tenant: 'acme' } })).status).toBe(400);
    expect((await operator('POST', path, { body: { ...body, tenant: 'globex' } })).status).toBe(201);
    expect((await acme('DELETE', `${path}/${made[0]?.json.id}`)).status).toBe(204);
    expect((await acme('POST', path, { body })).status).toBe(201);
  }
});

test('of keys that ended, so many stay in the list', async () => {
  await using server = await limited(1_000, { perTenant: { keys: 2, adminKeys: 3 } });
  const acme = await server.as({ role: 'admin', tenant: 'acme' });
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) {
    const { id } = (await acme('POST', '/keys', { body: { name: `k${n}` } })).json;
    ids.unshift(id);
    await acme('DELETE', `/keys/${id}`);
    await (server.door.clock as ManualClock).advance(1);
  }
  // Two that had ended when the last was made, and the last.
  const { items } = (await acme('GET', '/keys')).json;
  expect(items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 3));
});
