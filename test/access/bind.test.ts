import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Door, openDoor } from '../security/door.ts';
import { DOCUMENT, startTickets, type TicketsApi } from './api.ts';

let api: TicketsApi;
beforeEach(async () => {
  api = await startTickets();
});
afterEach(() => api.upstream.close());

const open = (tools: object): Promise<Door> =>
  openDoor({
    api: { document: DOCUMENT, url: api.upstream.url },
    upstream: { tools: { mode: 'static', shared: [{ path: '/**' }], ...tools } },
  });

const shown = async (door: Door, key: string, name: string) => {
  const { json } = await door.modern(key, 'tools/list');
  return json.result.tools.find((tool: { name: string }) => tool.name === name).inputSchema;
};
const resultOf = async (door: Door, key: string, name: string, args: object) =>
  (await door.call(key, name, args)).json.result;

const BIND = { bind: { org_id: 'principal.tenant', 'body.org_id': 'principal.tenant' } };

describe('an argument that the server fills in', () => {
  test('is not shown, and is sent as whom the credential belongs to', async () => {
    await using door = await open(BIND);
    const [acme, globex] = [await door.key('acme'), await door.key('globex')];
    const { properties, required } = await shown(door, acme.key, 'list_tickets');
    expect([Object.keys(properties), required]).toEqual([['page_url', 'q', 'cursor'], undefined]);
    await door.call(acme.key, 'list_tickets', { q: 'x' });
    await door.call(globex.key, 'list_tickets');
    expect(api.seen()).toEqual(['GET /tickets?org_id=acme&q=x', 'GET /tickets?org_id=globex']);
  });

  test('may be a member of the body', async () => {
    await using door = await open(BIND);
    const { key } = await door.key('acme');
    const { body } = (await shown(door, key, 'create_ticket')).properties;
    expect(Object.keys(body.properties)).toEqual(['title', 'account']);
    expect(body.required).toEqual(['title']);
    await door.call(key, 'create_ticket', { body: { title: 'T' } });
    expect(JSON.parse(String(api.upstream.last().body))).toEqual({ title: 'T', org_id: 'acme' });
  });

  test.each([
    ['list_tickets', { org_id: 'globex' }, '/org_id'],
    ['list_tickets', { org_id: 'acme' }, '/org_id'],
    ['create_ticket', { body: { title: 'T', org_id: 'globex' } }, '/body/org_id'],
    ['create_ticket', { body: [{ org_id: 'globex' }] }, '/body'],
    ['create_ticket', { body: null }, '/body'],
  ])('is refused from a caller: %s %j', async (name, args, pointer) => {
    await using door = await open(BIND);
    const { key } = await door.key('acme');
    const { structuredContent, isError } = await resultOf(door, key, name, args);
    expect(isError).toBe(true);
    expect(structuredContent.error).toMatchObject({ code: 'invalid_arguments', details: { problems: [{ pointer }] } });
    expect(api.seen()).toEqual([]);
  });

  test('is a number where the API wants one, and a value of the config where that gives one', async () => {
    await using door = await open({ bind: { 'body.account': 'principal.tenant', 'body.org_id': 'all' } });
    const [seven, acme] = [await door.key('7'), await door.key('acme')];
    await door.call(seven.key, 'create_ticket', { body: { title: 'T' } });
    expect(JSON.parse(String(api.upstream.last().body))).toEqual({ title: 'T', account: 7, org_id: 'all' });
    const refused = await resultOf(door, acme.key, 'create_ticket', { body: { title: 'T' } });
    expect(refused.structuredContent.error.code).toBe('forbidden');
    expect(api.seen()).toHaveLength(1);
  });

  test('refuses a caller who has no such thing', async () => {
    await using door = await open({ bind: { org_id: 'principal.email' } });
    const { key } = await door.key('acme');
    const { structuredContent } = await resultOf(door, key, 'list_tickets', {});
    expect(structuredContent.error).toMatchObject({
      code: 'forbidden',
      message: 'This caller cannot be named to the API.',
    });
    expect(api.seen()).toEqual([]);
  });

  test('holds for one operation, over what holds for all', async () => {
    await using door = await open({ ...BIND, overrides: { list_tickets: { bind: { org_id: 'fixed' } } } });
    await door.call((await door.key('acme')).key, 'list_tickets');
    expect(api.seen()[0]).toBe('GET /tickets?org_id=fixed');
  });

  test('is not taken over by the URL that the API gives for the next page', async () => {
    api.instead.set('/tickets', {
      status: 200,
      body: { items: [{ id: 1 }], next_url: `${api.upstream.url}/tickets?%6Frg_id=globex&page_url=2` },
    });
    await using door = await open({
      ...BIND,
      overrides: {
        list_tickets: { bind: { org_id: 'principal.tenant' }, pages: { style: 'next-url', next: 'next_url' } },
      },
    });
    const { key } = await door.key('acme');
    const { structuredContent } = await resultOf(door, key, 'list_tickets', {});
    await door.call(key, 'list_tickets', { cursor: structuredContent.nextCursor });
    expect(api.seen()).toEqual(['GET /tickets?org_id=acme', 'GET /tickets?org_id=acme&page_url=2']);
  });

  test('is filled in too where a tool is called by way of another', async () => {
    await using door = await openDoor({
      api: { document: DOCUMENT, url: api.upstream.url },
      upstream: { tools: { mode: 'search', shared: [{ path: '/**' }], ...BIND } },
    });
    const { key } = await door.key('acme');
    const described = await resultOf(door, key, 'describe_tools', { names: ['list_tickets'] });
    expect(JSON.stringify(described)).not.toContain('org_id');
    await door.call(key, 'call_read', { name: 'list_tickets', arguments: { q: 'x' } });
    const refused = await resultOf(door, key, 'call_read', { name: 'list_tickets', arguments: { org_id: 'globex' } });
    expect(refused.structuredContent.error.code).toBe('invalid_arguments');
    expect(api.seen()).toEqual(['GET /tickets?org_id=acme&q=x']);
  });
});

describe('a config that cannot be meant', () => {
  test.each<[object, RegExp]>([
    [{ bind: { orgid: 'principal.tenant' } }, /upstreams\.api\.tools\.bind\.orgid[\s\S]*"org_id", perhaps/],
    [{ overrides: { get_ticket: { bind: { org_id: 'x' } } } }, /overrides\.get_ticket\.bind\.org_id/],
    [{ bind: { 'body.org': 'principal.tenant' } }, /tools\.bind\.body\.org/],
    [{ bind: { org_id: 'principal.tenent' } }, /one of principal\.tenant, principal\.subject/],
  ])('%j is refused at start', async (tools, told) => {
    await expect(open(tools)).rejects.toThrow(told);
  });
});
