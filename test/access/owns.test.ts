import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { tool } from '../../src/tools/define.ts';
import { type Door, openDoor } from '../security/door.ts';
import { DOCUMENT, startTickets, type TicketsApi } from './api.ts';

let api: TicketsApi;
beforeEach(async () => {
  api = await startTickets();
});
afterEach(() => api.upstream.close());

const CHECK = { operation: 'get_ticket', args: { id: '{id}' }, expect: 'tenant = principal.tenant' };
const OWNS = { owns: [{ path: '/tickets/{id}/**', check: CHECK }], shared: [{ path: '/**' }] };

const clock = manualClock();
const open = (tools: object = OWNS): Promise<Door> =>
  openDoor({
    api: { document: DOCUMENT, url: api.upstream.url },
    upstream: { tools: { mode: 'static', ...tools } },
    clock,
  });

const resultOf = async (door: Door, key: string, name: string, args: object) =>
  (await door.call(key, name, args)).json.result;
const errorOf = async (door: Door, key: string, name: string, args: object) => {
  const { requestId: _, ...error } = (await resultOf(door, key, name, args)).structuredContent.error;
  return error;
};

describe('a call about something', () => {
  test('is made for its owner, after the API has said so', async () => {
    await using door = await open();
    const { key } = await door.key('acme');
    expect((await resultOf(door, key, 'delete_ticket', { id: 3 })).isError).toBeUndefined();
    expect(api.seen()).toEqual(['GET /tickets/3', 'DELETE /tickets/3']);
  });

  test('is refused to others as if there were no such thing', async () => {
    await using door = await open();
    const { key } = await door.key('globex');
    const theirs = await errorOf(door, key, 'delete_ticket', { id: 3 });
    const nobodys = await errorOf(door, key, 'delete_ticket', { id: 99 });
    expect(theirs).toEqual(nobodys);
    expect(theirs).toMatchObject({ code: 'not_found' });
    expect(api.seen()).toEqual(['GET /tickets/3', 'GET /tickets/99']);
  });

  test('asks again for another caller and another thing, and after a while', async () => {
    await using door = await open();
    const [one, other] = [await door.key('acme'), await door.key('acme')];
    const comment = (key: string, id: number) => door.call(key, 'comment', { id, body: { text: 'x' } });
    await comment(one.key, 1);
    await comment(one.key, 1);
    await comment(other.key, 1);
    await comment(one.key, 2);
    const asked = () => api.seen().filter((line) => line.startsWith('GET'));
    expect(asked()).toEqual(['GET /tickets/1', 'GET /tickets/1', 'GET /tickets/2']);
    await clock.advance(10_001);
    await comment(one.key, 1);
    expect(asked()).toHaveLength(4);
  });

  test('that changed hands is theirs no longer, at the latest after that while; a no is not remembered', async () => {
    await using door = await open();
    const { key } = await door.key('globex');
    expect(await errorOf(door, key, 'comment', { id: 3 })).toMatchObject({ code: 'not_found' });
    api.instead.set('/tickets/3', { status: 200, body: { tenant: 'globex' } });
    expect((await resultOf(door, key, 'comment', { id: 3 })).isError).toBeUndefined();
  });

  test.each([
    ['an answer without it', { status: 200, body: {} }],
    ['a list', { status: 200, body: [{ tenant: 'acme' }] }],
    ['a text', { status: 200, body: 'acme' }],
    ['an answer that says who asks', { status: 200, body: { tenant: 'x', principal: { tenant: 'x' } } }],
    ['a refusal', { status: 403, body: { message: 'no' } }],
  ])('is refused after %s', async (_, answer) => {
    api.instead.set('/tickets/3', answer);
    await using door = await open();
    const { key } = await door.key('acme');
    expect(await errorOf(door, key, 'delete_ticket', { id: 3 })).toMatchObject({ code: 'not_found' });
    expect(api.seen()).toEqual(['GET /tickets/3']);
  });

  test('is not made while the API cannot say whose it is', async () => {
    api.instead.set('/tickets/3', { status: 500, body: {} });
    await using door = await open();
    const { key } = await door.key('acme');
    expect(await errorOf(door, key, 'delete_ticket', { id: 3 })).toMatchObject({ code: 'upstream_error' });
    expect(api.seen()).toEqual(['GET /tickets/3']);
  });

  test('is refused when the expression cannot tell', async () => {
    const check = { ...CHECK, expect: '$number(tenant) > 3' };
    await using door = await open({ ...OWNS, owns: [{ tag: 'danger', check }] });
    const { key } = await door.key('acme');
    expect(await errorOf(door, key, 'delete_ticket', { id: 3 })).toMatchObject({ code: 'not_found' });
    expect(door.log()).toContain('mapping_fault');
  });

  test('is made without asking where nothing is declared', async () => {
    await using door = await open();
    const { key } = await door.key('acme');
    await door.call(key, 'status');
    expect(api.seen()).toEqual(['GET /status']);
  });

  test('may be held to an operation that is no tool, and to one rule of its own', async () => {
    const own = { ...CHECK, expect: 'id = 4' };
    await using door = await open({
      ...OWNS,
      exclude: [{ operation: 'get_ticket' }],
      overrides: { comment: { owns: own } },
    });
    const { key } = await door.key('globex');
    expect((await resultOf(door, key, 'comment', { id: 4 })).isError).toBeUndefined();
    expect(await errorOf(door, key, 'delete_ticket', { id: 4 })).toMatchObject({ code: 'not_found' });
  });
});

describe('a check that cannot be meant', () => {
  const rule = (check: object) => ({ owns: [{ tag: 'danger', check: { ...CHECK, ...check } }] });
  test.each<[object, RegExp]>([
    [rule({ operation: 'get_tickt' }), /owns\[0\]\.check\.operation[\s\S]*did you mean "get_ticket"/],
    [rule({ operation: 'comment' }), /comments, which may change something/],
    [rule({ args: { idd: '{id}' } }), /args\.idd[\s\S]*id, perhaps/],
    [rule({ args: { id: '{ticket}' } }), /\{ticket\}, which DELETE \/tickets\/\{id\} has not/],
    [rule({ args: { id: '{principal.tenent}' } }), /principal\.tenant, perhaps/],
    [rule({ expect: 'tenant = ' }), /owns\[0\]\.check\.expect, line 1/],
    [
      { overrides: { delete_ticket: { owns: { ...CHECK, operation: 'x' } } } },
      /overrides\.delete_ticket\.owns\.operation/,
    ],
  ])('%j is refused at start', async (tools, told) => {
    await expect(open(tools)).rejects.toThrow(told);
  });
});

describe('a tool in code', () => {
  const tickets = new Map([['t1', 'acme']]);
  const closed: string[] = [];
  const close = tool({
    name: 'close_ticket',
    description: 'Closes a ticket.',
    input: { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } as const,
    owns: ({ id }, { principal }) => tickets.get(String(id)) === principal.tenant,
    run: ({ id }) => {
      closed.push(String(id));
      return 'closed';
    },
  });

  test('runs for the owner alone', async () => {
    await using door = await openDoor({ tools: [close] });
    const [acme, globex] = [await door.key('acme'), await door.key('globex')];
    const theirs = await errorOf(door, globex.key, 'close_ticket', { id: 't1' });
    expect(theirs).toEqual(await errorOf(door, globex.key, 'close_ticket', { id: 't9' }));
    expect(theirs.code).toBe('not_found');
    expect((await resultOf(door, acme.key, 'close_ticket', { id: 't1' })).content[0].text).toBe('closed');
    expect(closed).toEqual(['t1']);
  });
});
