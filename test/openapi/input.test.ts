import { beforeAll, describe, expect, test } from 'vitest';
import { compileSchema } from '../../src/lib/schema.ts';
import { loadDocument } from '../../src/openapi/document/document.ts';
import { type OpenApiTool, type OpenApiTools, openApiTools } from '../../src/openapi/tools.ts';
import { bodyDocument, shownAt, shownBy, toolFor, toolsOf } from './made.ts';

function check(tool: OpenApiTool, args: unknown) {
  return compileSchema(tool.enforced)(args);
}

/** Enforces a schema as the body of an operation. */
async function enforcing(schema: unknown, more: { version?: string; schemas?: object } = {}) {
  const made = await toolsOf(bodyDocument(schema, more));
  const tool = toolFor(made, 'one');
  return (body: unknown) => check(tool, { body });
}

async function showing(schema: unknown, more: { version?: string; schemas?: object } = {}) {
  const made = await toolsOf(bodyDocument(schema, more));
  return shownAt(toolFor(made, 'one'), 'body');
}

describe('Swagger 2.0', () => {
  let made: OpenApiTools;
  beforeAll(async () => {
    made = await toolsOf('swagger2.yaml');
  });

  test('parameters are their own schemas, and lists are written as collectionFormat says', () => {
    const tool = toolFor(made, 'get_file');
    expect(shownBy(tool)).toEqual({
      type: 'object',
      properties: {
        id: { type: 'string' },
        page: { type: 'integer', description: 'Which page.', exclusiveMinimum: 0 },
        fields: { type: 'array', items: { type: 'string' } },
        tags: { type: 'array', items: { type: 'string' } },
        ids: { type: 'array', items: { type: 'integer' } },
      },
      required: ['id'],
      additionalProperties: false,
    });
    expect(tool.plan.parameters.map(({ key, style, explode }) => [key, style, explode])).toEqual([
      ['id', 'simple', false],
      ['page', 'form', false],
      ['fields', 'pipeDelimited', false],
      ['tags', 'form', true],
      ['ids', 'form', false],
    ]);
  });

  test('a body parameter is the body, whatever it is called', () => {
    const tool = toolFor(made, 'put_file');
    expect(Object.keys(shownBy(tool).properties ?? {})).toEqual(['id', 'body__query', 'body']);
    expect(shownAt(tool, 'body', '$ref').description).toBe('A property that is called like a keyword.');
    expect(shownAt(tool, 'body', 'parent')).toEqual({ type: 'object', description: 'As File, which contains this.' });
    expect(check(tool, { id: 'a', body: { name: null, parent: { name: 'b', parent: { name: 1 } } } })).toEqual([
      { pointer: '/body/parent/parent/name', expected: 'string or null', received: '1' },
    ]);
  });

  test('what is read-only is neither shown nor required', () => {
    const tool = toolFor(made, 'put_file');
    expect(shownAt(tool, 'body').required).toEqual(['name']);
    expect(shownAt(tool, 'body').properties).not.toHaveProperty('id');
    expect(check(tool, { id: 'a', body: { name: 'b' } })).toBeUndefined();
  });

  test('form fields are the properties of one body', () => {
    const tool = toolFor(made, 'upload_file');
    expect(shownAt(tool, 'body', 'content')).toEqual({
      type: 'string',
      contentEncoding: 'base64',
      description: 'What is in it. The bytes, as base64.',
    });
    expect(tool.plan.body).toMatchObject({ kind: 'multipart', contentType: 'multipart/form-data', required: true });
    expect(tool.plan.body?.parts.get('content')).toEqual({ binary: true });
    expect(tool.plan.body?.parts.get('label')).toEqual({ binary: false, style: 'form', explode: false });
  });

  test('a merge patch is preferred to a list of steps', () => {
    expect(toolFor(made, 'rename_files').plan.body?.contentType).toBe('application/merge-patch+json');
  });

  test('servers come from schemes, host and basePath, and security from the root or the operation', () => {
    expect(made.server).toBe('https://files.example.com/v2');
    expect(toolFor(made, 'get_file').plan.security).toEqual([
      [{ name: 'oauth', type: 'oauth2', scopes: ['files:read'] }],
    ]);
    expect(toolFor(made, 'upload_file').plan.security).toEqual([
      [{ name: 'key', type: 'apiKey', in: 'header', parameterName: 'X-Api-Key', scopes: [] }],
    ]);
  });
});

describe('what clients cannot take of JSON Schema is shown in simpler words', () => {
  let tool: OpenApiTool;
  beforeAll(async () => {
    tool = toolFor(await toolsOf('schemas31.yaml'), 'shapes_create');
  });

  test.each([
    ['kind', { type: 'string', enum: ['circle'] }],
    ['label', { type: 'string', maxLength: 5, description: 'May be null.' }],
    ['either', { anyOf: [{ type: 'string' }, { type: 'integer' }] }],
    ['pair', { type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'integer' }] } }],
    ['anything', {}],
    ['list', { type: 'array', items: {} }],
    ['level', { type: 'integer', enum: [1, 2] }],
    ['colour', { type: 'string', enum: ['red', 'green'], description: 'red: Stop.; green: Go.' }],
    ['more', { type: 'object', additionalProperties: { type: 'string' } }],
    ['word', { type: 'string', pattern: '^[a-z]+$', default: 'abc', examples: ['abc'] }],
    ['rule', { type: 'object' }],
    ['loop', { type: 'object', description: 'As Shape, which contains this.' }],
    ['lost', {}],
  ])('%s', (name, shown) => {
    expect(shownAt(tool, 'body', name)).toEqual(shown);
  });

  test('allOf is merged, and the words beside a reference come first', () => {
    expect(shownAt(tool, 'body', 'beside')).toEqual({
      type: 'object',
      description: 'Where it is.',
      deprecated: true,
      properties: { x: { type: 'number' }, z: { type: 'number' } },
      required: ['x'],
    });
    expect(shownAt(tool, 'body', 'maybe').description).toBe('May be null.');
  });

  test('what is enforced is what the document says', () => {
    const body = (more: object) => ({ body: { kind: 'circle', pair: ['a', 1], ...more } });
    expect(check(tool, body({ label: null, maybe: null, mixed: null, beside: { x: 1 } }))).toBeUndefined();
    expect(check(tool, body({ pair: ['a', 1, 2] }))).toHaveLength(1);
    expect(check(tool, body({ rule: { a: 1 } }))).toEqual([
      { pointer: '/body/rule/b', expected: 'a value (required)', received: 'nothing' },
    ]);
    expect(check(tool, body({ colour: 'blue' }))).toEqual([
      { pointer: '/body/colour', expected: 'one of "red" or one of "green"', received: '"blue"' },
    ]);
    expect(check(tool, body({ loop: { kind: 'circle', pair: [1, 1] } }))).toEqual([
      { pointer: '/body/loop/pair/0', expected: 'string', received: '1' },
    ]);
  });

  test('arguments that the tool does not have are refused, and the nearest is named', () => {
    expect(check(tool, { bdy: {} })).toContainEqual({
      pointer: '/bdy',
      expected: 'no such property; did you mean "body"?',
      received: 'empty object',
    });
  });
});

describe('what documents write and do not mean to the letter', () => {
  test('a list of types in 3.0, draft 4 limits, doubled names and numbers in quotes', async () => {
    const fits = await enforcing({
      type: ['object', 'null'],
      required: ['n', 'n', 5],
      properties: { n: { type: 'int', minimum: '1', exclusiveMinimum: true }, f: { type: 'file' }, a: { type: 'any' } },
    });
    expect(fits({ n: 2, f: 'x', a: [] })).toBeUndefined();
    expect(fits(null)).toBeUndefined();
    expect(fits({ n: 1 })).toEqual([{ pointer: '/body/n', expected: 'more than 1', received: '1' }]);
  });

  test('enumerations take the type that is declared beside them', async () => {
    const fits = await enforcing({ type: 'string', enum: [2021, true, 'x', null], nullable: true });
    expect([fits('2021'), fits('true'), fits('x'), fits(null)]).toEqual([undefined, undefined, undefined, undefined]);
    expect(fits(2021)).toHaveLength(1);
    expect(await showing({ type: 'string', enum: [2021, 'x', null] })).toMatchObject({ enum: ['2021', 'x'] });
  });

  test('null passes where nullable stands beside a reference, a combinator or an enumeration', async () => {
    const schemas = { A: { type: 'object', required: ['a'] } };
    const nullable = { nullable: true };
    for (const schema of [
      { $ref: '#/components/schemas/A', ...nullable },
      { allOf: [{ $ref: '#/components/schemas/A' }], ...nullable },
      { type: 'object', oneOf: [{ $ref: '#/components/schemas/A' }], ...nullable },
      { enum: ['a'], ...nullable },
    ]) {
      const fits = await enforcing(schema, { schemas });
      expect(fits(null)).toBeUndefined();
      expect(fits({})).toHaveLength(1);
    }
  });

  test('a part of an allOf does not forbid what another asks for', async () => {
    const closed = (name: string) => ({
      type: 'object',
      additionalProperties: false,
      properties: { [name]: { type: 'string' } },
      required: [name],
    });
    const schemas = { A: closed('a'), B: closed('b') };
    const both = { allOf: [{ $ref: '#/components/schemas/A' }, { $ref: '#/components/schemas/B' }] };
    const fits = await enforcing(both, { schemas });
    expect(fits({ a: 'x', b: 'y' })).toBeUndefined();
    expect(fits({ a: 'x' })).toHaveLength(1);
    const alone = await enforcing({ $ref: '#/components/schemas/A' }, { schemas });
    expect(alone({ a: 'x', b: 'y' })).toHaveLength(1);
  });

  test('a value may fit several branches of a oneOf', async () => {
    const fits = await enforcing({
      oneOf: [
        { type: 'object', properties: { a: { type: 'string' } } },
        { type: 'object', properties: { b: { type: 'string' } } },
      ],
    });
    expect(fits({ a: 'x', b: 'y' })).toBeUndefined();
    expect(fits({ a: 1, b: 1 })).toBeDefined();
  });

  test('what is read-only is not required, said in another part of an allOf or behind a reference', async () => {
    const schemas = { Id: { type: 'string', readOnly: true } };
    const fits = await enforcing(
      {
        allOf: [{ properties: { id: { $ref: '#/components/schemas/Id' } } }, { required: ['id', 'name'] }],
        properties: { name: { type: 'string' } },
      },
      { schemas },
    );
    expect(fits({ name: 'a' })).toBeUndefined();
    expect(fits({})).toHaveLength(1);
  });

  test('what tells alternatives apart is told', async () => {
    const schemas = {
      Cat: { type: 'object', properties: { kind: { type: 'string' } } },
      Dog: { type: 'object', properties: { kind: { type: 'string' }, barks: { type: 'boolean' } } },
    };
    const oneOf = [{ $ref: '#/components/schemas/Cat' }, { $ref: '#/components/schemas/Dog' }];
    const told = async (discriminator: object) => (await showing({ oneOf, discriminator }, { schemas })).description;
    expect(await told({ propertyName: 'kind' })).toBe('kind says which: Cat, Dog.');
    const mapping = { cat: '#/components/schemas/Cat', dog: 'Dog' };
    expect(await told({ propertyName: 'kind', mapping })).toBe('kind says which: cat, dog.');
  });

  test('alternatives that only require are told in words', async () => {
    const shown = await showing({
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      anyOf: [{ required: ['a'] }, { required: ['b'] }],
    });
    expect(shown.description).toBe('Give a, or b.');
    expect(shown.anyOf).toBeUndefined();
  });

  test('which properties must be there is told of each choice, and beside the words of the place', async () => {
    const properties = { a: { type: 'string' }, b: { type: 'string' }, c: { type: 'string' } };
    const either = (...names: string[]) => ({ anyOf: names.map((name) => ({ required: [name] })) });
    const schema = { type: 'object', description: 'Own.', properties, allOf: [either('a', 'b'), either('b', 'c')] };
    expect((await showing(schema)).description).toBe('Own. Give a, or b. Give b, or c.');
    const parameters = [{ name: 'filter', in: 'query', description: 'What to find.', schema }];
    const paths = { '/one': { get: { operationId: 'one', parameters } } };
    const made = await toolsOf({ openapi: '3.1.0', info: { title: 'One', version: '1' }, paths });
    expect(shownAt(toolFor(made, 'one'), 'filter').description).toBe('What to find. Give a, or b. Give b, or c.');
  });

  test('values that are left of an enumeration written as alternatives are all that is shown of it', async () => {
    const kind = { type: 'integer', oneOf: [1, 2, 3].map((value) => ({ title: `K${value}`, const: value })) };
    const schema = { type: 'object', properties: { kind: { type: 'integer', enum: [2], allOf: [kind] } } };
    expect((await showing(schema, { version: '3.1.0' })).properties?.['kind']).toEqual({
      type: 'integer',
      enum: [2],
      description: '2: K2',
    });
  });

  test('a list that comes back to itself still says what its items are', async () => {
    const schemas = { Nodes: { type: 'array', items: { $ref: '#/components/schemas/Node' } }, Node: {} };
    schemas.Node = { type: 'object', properties: { below: { $ref: '#/components/schemas/Nodes' } } };
    const shown = await showing({ $ref: '#/components/schemas/Nodes' }, { schemas });
    expect(shown.items?.properties?.['below']).toMatchObject({ type: 'array', items: { type: 'object' } });
  });

  test('a pattern that no client can compile is not shown', async () => {
    expect(await showing({ type: 'string', pattern: '^[a-z\\-_\\:]+$' })).toEqual({ type: 'string' });
    const fits = await enforcing({ type: 'string', pattern: '^[a-z\\-_\\:]+$' });
    expect([fits('a-b'), fits('A')?.length]).toEqual([undefined, 1]);
  });

  test('a pattern that RE2 cannot take is shown, not enforced, and told', async () => {
    const made = await toolsOf(bodyDocument({ type: 'string', pattern: '^(?!a)b?$' }));
    const tool = toolFor(made, 'one');
    expect(shownAt(tool, 'body')).toEqual({ type: 'string', pattern: '^(?!a)b?$' });
    expect(check(tool, { body: 'a' })).toBeUndefined();
    expect(made.warnings).toEqual([
      {
        pointer: '/paths/~1one/post/requestBody/content/application~1json/schema/pattern',
        message: '"^(?!a)b?$" is not enforced: RE2 cannot take it',
      },
    ]);
  });

  test('a name or choice with characters that nobody sees is left out', async () => {
    const shown = await showing({ type: 'object', properties: { 'a\u202e': {}, b: { enum: ['x', 'y\u{e0041}'] } } });
    expect(shown.properties).toEqual({ b: { type: 'string', enum: ['x'] } });
  });

  test('a property called __proto__ does not reach the prototype of anything', async () => {
    const schema = JSON.parse('{"type":"object","properties":{"__proto__":{"type":"string"},"a":{"type":"string"}}}');
    expect(Object.keys((await showing(schema)).properties ?? {})).toEqual(['a']);
    const fits = await enforcing(schema);
    expect(fits({ a: 'x' })).toBeUndefined();
  });
});

describe('size', () => {
  /** Eight filters, each one of twenty shapes that contain all eight: written out, more than there are atoms. */
  function tangle(): object {
    const names = Array.from({ length: 8 }, (_, index) => `Filter${index}`);
    const branches = (own: string) =>
      Array.from({ length: 20 }, (_, kind) => ({
        type: 'object',
        description: `A filter of ${own} of kind ${kind}, described at some length so that it takes room.`,
        properties: {
          kind: { const: kind },
          ...Object.fromEntries(names.map((name) => [name, { $ref: `#/components/schemas/${name}` }])),
        },
        required: ['kind'],
      }));
    const schemas = Object.fromEntries(names.map((name) => [name, { oneOf: branches(name) }]));
    return bodyDocument({ $ref: '#/components/schemas/Filter0' }, { version: '3.1.0', schemas });
  }

  test('a document that is exponential when written out is neither shown nor enforced so', async () => {
    const tool = toolFor(await toolsOf(tangle()), 'one');
    const shown = JSON.stringify(tool.tool);
    expect(shown.length).toBeLessThanOrEqual(32_000);
    expect(shown).toContain('contains this');
    expect(JSON.stringify(tool.enforced).length).toBeLessThan(100_000);
    expect(check(tool, { body: { kind: 3, Filter1: { kind: 4, Filter2: { kind: 19 } } } })).toBeUndefined();
    expect(check(tool, { body: { kind: 3, Filter1: { kind: 4, Filter2: { kind: 20 } } } })).toBeDefined();
  });

  test('no tool takes more than its budget; what does not fit is an open object', async () => {
    const property = (level: number): object => ({
      type: 'object',
      description: 'An object with a description that says so in several words, and "quotes" that count double.',
      properties:
        level === 0
          ? { leaf: { type: 'string' } }
          : Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`property_${index}`, property(level - 1)])),
    });
    const document = bodyDocument(property(4));
    for (const maxToolBytes of [4_000, 8_000, 32_000]) {
      const { tool } = toolFor(await toolsOf(document, { maxToolBytes }), 'one');
      const text = JSON.stringify(tool);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(maxToolBytes);
      expect(text.length).toBeGreaterThan(maxToolBytes / 3);
      expect(text).toMatch(/Not shown in full|more properties are not shown/);
    }
  });

  test('a schema nested 5,000 deep, and a chain of 5,000 references, overflow nothing', async () => {
    const deep = `${'{"type":"object","properties":{"a":'.repeat(5000)}{"type":"string"}${'}}'.repeat(5000)}`;
    const chain = Array.from({ length: 5000 }, (_, level) => {
      return `"S${level}":{"type":"object","properties":{"a":{"$ref":"#/components/schemas/S${level + 1}"}}}`;
    });
    const empty = JSON.stringify(bodyDocument('SCHEMA', { schemas: { S5000: { type: 'string' } } }));
    for (const text of [
      empty.replace('"SCHEMA"', deep),
      empty.replace('"SCHEMA"', '{"$ref":"#/components/schemas/S0"}').replace('"S5000"', `${chain.join(',')},"S5000"`),
      empty.replace('"SCHEMA"', `{"type":"object","example":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
    ]) {
      const tool = toolFor(openApiTools(await loadDocument({ text }), { upstream: 'acme' }), 'one');
      expect(JSON.stringify(tool.tool).length).toBeLessThan(32_000);
      expect(check(tool, { body: { a: { a: {} } } })).toBeUndefined();
    }
  });
});
