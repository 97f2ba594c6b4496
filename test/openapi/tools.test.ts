import { describe, expect, test } from 'vitest';
import { shownBy, toolFor, toolsOf } from './made.ts';

const scopesOf = async (options: Parameters<typeof toolsOf>[1], source: string | object = 'extension.yaml') => {
  const made = await toolsOf(source, options);
  return Object.fromEntries(made.tools.map(({ tool, operation }) => [operation, tool.scopes]));
};

describe('what the document says of its tools', () => {
  test('in x-mcp, at an operation, its path and its tags', async () => {
    const made = await toolsOf('extension.yaml');
    const me = toolFor(made, 'who_am_i');
    expect(me.tool).toMatchObject({
      title: 'Who am I?',
      description: 'Tells who is calling.',
      annotations: { readOnlyHint: true, openWorldHint: false },
      tags: ['self'],
    });
    expect(shownBy(me)['examples']).toEqual([{}]);
    expect(toolFor(made, 'get_user').tool).toMatchObject({
      tags: ['admin', 'people'],
      annotations: { readOnlyHint: true, destructiveHint: true },
    });
    expect(made.tools.map(({ operation }) => operation)).toEqual([
      'GET /me',
      'GET /users/{id}',
      'POST /users/{id}',
      'DELETE /users/{id}',
    ]);
  });

  test('in its summary, and where that is missing by method and path', async () => {
    const made = await toolsOf({
      openapi: '3.1.0',
      paths: {
        '/a': {
          get: {
            operationId: 'a',
            summary: 'List things.',
            description: 'List things. All <b>of</b> them.',
            responses: {},
          },
          put: { operationId: 'b', summary: 'Short', description: 'And\n\nlong.', deprecated: true, responses: {} },
          post: { responses: {} },
        },
      },
    });
    expect(made.tools.map(({ tool }) => [tool.title, tool.description])).toEqual([
      ['List things', 'List things. All of them.'],
      ['Short', 'Short\n\nAnd\n\nlong.\n\nDeprecated.'],
      ['Post a', 'POST /a'],
    ]);
  });

  test('in the method, and in words where the method says little', async () => {
    const operation = (operationId: string) => ({ operationId, responses: {} });
    const made = await toolsOf({
      openapi: '3.1.0',
      paths: {
        '/a': {
          get: operation('a'),
          put: operation('b'),
          post: operation('c'),
          delete: operation('d'),
          patch: operation('e'),
        },
        '/chat.delete': { post: operation('chat_delete') },
      },
    });
    const hints = made.tools.map(({ tool: { annotations: a } }) =>
      [a.readOnlyHint, a.destructiveHint, a.idempotentHint, a.openWorldHint].map((hint) => (hint ? 1 : 0)).join(''),
    );
    expect(hints).toEqual(['1011', '0111', '0001', '0111', '0101', '0101']);
  });
});

describe('what the config says', () => {
  test('comes over what the document says', async () => {
    const made = await toolsOf('extension.yaml', {
      overrides: {
        'GET /me': { name: 'me', description: 'Mine.', annotations: { idempotentHint: false }, examples: [{ a: 1 }] },
        getUser: { title: 'One user' },
        nobody: { title: 'x' },
      },
    });
    expect(toolFor(made, 'me').tool).toMatchObject({
      title: 'Who am I?',
      description: 'Mine.',
      annotations: { readOnlyHint: true, idempotentHint: false, openWorldHint: false },
    });
    expect(shownBy(toolFor(made, 'me'))['examples']).toEqual([{ a: 1 }]);
    expect(toolFor(made, 'get_user').tool.title).toBe('One user');
    expect(made.warnings).toContainEqual({
      pointer: '',
      message: expect.stringContaining('"nobody" fits no operation'),
    });
  });

  test('selects, and what is selected changes no name', async () => {
    const all = await toolsOf('swagger2.yaml');
    const some = await toolsOf('swagger2.yaml', { select: { include: [{ method: 'GET' }, { operation: 'putFile' }] } });
    expect(some.tools.map(({ tool }) => tool.name)).toEqual(['get_file', 'put_file']);
    expect(all.tools.map(({ tool }) => tool.name)).toEqual(expect.arrayContaining(['get_file', 'put_file']));
  });

  test('bounds names and tools', async () => {
    const made = await toolsOf('schemas31.yaml', { nameMax: 16, maxToolBytes: 2000 });
    const [first] = made.tools;
    expect(first?.tool.name.length).toBeLessThanOrEqual(16);
    expect(Buffer.byteLength(JSON.stringify(first?.tool))).toBeLessThanOrEqual(2000);
  });

  test('publishes an output schema only where it is asked to, and only of objects', async () => {
    expect('outputSchema' in toolFor(await toolsOf('swagger2.yaml'), 'get_file').tool).toBe(false);
    const made = await toolsOf('swagger2.yaml', { outputSchema: true });
    const { outputSchema } = toolFor(made, 'get_file').tool;
    expect(outputSchema).toMatchObject({
      type: 'object',
      properties: { id: { type: 'string' }, name: { type: ['string', 'null'] }, parent: { $ref: '#/$defs/File' } },
    });
    expect(
      toolFor(await toolsOf('schemas31.yaml', { outputSchema: true }), 'shapes_create').tool.outputSchema,
    ).toBeUndefined();
  });
});

describe('scopes', () => {
  test('come from the operation itself, else from the method; x-mcp adds and opens nothing', async () => {
    expect(await scopesOf({})).toEqual({
      'GET /me': ['acme:read'],
      'GET /users/{id}': ['users:read', 'users:list', 'acme:admin'],
      'POST /users/{id}': ['acme:admin'],
      'DELETE /users/{id}': ['acme:write'],
    });
    const { warnings } = await toolsOf('extension.yaml');
    expect(warnings).toEqual([
      { pointer: '/paths/~1users~1{id}/delete/x-mcp', message: expect.stringContaining('cannot open a tool') },
    ]);
  });

  test('of the config come first, by the first rule that fits; x-mcp still adds', async () => {
    const scopes = [
      { path: '/me', require: 'none' as const },
      { method: ['GET'], require: ['a:read'] },
      { tag: 'admin', require: ['a:admin'] },
    ];
    expect(await scopesOf({ scopes, overrides: { deleteUser: { scopes: ['a:delete'] } } })).toEqual({
      'GET /me': [],
      'GET /users/{id}': ['a:read', 'acme:admin'],
      'POST /users/{id}': ['a:admin', 'acme:admin'],
      'DELETE /users/{id}': ['a:delete'],
    });
  });

  test('none opens everything that the document does not close', async () => {
    expect(await scopesOf({ scopes: 'none' })).toMatchObject({ 'GET /me': [], 'POST /users/{id}': ['acme:admin'] });
  });
});

test('servers with variables, of operations, and without any', async () => {
  const made = await toolsOf({
    openapi: '3.1.0',
    servers: [{ url: 'https://{host}/v{n}/', variables: { host: { default: 'api.example.com' }, n: { default: 2 } } }],
    paths: { '/a': { servers: [{ url: 'https://other.example.com' }], get: { operationId: 'a', responses: {} } } },
  });
  expect(made.server).toBe('https://api.example.com/v2');
  expect(made.tools[0]?.plan.server).toBe('https://other.example.com');
  expect((await toolsOf({ openapi: '3.1.0', paths: {} })).server).toBeUndefined();
});
