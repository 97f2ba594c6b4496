import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonSchema } from '../core/json.ts';
import { compileSchema, SchemaCompiler } from './schema.ts';

const ticket: JsonSchema = {
  type: 'object',
  properties: {
    title: { type: 'string', minLength: 1 },
    status: { enum: ['open', 'closed'] },
    count: { type: 'integer', minimum: 1, maximum: 5 },
    who: { anyOf: [{ type: 'string' }, { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] }] },
  },
  required: ['title'],
  additionalProperties: false,
};

describe('compileSchema', () => {
  const check = compileSchema(ticket);

  test('says nothing about a value that fits', () => {
    expect(check({ title: 'a', status: 'open', count: 3 })).toBeUndefined();
  });

  test('tells where, what was expected and what came', () => {
    expect(check({ status: 'opened', count: 9 })).toEqual([
      { pointer: '/title', expected: 'string (required)', received: 'nothing' },
      { pointer: '/status', expected: 'one of "open", "closed"', received: '"opened"' },
      { pointer: '/count', expected: 'at most 5', received: '9' },
    ]);
  });

  test('names the property that was probably meant', () => {
    expect(check({ title: 'a', stauts: 'open' })).toEqual([
      { pointer: '/stauts', expected: 'no such property; did you mean "status"?', received: '"open"' },
    ]);
  });

  test('reports of alternatives the one that was meant', () => {
    expect(check({ title: 'a', who: { id: 'x' } })).toEqual([
      { pointer: '/who/id', expected: 'integer', received: '"x"' },
    ]);
    expect(check({ title: 'a', who: 5 })).toEqual([{ pointer: '/who', expected: 'string or object', received: '5' }]);
  });

  test('coerces nothing', () => {
    expect(check({ title: 'a', count: '3' })).toEqual([{ pointer: '/count', expected: 'integer', received: '"3"' }]);
  });

  test('never repeats more than 80 characters of a value', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 3 }), (value) => {
        const said = compileSchema({ type: 'integer' })(value);
        for (const problem of said ?? []) expect(problem.received.length).toBeLessThanOrEqual(80);
      }),
    );
  });

  test('tells at most ten problems', () => {
    const list = compileSchema({ type: 'array', items: { type: 'integer' } });
    expect(list(Array.from({ length: 500 }, () => 'x'))).toHaveLength(10);
  });
});

describe('a hostile schema or value', () => {
  test('keeps the patterns of one schema apart', () => {
    const check = compileSchema({ type: 'object', properties: { a: { pattern: '^a+$' }, b: { pattern: '^b+$' } } });
    expect(check({ a: 'aa', b: 'bb' })).toBeUndefined();
    expect(check({ a: 'aa', b: 'aa' })).toMatchObject([{ pointer: '/b' }]);
  });

  test('takes a pattern that backtracks for ever in linear time', () => {
    const check = compileSchema({ type: 'string', pattern: '^(a+)+$' });
    expect(check('a'.repeat(50_000))).toBeUndefined();
    expect(check(`${'a'.repeat(50_000)}!`)).toHaveLength(1);
  });

  test('drops a pattern that RE2 cannot take, and says so', () => {
    const warnings: string[] = [];
    const check = compileSchema({ type: 'string', pattern: '^(?!x)' }, { onWarning: (m) => warnings.push(m) });
    expect(check('x')).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('(?!x)')]);
  });

  test('cuts a schema of 5,000 levels instead of overflowing', () => {
    let schema: JsonSchema = { type: 'string' };
    let value: unknown = 'x';
    for (let level = 0; level < 5000; level++) {
      schema = { type: 'object', properties: { a: schema } };
      value = { a: value };
    }
    const check = compileSchema(schema);
    expect(check(value)).toBeUndefined();
    expect(check({ a: 5 })).toHaveLength(1);
  });

  test('survives a chain of 5,000 definitions', () => {
    const $defs: Record<string, JsonSchema> = {};
    for (let i = 0; i < 5000; i++) $defs[`d${i}`] = { properties: { a: { $ref: `#/$defs/d${i + 1}` } } };
    $defs['d5000'] = { type: 'string' };
    const warnings: string[] = [];
    const schema = { type: 'object', properties: { a: { $ref: '#/$defs/d0' } }, required: ['a'], $defs };
    const check = compileSchema(schema, { onWarning: (message) => warnings.push(message) });
    expect(check({ a: {} })).toBeUndefined();
    expect(check({})).toHaveLength(1);
    expect(warnings).toHaveLength(1);
  });

  test('ends a search through alternatives that lead back to themselves', () => {
    const again = { type: 'array', items: { $ref: '#/$defs/node' } };
    const branch = (kind: string) => ({ properties: { all: again, kind: { const: kind } }, required: ['kind'] });
    const schema = { $ref: '#/$defs/node', $defs: { node: { anyOf: ['a', 'b', 'c'].map(branch) } } };
    let value: unknown = { kind: 'wrong' };
    for (let level = 0; level < 60; level++) value = { kind: 'c', all: [value] };
    expect(compileSchema(schema)(value)).toEqual([
      { pointer: '', expected: 'fewer nested alternatives', received: 'object with kind, all' },
    ]);
  });

  test('compares items once each', () => {
    const check = compileSchema({ type: 'array', uniqueItems: true });
    const items = Array.from({ length: 50_000 }, (_, i) => ({ i, b: 1 }));
    expect(check(items)).toBeUndefined();
    expect(check([...items, { b: 1, i: 7 }])).toHaveLength(1);
  });
});

test('a compiler forgets what was used longest ago and compiles it again', () => {
  const compiler = new SchemaCompiler({ max: 1 });
  let made = 0;
  const schema = (type: string) => () => {
    made++;
    return { type };
  };
  const text = compiler.validator(schema('string'));
  const number = compiler.validator(schema('number'));
  expect(made).toBe(0);
  expect([text('a'), text('b'), number(1), text('c')]).toEqual([undefined, undefined, undefined, undefined]);
  expect(made).toBe(3);
});
