import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import type { Principal } from '../../core/principal.ts';
import { toolCost } from '../../openapi/lint/cost.ts';
import type { Callable, Run } from '../callable.ts';
import { createCatalog } from '../catalog.ts';
import { codeTool } from '../code-tool.ts';
import { createSearchTools } from './search-tools.ts';
import { createToolSearch } from './tool-search.ts';

const ID = { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] } as const;
const READS = { readOnlyHint: true };

const CALLABLES: Callable[] = [
  codeTool({
    name: 'get_ticket',
    title: 'Get a ticket',
    description: 'Get a ticket by its number.',
    input: ID,
    annotations: READS,
    scopes: ['read'],
    run: ({ id }) => `ticket ${id}`,
  }),
  codeTool({
    name: 'close_ticket',
    title: 'Close a ticket',
    description: 'Close a ticket.',
    input: ID,
    scopes: ['write'],
    tags: ['tickets'],
    run: () => 'closed',
  }),
  codeTool({ name: 'ping', description: 'Answers.', annotations: READS, run: () => 'pong' }),
];

function key(...scopes: string[]): Principal {
  return { kind: 'key', subject: 'k', tenant: 't', scopes: new Set(scopes) };
}

const EVERYTHING = key('read', 'write');

function searchTools(callables = CALLABLES) {
  const tools = createSearchTools({ callables, search: createToolSearch(callables) });
  const named = (name: string): Callable => {
    const found = tools.all.find(({ tool }) => tool.name === name);
    if (found === undefined) throw new Error(`no ${name}`);
    return found;
  };
  const answer = async (name: string, args: JsonObject, principal = EVERYTHING): Promise<JsonObject> => {
    const callable = named(name);
    const checked = await callable.check(args, principal);
    if (!('args' in checked)) throw new Error(JSON.stringify(checked.problems));
    const result = await callable.run(checked.args, { principal } as Run);
    const [content] = result.content;
    expect(content?.type === 'text' && JSON.parse(content.text)).toEqual(result.structuredContent);
    return result.structuredContent as JsonObject;
  };
  const delegated = async (name: string, args: JsonObject, principal = EVERYTHING) => {
    const callable = named(name);
    const checked = await callable.check(args, principal);
    if (!('args' in checked) || callable.delegate === undefined) throw new Error('not to be delegated');
    return callable.delegate(checked.args, principal);
  };
  return { ...tools, named, answer, delegated };
}

describe('find_tools', () => {
  test('names what fits, says how to call it, and what it cannot do without', async () => {
    const { tools } = await searchTools().answer('find_tools', { query: 'close a ticket' });
    expect(tools).toEqual([
      { name: 'close_ticket', description: 'Close a ticket.', call: 'call_write', required: ['id'] },
      { name: 'get_ticket', description: 'Get a ticket by its number.', call: 'call_read', required: ['id'] },
    ]);
  });

  test('finds nothing that its caller may not call, and names no area of it', async () => {
    const { answer } = searchTools();
    expect(await answer('find_tools', { query: 'close a ticket' }, key('read'))).toMatchObject({
      tools: [{ name: 'get_ticket' }],
    });
    const nothing = await answer('find_tools', { query: 'zebra' }, key('read'));
    expect(nothing).toEqual({ tools: [], hint: expect.stringContaining('other words') });
    expect(await answer('find_tools', { query: 'zebra' })).toMatchObject({ areas: ['tickets'] });
  });
});

describe('describe_tools', () => {
  test('shows the schema as a list would, and the scopes', async () => {
    const { tools } = await searchTools().answer('describe_tools', { names: ['close_ticket'] });
    expect(tools).toEqual([
      {
        name: 'close_ticket',
        title: 'Close a ticket',
        description: 'Close a ticket.',
        call: 'call_write',
        inputSchema: CALLABLES[1]?.tool.inputSchema,
        annotations: {},
        scopes: ['write'],
      },
    ]);
  });

  test('what is not there and what may not be called are the same, with the nearest names', async () => {
    const { answer } = searchTools();
    const asked = { names: ['close_tickets', 'ticket_get'] };
    expect(await answer('describe_tools', asked)).toMatchObject({
      unknown: [
        { name: 'close_tickets', nearest: ['close_ticket', 'get_ticket'] },
        { name: 'ticket_get', nearest: ['get_ticket', 'close_ticket'] },
      ],
    });
    expect(JSON.stringify(await answer('describe_tools', { names: ['close_ticket'] }, key()))).toBe(
      '{"tools":[],"unknown":[{"name":"close_ticket","nearest":[]}]}',
    );
  });

  test('describes the first tool whatever its size, and leaves what is too much for another call', async () => {
    const large = ['a', 'b', 'c'].map((name) =>
      codeTool({ name, description: 'x'.repeat(40_000), annotations: READS, run: () => '' }),
    );
    const { tools, left } = await searchTools(large).answer('describe_tools', { names: ['a', 'b', 'c'] });
    expect([(tools as JsonObject[]).map(({ name }) => name), left]).toEqual([['a'], ['b', 'c']]);
  });
});

describe('call_read and call_write', () => {
  test('are calls of the tool that is named', async () => {
    const { delegated } = searchTools();
    const { callable, args } = await delegated('call_write', { name: 'close_ticket', arguments: { id: 7 } });
    expect([callable.tool, args]).toEqual([CALLABLES[1]?.tool, { id: 7 }]);
  });

  test('take arguments that are the JSON of an object, and none at all', async () => {
    const { delegated } = searchTools();
    expect((await delegated('call_read', { name: 'get_ticket', arguments: '{"id":7}' })).args).toEqual({ id: 7 });
    expect((await delegated('call_read', { name: 'ping' })).args).toEqual({});
  });

  test('call_read refuses what may change something, and says what calls it', async () => {
    await expect(searchTools().delegated('call_read', { name: 'close_ticket' })).rejects.toMatchObject({
      code: 'invalid_arguments',
      details: { hint: expect.stringContaining('call_write') },
    });
  });

  test('a name that is none comes back with those that may be meant, and only what could be a name is repeated', async () => {
    const { delegated } = searchTools();
    await expect(delegated('call_read', { name: 'get_tickt' })).rejects.toMatchObject({
      code: 'not_found',
      details: { message: 'There is no tool named get_tickt.', data: { nearest: ['get_ticket'] } },
    });
    await expect(delegated('call_read', { name: 'Bearer abc\n' })).rejects.toMatchObject({
      details: { message: 'There is no tool of that name.' },
    });
    await expect(delegated('call_read', { name: 'close_tickt' }, key())).rejects.toMatchObject({
      details: { data: { nearest: [] } },
    });
  });

  test('arguments that do not fit come back with the schema', async () => {
    const { callable, args } = await searchTools().delegated('call_read', { name: 'get_ticket', arguments: {} });
    expect(await callable.check(args, EVERYTHING)).toMatchObject({
      problems: [{ pointer: '/id' }],
      schema: CALLABLES[0]?.tool.inputSchema,
    });
  });

  test('do not run themselves', () => {
    expect(() =>
      searchTools()
        .named('call_read')
        .run({}, {} as Run),
    ).toThrow('by way of');
  });
});

test('the four say what they do to clients that ask before a change', () => {
  const hints = searchTools().all.map(({ tool }) => [tool.name, tool.annotations.readOnlyHint]);
  expect(hints).toEqual([
    ['find_tools', true],
    ['describe_tools', true],
    ['call_read', true],
    ['call_write', false],
  ]);
});

test('the four take less than a thousand tokens of a list', () => {
  const tokens = searchTools().all.reduce((sum, { tool }) => sum + toolCost(tool).tokens, 0);
  expect(tokens).toBeLessThan(1_000);
});

test('all four are called otherwise where a tool has the name of one, and talk of each other so', () => {
  const taken = codeTool({ name: 'call_read', description: 'A tool of the document.', run: () => '' });
  const { all } = searchTools([...CALLABLES, taken]);
  expect(all.map(({ tool }) => tool.name)).toEqual([
    'postern_find_tools',
    'postern_describe_tools',
    'postern_call_read',
    'postern_call_write',
  ]);
  expect(all[0]?.tool.description).toContain('postern_describe_tools');
});

describe('a catalog with stand-ins', () => {
  const standIns = { ...createSearchTools({ callables: CALLABLES, search: createToolSearch(CALLABLES) }) };
  const lists = ({ name }: { name: string }) => name === 'ping';
  const catalog = createCatalog(CALLABLES, undefined, { ...standIns, lists });
  const shown = (principal: Principal): string[] =>
    JSON.parse(new TextDecoder().decode(catalog.list(principal, undefined).items)).map(
      (tool: { name: string }) => tool.name,
    );

  test('shows them first, then what is listed; nobody who only reads is shown how to write', () => {
    expect(shown(EVERYTHING)).toEqual(['find_tools', 'describe_tools', 'call_read', 'call_write', 'ping']);
    expect(shown(key('read'))).toEqual(['find_tools', 'describe_tools', 'call_read', 'ping']);
  });

  test('shows none to those from whom nothing is hidden', () => {
    expect(shown(key())).toEqual(['ping']);
  });

  test('finds what is not listed by its name', () => {
    expect(catalog.find('close_ticket').tool.name).toBe('close_ticket');
    expect(catalog.find('call_write').tool.name).toBe('call_write');
    expect(catalog.tools.map(({ name }) => name)).toEqual(['get_ticket', 'close_ticket', 'ping']);
  });
});
