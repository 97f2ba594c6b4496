import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NewLink } from '../../src/links/links.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { startTickets, type TicketsApi } from '../access/api.ts';
import { connect } from '../connections/setting.ts';
import { MASTER, openDoor } from '../security/door.ts';
import { DAY_MS, type LinkedOptions, openLinked } from './linked.ts';

let api: TicketsApi;
beforeEach(async () => {
  api = await startTickets();
});
afterEach(() => api.upstream.close());

const open = (options: Partial<LinkedOptions> = {}) => openLinked({ api, ...options });
const READS = ['get_ticket', 'list_tickets', 'status'];
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe('what a link opens', () => {
  test('by default what reads, from a client that knows nothing but HTTP and JSON', async () => {
    await using linked = await open();
    const { path } = await linked.make();
    expect(await linked.tools(path)).toEqual(READS);
    const { status, headers, json } = await linked.ask(path, 'tools/call', {
      name: 'get_ticket',
      arguments: { id: 3 },
    });
    expect([status, String(headers['content-type']), json.result.structuredContent]).toEqual([
      200,
      'application/json',
      { id: 3, tenant: 'acme' },
    ]);
    expect((await linked.call(path, 'get_ticket', { id: 3 })).json.result.structuredContent.id).toBe(3);
    expect(api.seen()).toEqual(['GET /tickets/3', 'GET /tickets/3']);
  });

  test.each([
    [['read'], READS],
    [['create'], ['comment', 'create_ticket']],
    [['write'], ['comment', 'create_ticket', 'delete_ticket']],
    [['update'], []],
    [
      ['read', 'delete'],
      ['delete_ticket', ...READS],
    ],
    [['custom'], []],
  ] as const)('for %j: %j, in the list and in calls', async (methods, opened) => {
    await using linked = await open();
    const { key } = await linked.door.key();
    const { path } = await linked.make({ methods, requireKey: true });
    expect(await linked.tools(path, bearer(key))).toEqual([...opened].sort());
    for (const name of ['get_ticket', 'comment', 'delete_ticket'] as const) {
      const { json } = await linked.call(path, name, { id: 3 }, bearer(key));
      const allowed = (opened as readonly string[]).includes(name);
      expect([name, json.error?.message ?? 'ok']).toEqual([name, allowed ? 'ok' : `Unknown tool: ${name}`]);
    }
  });

  test('nothing that may destroy, without a key', async () => {
    await using linked = await open();
    const { path } = await linked.make({ methods: ['read', 'write'] });
    expect(await linked.tools(path)).toEqual(['comment', 'create_ticket', ...READS].sort());
    expect((await linked.call(path, 'delete_ticket', { id: 3 })).json.error.message).toBe(
      'Unknown tool: delete_ticket',
    );
    expect(api.seen()).toEqual([]);
  });

  test('narrowed by tags, names and a toolset, all of which must fit', async () => {
    const config = { toolsets: { lists: { include: [{ tool: 'list_*' }, { tool: 'status' }] } } };
    await using linked = await open({ config });
    const tools = async (wanted: Partial<NewLink>) => linked.tools((await linked.make(wanted)).path);
    expect(await tools({ tags: ['open'] })).toEqual(['status']);
    expect(await tools({ tools: ['get_ticket', 'delete_ticket'] })).toEqual(['get_ticket']);
    expect(await tools({ toolset: 'lists' })).toEqual(['list_tickets', 'status']);
    expect(await tools({ toolset: 'lists', tags: ['tickets'] })).toEqual(['list_tickets']);
    expect(await tools({ tools: ['get_ticket'], tags: ['open'] })).toEqual([]);
  });

  test('a class of its own for one operation, where the config says so', async () => {
    const overrides = { comment: { methodClass: 'custom' }, 'GET /status': { methodClass: 'update' } };
    await using linked = await open({
      upstream: {
        tools: { mode: 'static', shared: [{ method: 'GET' }, { method: 'POST' }, { method: 'DELETE' }], overrides },
      },
    });
    expect(await linked.tools((await linked.make({ methods: ['read', 'create'] })).path)).toEqual([
      'create_ticket',
      'get_ticket',
      'list_tickets',
    ]);
    expect(await linked.tools((await linked.make({ methods: ['custom', 'update'] })).path)).toEqual([
      'comment',
      'status',
    ]);
  });

  test('through search too', async () => {
    const shared = [{ method: 'GET' }, { method: 'POST' }, { method: 'DELETE' }];
    await using linked = await open({ upstream: { tools: { mode: 'search', shared } } });
    const { path } = await linked.make({ tools: ['get_ticket'] });
    expect(await linked.tools(path)).toEqual(['call_read', 'describe_tools', 'find_tools']);
    const call = (name: string) => linked.call(path, 'call_write', { name, arguments: { id: 3 } });
    expect((await call('get_ticket')).json.result.structuredContent.id).toBe(3);
    expect((await call('comment')).json.error.message).toBe('Unknown tool: comment');
    const found = await linked.call(path, 'find_tools', { query: 'ticket' });
    expect(found.body).toContain('get_ticket');
    expect(found.body).not.toMatch(/list_tickets|comment|delete_ticket/);
  });

  test('what the config allows links by now, whatever they were made for', async () => {
    const clock = manualClock();
    await using first = await open({ clock });
    const { path } = await first.make({ methods: ['read', 'create'] });
    await using second = await openLinked({ api, links: { methods: ['create'] }, beside: first.door });
    expect(await second.tools(path)).toEqual(['comment', 'create_ticket']);
  });
});

describe('how links are made', () => {
  const refused = async (wanted: Partial<NewLink>, options: Partial<LinkedOptions> = {}) => {
    await using linked = await open(options);
    return linked.make(wanted).then(
      () => 'made',
      (thrown: Error) => thrown.message,
    );
  };

  test('read-only and for 90 days, unless the config says more', async () => {
    const links = { methods: undefined };
    expect(await refused({ methods: ['read'] }, { links })).toBe('made');
    expect(await refused({ methods: ['write'] }, { links })).toBe(
      'Links for create, update, delete are not allowed here.',
    );
    const clock = manualClock();
    await using linked = await open({ clock });
    const { id } = await linked.make();
    expect(await linked.links.get(id)).toMatchObject({ methods: ['read'], expiresAt: clock.now() + 90 * DAY_MS });
    expect(await refused({ expiresAt: Date.now() + 91 * DAY_MS })).toBe('A link can live for 90 days at the most.');
    expect(await refused({ expiresAt: null })).toBe('A link must expire.');
    expect(await refused({ expiresAt: null }, { links: { permanent: true } })).toBe('made');
  });

  test.each([
    [{ expiresAt: Date.now() + 50_000 }, 'A link must live for a minute at least.'],
    [{ expiresAt: Number.NaN }, 'A link must live for a minute at least.'],
    [{ toolset: 'none' }, 'There is no such toolset.'],
    [{ tenant: 'a b' }, 'A tenant is 1 to 100 printable characters without spaces.'],
    [{ name: 'a\nb' }, 'A name has 1 to 100 characters, and no control characters.'],
    [{ tools: ['a b'] }, 'tools cannot name "a b".'],
    [{ tags: Array.from({ length: 101 }, (_, at) => `t${at}`) }, 'tags can name 100 at the most.'],
    [{ methods: [] }, 'methods must name one of read, create, update, delete, custom, write.'],
  ])('%j is refused', async (wanted, message) => {
    expect(await refused(wanted)).toBe(message);
  });

  test('and shown, listed, changed and deleted; those of another tenant are not there', async () => {
    await using linked = await open({ clock: manualClock() });
    const { id: connectionId } = await connect(linked.door, MASTER, { kind: 'bearer', credential: { token: 't' } });
    const mine = await linked.make({ name: 'mine', connectionId });
    const theirs = await linked.make({ tenant: 'globex', name: 'theirs' });
    const shown = await linked.links.get(mine.id, 'acme');
    expect(shown).toMatchObject({ id: mine.id, name: 'mine', connectionId, requireKey: false });
    expect(JSON.stringify(shown)).not.toMatch(/digest|pstl_/);
    expect(await linked.links.get(mine.id, 'globex')).toBeUndefined();
    expect(await linked.links.patch(mine.id, { name: 'x' }, 'globex')).toBeUndefined();
    expect(await linked.links.delete(mine.id, 'globex')).toBeUndefined();
    expect((await linked.links.list({ tenant: 'acme', limit: 5 })).links.map(({ id }) => id)).toEqual([mine.id]);
    const page = await linked.links.list({ limit: 1 });
    const rest = await linked.links.list({ limit: 1, ...(page.next && { before: page.next }) });
    expect([...page.links, ...rest.links].map(({ id }) => id).sort()).toEqual([mine.id, theirs.id].sort());
    expect([page.next === undefined, rest.next]).toEqual([false, undefined]);
    expect(await linked.links.patch(mine.id, { tags: ['open'], methods: ['read', 'write'] })).toMatchObject({
      tags: ['open'],
      methods: ['read', 'create', 'update', 'delete'],
      name: 'mine',
    });
    expect(await linked.links.delete(mine.id)).toMatchObject({ id: mine.id });
    expect(await linked.links.delete(mine.id)).toBeUndefined();
  });

  test('off, unless they are switched on: then their paths do not exist', async () => {
    await using linked = await open();
    const { path } = await linked.make();
    await using off = await openDoor({ beside: linked.door });
    expect((await off.send({ path, method: 'POST' })).json).toMatchObject({ code: 'no_route' });
  });
});

describe('what is done to a link', () => {
  test('takes effect on the node that does it at once, and on every other within a second', async () => {
    const clock = manualClock();
    await using linked = await open({ clock });
    await using other = await openLinked({ api, beside: linked.door });
    const one = await linked.make();
    const two = await linked.make();
    for (const { path } of [one, two])
      expect([await linked.status(path), await other.status(path)]).toEqual(['200', '200']);
    // Told to all who listen.
    await linked.links.delete(one.id);
    expect([await linked.status(one.path), await other.status(one.path)]).toEqual([
      '401 link_invalid',
      '401 link_invalid',
    ]);
    // Told to nobody, as by a process that shares the database alone.
    await linked.door.database.links.delete(two.id);
    await clock.advance(600);
    expect([await linked.status(two.path), await other.status(two.path)]).toEqual([
      '401 link_invalid',
      '401 link_invalid',
    ]);
  });

  test('narrows it for those who hold it', async () => {
    await using linked = await open({ clock: manualClock() });
    const { id, path } = await linked.make();
    expect(await linked.tools(path)).toEqual(READS);
    await linked.links.patch(id, { tags: ['open'] });
    expect(await linked.tools(path)).toEqual(['status']);
  });

  test('extends it, and one that was over before is not there', async () => {
    const clock = manualClock();
    await using linked = await open({ clock, links: { permanent: true } });
    const minute = { expiresAt: clock.now() + 60_000 };
    const [kept, lost] = [await linked.make(minute), await linked.make(minute)];
    await linked.links.patch(kept.id, { expiresAt: null });
    await clock.advance(60_000);
    expect([await linked.status(kept.path), await linked.status(lost.path)]).toEqual(['200', '401 link_invalid']);
    expect(await linked.links.patch(lost.id, { expiresAt: null })).toBeUndefined();
  });

  test('is a whole minute for who reckoned one a moment ago', async () => {
    const clock = manualClock();
    await using linked = await open({ clock });
    const { path } = await linked.make({ expiresAt: clock.now() + 59_900 });
    await clock.advance(59_950);
    expect(await linked.status(path)).toBe('200');
    await clock.advance(50);
    expect(await linked.status(path)).toBe('401 link_invalid');
  });
});

describe('with requireKey', () => {
  test('a key of its tenant must come too, and both must allow what is done', async () => {
    const scopes = [{ method: 'GET', require: ['tickets:read'] }, { require: ['tickets:write'] }];
    const auth = { scopes: { 'tickets:read': 'x', 'tickets:write': 'x' } };
    const shared = [{ method: 'GET' }, { method: 'POST' }, { method: 'DELETE' }];
    await using linked = await open({ auth, upstream: { tools: { mode: 'static', scopes, shared } } });
    const { path } = await linked.make({ methods: ['read', 'delete'], requireKey: true });
    const reader = await linked.door.key('acme', { scopes: ['tickets:read'] });
    const writer = await linked.door.key('acme', { scopes: ['tickets:write'] });
    const foreign = await linked.door.key('globex', { scopes: ['tickets:read'] });
    expect(await linked.tools(path, bearer(reader.key))).toEqual(READS);
    expect(await linked.tools(path, { 'x-api-key': writer.key })).toEqual(['delete_ticket']);
    expect(await linked.status(path)).toBe('401 missing_credential');
    const unknown = await linked.ask(path, 'tools/list', {}, bearer(foreign.key));
    const wrong = await linked.ask(path, 'tools/list', {}, bearer(`${foreign.key.slice(0, -50)}${'A'.repeat(50)}`));
    expect([unknown.status, unknown.json.code, wrong.status]).toEqual([401, 'invalid_token', 401]);
    expect(unknown.json.reason).toBe('key_unknown');
    for (const { headers } of [unknown, wrong]) expect(headers['www-authenticate']).not.toMatch(/resource_metadata/);
  });

  test('two keys are two callers', async () => {
    await using linked = await open();
    const { path } = await linked.make({ requireKey: true });
    const [one, two] = [await linked.door.key(), await linked.door.key()];
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
    const { status } = await linked.ask(path, 'initialize', params, bearer(one.key));
    expect(status).toBe(200);
    const lines = () => [...linked.door.log().matchAll(/"subject":"(link_[^"]+)"/g)].map(([, subject]) => subject);
    await linked.tools(path, bearer(two.key));
    expect(new Set(lines()).size).toBe(2);
  });

  test('is refused where no key is accepted', async () => {
    await using linked = await open({ auth: { apiKeys: false } });
    await expect(linked.make({ requireKey: true })).rejects.toThrow(/No API key is accepted/);
  });
});
