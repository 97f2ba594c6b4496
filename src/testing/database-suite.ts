import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallRecord } from '../core/call.ts';
import type { ApiKeyRow, Database, QuotaTable } from '../core/database.ts';
import { adminKeySuite } from './admin-key-suite.ts';
import { auditSuite } from './audit-suite.ts';
import { connectionSuite } from './connection-suite.ts';
import { endsSuite } from './ends-suite.ts';
import { linkSuite } from './link-suite.ts';
import { oauthSuite } from './oauth-suite.ts';
import { pendingSuite } from './pending-suite.ts';
import { webhookSuite } from './webhook-suite.ts';

/**
 * What every {@link Database} must do, as tests.
 *
 * @param name how the adapter is called in the report.
 * @param open gives a database that is empty, down to its schema; the suite migrates and closes it.
 */
export function databaseSuite(name: string, open: () => Promise<Database>): void {
  describe(`${name} as a database`, () => {
    let database: Database;

    beforeEach(async () => {
      database = await open();
      await database.migrate();
    });
    afterEach(() => database.close());

    it('says what a migration would apply, and applies nothing by saying it', async () => {
      const fresh = await open();
      const all = await fresh.pending();
      expect(all.length).toBeGreaterThan(2);
      expect([...all].sort()).toEqual(all);
      expect(await fresh.pending()).toEqual(all);
      await fresh.migrate();
      expect(await fresh.pending()).toEqual([]);
      await fresh.close();
    });

    it('may be migrated again, and several times at once', async () => {
      await database.keys.insert(apiKey('kept'));
      await Promise.all([database.migrate(), database.migrate(), database.migrate()]);
      expect(await database.keys.find('kept')).toEqual(apiKey('kept'));
    });

    describe('keys', () => keySuite(() => database));
    describe('admin keys', () => adminKeySuite(() => database.adminKeys));
    describe('calls', () => callSuite(() => database));
    describe('audit', () => auditSuite(() => database));
    describe('oauth', () => oauthSuite(() => database.oauth));
    describe('quotas', () => quotaSuite(() => database.quotas));
    describe('connections', () => connectionSuite(() => database.connections));
    describe('pending accounts', () => pendingSuite(() => database.connections.pending));
    describe('links', () => linkSuite(() => database.links));
    describe('webhooks', () => webhookSuite(() => database));
    describe('what ends', () => endsSuite(() => database));
  });
}

function quotaSuite(table: () => QuotaTable): void {
  it('adds up under each name, however many add at once, and takes away', async () => {
    const sums = await Promise.all(Array.from({ length: 20 }, () => table().add('a', 1, 1_000)));
    expect(sums.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(await table().add('a', -5, 1_000)).toBe(15);
    expect(await table().add('A', 9_007_199_254_740_000, 1_000)).toBe(9_007_199_254_740_000);
    expect(await table().add('a', 0, 1_000)).toBe(15);
  });

  it('forgets those that have ended, so many at a time', async () => {
    for (const key of ['a', 'b', 'c']) await table().add(key, 1, 1_000);
    await table().add('d', 1, 2_000);
    expect(await table().prune(1_000, 10)).toBe(0);
    expect(await table().prune(2_000, 2)).toBe(2);
    expect(await table().prune(2_000, 2)).toBe(1);
    expect(await table().add('a', 1, 3_000)).toBe(1);
    expect(await table().add('d', 1, 3_000)).toBe(2);
  });
}

function keySuite(database: () => Database): void {
  it('gives back what was inserted, every field of it', async () => {
    const full: ApiKeyRow = {
      ...apiKey('full'),
      scopes: ['a:read', 'b"\n:write'],
      toolset: 'support',
      expiresAt: 9_007_199_254_740_991,
    };
    const bare: ApiKeyRow = { ...apiKey('bare'), scopes: [], name: '' };
    await database().keys.insert(full);
    await database().keys.insert(bare);
    expect(await database().keys.find('full')).toEqual(full);
    expect(await database().keys.find('bare')).toEqual(bare);
    expect(await database().keys.find('other')).toBeUndefined();
  });

  it('refuses an id that is taken, and keeps the first', async () => {
    await database().keys.insert(apiKey('one'));
    await expect(database().keys.insert({ ...apiKey('one'), name: 'second' })).rejects.toThrow();
    expect((await database().keys.find('one'))?.name).toBe('a key');
  });

  it('lists the newest first, of all tenants or of one', async () => {
    await database().keys.insert({ ...apiKey('b'), createdAt: 2 });
    await database().keys.insert({ ...apiKey('c'), createdAt: 3, tenant: 'globex' });
    await database().keys.insert({ ...apiKey('a'), createdAt: 1 });
    expect((await database().keys.list()).map(({ id }) => id)).toEqual(['c', 'b', 'a']);
    expect((await database().keys.list('acme')).map(({ id }) => id)).toEqual(['b', 'a']);
    expect(await database().keys.list("acme' or '1'='1")).toEqual([]);
    expect(await database().keys.tenants(10)).toEqual(['acme', 'globex']);
    expect(await database().keys.tenants(1)).toEqual(['acme']);
    await database().keys.revoke('c', 1);
    await database().keys.insert({ ...apiKey('dev'), tenant: 'dev', scopes: ['*'] });
    expect(await database().keys.tenants(10)).toEqual(['acme']);
  });

  it('knows the tenants that something is of', async () => {
    await database().keys.insert({ ...apiKey('a'), tenant: 'b' });
    await database().keys.insert({ ...apiKey('b'), tenant: 'b' });
    await database().keys.insert({ ...apiKey('c'), tenant: 'C' });
    const admin = { ...apiKey('d'), role: 'admin' as const, tenant: 'a' };
    await database().adminKeys.insert(admin);
    await database().adminKeys.insert({ ...admin, id: 'e', role: 'operator', tenant: null });
    const { tenants } = database();
    expect(await tenants.list({ after: '', limit: 9 })).toEqual(['C', 'a', 'b']);
    expect(await tenants.list({ after: 'C', limit: 1 })).toEqual(['a']);
    expect([await tenants.has('a'), await tenants.has('A'), await tenants.has('')]).toEqual([true, false, false]);
  });

  it('lets one of many revoke a key, and keeps the first time', async () => {
    await database().keys.insert(apiKey('one'));
    const revoked = await Promise.all([1, 2, 3, 4, 5].map((at) => database().keys.revoke('one', at)));
    expect(revoked.filter(Boolean)).toHaveLength(1);
    expect((await database().keys.find('one'))?.revokedAt).toBe(revoked.indexOf(true) + 1);
    expect(await database().keys.revoke('one', 6)).toBe(false);
    expect(await database().keys.revoke('none', 6)).toBe(false);
  });

  it('lists page by page, and changes what is as it was', async () => {
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      await database().keys.insert({ ...apiKey(id), createdAt: index < 2 ? 1 : 2 });
    }
    const { keys } = database();
    const ids = async (query: Parameters<typeof keys.page>[0]) => (await keys.page(query)).map(({ id }) => id);
    expect(await ids({ limit: 2 })).toEqual(['c', 'b']);
    expect(await ids({ limit: 2, before: { at: 1, id: 'b' } })).toEqual(['a']);
    expect(await ids({ limit: 2, tenant: 'globex' })).toEqual([]);
    const was = apiKey('a');
    const changed = await keys.change({ ...was, createdAt: 1 }, { name: 'other', scopes: ['x'], expiresAt: 7 });
    expect(changed).toMatchObject({ id: 'a', name: 'other', scopes: ['x'], expiresAt: 7 });
    expect(await keys.find('a')).toEqual(changed);
    expect(await keys.change(was, { name: 'third' })).toBeUndefined();
    const stale = [{ name: 'a key' }, { scopes: [] }, { expiresAt: null }, { expiresAt: 8 }];
    for (const each of stale) {
      expect(await keys.change({ ...(changed ?? was), ...each }, { name: 'third' })).toBeUndefined();
    }
    expect(await keys.change(changed ?? was, { expiresAt: null })).toMatchObject({ name: 'other', expiresAt: null });
    await keys.revoke('b', 1);
    expect(await keys.change({ ...apiKey('b'), createdAt: 1 }, { name: 'no' })).toBeUndefined();
  });

  it('revokes a key only as it was, where that is said', async () => {
    const { keys } = database();
    await keys.insert(apiKey('one'));
    const was = apiKey('one');
    for (const stale of [{ name: 'other' }, { scopes: [] }, { expiresAt: 9 }])
      expect(await keys.revoke('one', 1, { ...was, ...stale })).toBe(false);
    expect(await keys.revoke('one', 1, was)).toBe(true);
  });

  it('counts the good keys of a tenant, and forgets the oldest of those that ended', async () => {
    const { keys } = database();
    const of = (id: string, createdAt: number, expiresAt: number | null = null) =>
      keys.insert({ ...apiKey(id), createdAt, expiresAt });
    await Promise.all([of('old', 1), of('late', 3), of('over', 2, 50), of('good', 4), of('soon', 5, 150)]);
    await keys.insert({ ...apiKey('theirs'), tenant: 'globex' });
    await Promise.all(['old', 'late', 'theirs'].map((id) => keys.revoke(id, 60)));
    expect([await keys.standing('acme', 100), await keys.standing('globex', 100)]).toEqual([2, 0]);
    await keys.forgetEnded('acme', 100, 2);
    const left = await keys.page({ limit: 9 });
    expect(left.map(({ id }) => id).sort()).toEqual(['good', 'late', 'over', 'soon', 'theirs']);
  });

  it('never moves the last use back', async () => {
    await database().keys.insert(apiKey('one'));
    await database().keys.touch('one', 20);
    await database().keys.touch('one', 10);
    expect((await database().keys.find('one'))?.lastUsedAt).toBe(20);
    await database().keys.touch('one', 30);
    expect((await database().keys.find('one'))?.lastUsedAt).toBe(30);
    await database().keys.touch('none', 30);
  });
}

function callSuite(database: () => Database): void {
  it('gives back what was appended, every field of it', async () => {
    const full: CallRecord = { ...call('full', 2), ms: 12.375, upstreamStatus: 200, arguments: '{"q":"ü\\u0000"}' };
    const bare = call('bare', 1);
    await database().calls.append([full, bare]);
    expect(await database().calls.recent({ limit: 10 })).toEqual([full, bare]);
  });

  it('appends all of a batch or none of it', async () => {
    await database().calls.append([call('first', 1)]);
    const broken = { ...call('broken', 3), tool: null } as unknown as CallRecord;
    await expect(database().calls.append([call('good', 2), broken, call('late', 4)])).rejects.toThrow();
    expect(await database().calls.count()).toBe(1);
    await database().calls.append([call('good', 2)]);
    expect(await database().calls.count()).toBe(2);
  });

  it('takes batches of any size, also several at once, and an empty one', async () => {
    await database().calls.append([]);
    const batches = [0, 1, 2, 3].map((batch) =>
      Array.from({ length: 1_500 }, (_, index) => call(`c${batch}-${index}`, index)),
    );
    await Promise.all(batches.map((batch) => database().calls.append(batch)));
    expect(await database().calls.count()).toBe(6_000);
  });

  it('reads the newest first, whatever order they came in, up to the limit', async () => {
    await database().calls.append([call('b', 20), call('d', 40)]);
    await database().calls.append([call('c', 30), call('a', 10)]);
    expect((await database().calls.recent({ limit: 3 })).map(({ id }) => id)).toEqual(['d', 'c', 'b']);
  });

  it('reads by tool, outcome and time, page by page', async () => {
    const rows = [
      call('a', 1),
      { ...call('b', 2), code: 'timeout' },
      { ...call('c', 2), tool: 'get_ticket' },
      { ...call('d', 3), code: 'not_found', tenant: 'globex' },
    ];
    await database().calls.append(rows);
    const ids = async (query: object) =>
      (await database().calls.page({ limit: 10, ...query })).map(({ id }) => id).join('');
    const at = 1_700_000_000_000;
    expect(await ids({})).toBe('dcba');
    expect(await ids({ tool: 'get_ticket' })).toBe('c');
    expect(await ids({ code: 'timeout' })).toBe('b');
    expect(await ids({ failed: true })).toBe('db');
    expect(await ids({ failed: false, tenant: 'acme' })).toBe('ca');
    expect(await ids({ since: at + 2, until: at + 3 })).toBe('cb');
    expect(await ids({ before: { at: at + 2, id: 'c' }, limit: 1 })).toBe('b');
  });

  it('adds up by day, tenant and tool, page by page', async () => {
    const day = Math.floor(1_700_000_000_000 / 86_400_000);
    const rows = [
      call('a', 1),
      { ...call('b', 2), code: 'timeout', upstreamMs: 1 },
      { ...call('c', 3), tool: 'get_ticket' },
      { ...call('d', 4), tenant: 'globex' },
      call('e', 86_400_000),
    ];
    await database().calls.append(rows);
    const query = { since: 1_699_000_000_000, until: 1_701_000_000_000, limit: 10 };
    const sums = await database().calls.usage(query);
    expect(sums.map((sum) => [sum.day - day, sum.tenant, sum.tool, sum.calls, sum.failed, sum.ms])).toEqual([
      [1, 'acme', 'list_tickets', 1, 0, 1.5],
      [0, 'globex', 'list_tickets', 1, 0, 1.5],
      [0, 'acme', 'list_tickets', 2, 1, 3],
      [0, 'acme', 'get_ticket', 1, 0, 1.5],
    ]);
    expect(sums[2]?.upstreamMs).toBe(1);
    const [, second] = sums;
    expect(await database().calls.usage({ ...query, before: second, limit: 1 })).toEqual([sums[2]]);
    expect(await database().calls.usage({ ...query, tenant: 'globex' })).toEqual([second]);
    expect(await database().calls.usage({ ...query, tool: 'get_ticket' })).toEqual([sums[3]]);
    expect(await database().calls.usage({ ...query, since: 1_700_000_000_000 + 86_400_000 })).toEqual([sums[0]]);
  });

  it('keeps the calls of tenants apart', async () => {
    await database().calls.append([call('a', 1), { ...call('g', 2), tenant: 'globex' }, call('b', 3)]);
    expect((await database().calls.recent({ tenant: 'acme', limit: 10 })).map(({ id }) => id)).toEqual(['b', 'a']);
    expect((await database().calls.recent({ tenant: 'globex', limit: 10 })).map(({ id }) => id)).toEqual(['g']);
    expect(await database().calls.recent({ tenant: '', limit: 10 })).toEqual([]);
  });
}

function apiKey(id: string): ApiKeyRow {
  return {
    id,
    tenant: 'acme',
    name: 'a key',
    digest: 'ab'.repeat(32),
    scopes: ['tickets:read'],
    toolset: null,
    createdAt: 1_700_000_000_000,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
  };
}

function call(id: string, at: number): CallRecord {
  return {
    id,
    at: 1_700_000_000_000 + at,
    tenant: 'acme',
    subject: 'key_1',
    client: 'suite/1.0',
    tool: 'list_tickets',
    upstream: 'acme',
    ms: 1.5,
    upstreamMs: 0,
    upstreamStatus: null,
    requestId: 'req_1',
    code: 'ok',
    arguments: null,
  };
}
