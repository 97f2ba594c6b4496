import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../core/json.ts';
import type { ParameterPlan } from '../plan.ts';
import { compilePath } from './path.ts';

function variable(name: string, more: Partial<ParameterPlan> = {}): ParameterPlan {
  return {
    key: name,
    name,
    in: 'path',
    style: 'simple',
    explode: false,
    allowReserved: false,
    required: true,
    ...more,
  };
}

const BASE = 'https://api.example.com/v1/';
const orders = compilePath('/users/{id}/orders', [variable('id')], BASE);
const refusedAt = (pointer: string) =>
  expect.objectContaining({
    code: 'invalid_arguments',
    details: expect.objectContaining({ data: expect.objectContaining({ pointer }) }),
  });

describe('a path', () => {
  test('is the base, the literals and the encoded values', () => {
    expect(orders.prefix).toBe('https://api.example.com/v1/users/');
    expect(orders.build({ id: 'a/b c?d#e' })).toBe('https://api.example.com/v1/users/a%2Fb%20c%3Fd%23e/orders');
    expect(compilePath('/pets', [], 'https://api.example.com').build({})).toBe('https://api.example.com/pets');
  });

  test('keeps a fixed query, drops a fragment, and encodes what a document wrote raw', () => {
    const path = compilePath('/a b/x?action=get me#second', [], 'https://api.example.com/?v=2');
    expect(path.build({})).toBe('https://api.example.com/a%20b/x');
    expect(path.query).toBe('v=2&action=get%20me');
  });

  test('takes several variables in a segment', () => {
    const path = compilePath('/range/{from}...{to}:clear', [variable('from'), variable('to')], BASE);
    expect(path.build({ from: 1, to: 2 })).toBe('https://api.example.com/v1/range/1...2:clear');
    expect(() => path.build({ from: '', to: 2 })).toThrow(refusedAt('/from'));
  });

  test('understands {+name} and {name*}', () => {
    const path = compilePath('/v/{+name}/{rest*}', [variable('name'), variable('rest')], BASE);
    expect(path.build({ name: 'a', rest: 'b' })).toBe('https://api.example.com/v1/v/a/b');
  });

  test('a variable without a parameter is a broken plan', () => {
    expect(() => compilePath('/a/{b}', [], BASE)).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});

describe('steps to another path (security cases 72)', () => {
  test.each([
    '..',
    '.',
    '%2e',
    '%2e%2e',
    '%2E%2e',
    '.%2e',
    '%252e%252e',
    '..%2f..%2fadmin',
    '../../admin',
    '..;/x',
    '..;a=b',
    '\\..\\x',
    '..\\x',
    'a/../b',
    'a%2f..%2fb',
    'a%5c..%5cb',
    '%25252e%25252e',
    './a',
  ])('%s is refused', (id) => {
    expect(() => orders.build({ id })).toThrow(refusedAt('/id'));
  });

  test.each(['a\0', 'a\tb', 'a\r\nb', '', '\x7f'])('%j is refused', (id) => {
    expect(() => orders.build({ id })).toThrow(refusedAt('/id'));
  });

  test.each<[Json]>([[null], [[]], [{}], [[null]], [['..']], [['a', '']], [{ a: '..' }], [{ a: null }]])(
    '%j is refused',
    (id) => {
      expect(() => orders.build({ id })).toThrow(expect.objectContaining({ code: 'invalid_arguments' }));
    },
  );

  test.each(['a?x=1', 'a#f', 'a%00', '．．', '...', 'a..b', '.hidden', '~', '@', 'x'.repeat(10_000), ';a', ':'])(
    '%s is one segment',
    (id) => {
      expect(new URL(orders.build({ id })).pathname).toMatch(/^\/v1\/users\/[^/]+\/orders$/);
    },
  );

  test('a missing argument, and one that only objects inherit, is refused', () => {
    expect(() => orders.build({})).toThrow(refusedAt('/id'));
    const inherited = compilePath('/{constructor}', [variable('constructor')], BASE);
    expect(() => inherited.build({})).toThrow(refusedAt('/constructor'));
  });

  test('styles that add a dot do not make a dot segment', () => {
    const label = compilePath('/l/{id}/x', [variable('id', { style: 'label' })], BASE);
    expect(() => label.build({ id: '.' })).toThrow();
    expect(label.build({ id: 'a' })).toBe('https://api.example.com/v1/l/.a/x');
  });

  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('.', '/', '\\', '%', '2', 'e', 'E', 'f', '5', 'c', ';', '?', '#', '@', ':', 'a'),
    }),
  );
  const anyValue = fc.oneof(hostile, fc.array(hostile), fc.dictionary(hostile, hostile), fc.integer(), fc.boolean());
  const styles = fc.record({
    style: fc.constantFrom('simple' as const, 'label' as const, 'matrix' as const),
    explode: fc.boolean(),
    allowReserved: fc.boolean(),
  });

  test('whatever the values, the URL has the segments of the template and its prefix, or there is none', () => {
    fc.assert(
      fc.property(anyValue, anyValue, styles, (first, second, style) => {
        const path = compilePath('/users/{a}/orders/{b}', [variable('a', style), variable('b', style)], BASE);
        let url: string;
        try {
          url = path.build({ a: first, b: second });
        } catch (error) {
          expect(error).toMatchObject({ code: 'invalid_arguments' });
          return;
        }
        const parsed = new URL(url);
        expect(url.startsWith(path.prefix)).toBe(true);
        expect(parsed.href).toBe(url);
        expect(parsed.search + parsed.hash).toBe('');
        expect(parsed.pathname).toMatch(/^\/v1\/users\/[^/]+\/orders\/[^/]+$/);
      }),
      { numRuns: 1000, seed: 72 },
    );
  });
});
