import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classify, idText, isDeeper, parseJson } from './json-rpc.ts';

describe('classify', () => {
  test.each([
    [{ jsonrpc: '2.0', id: 1, method: 'a' }, 'request'],
    [{ jsonrpc: '2.0', id: '', method: 'a', params: null }, 'request'],
    [{ jsonrpc: '2.0', method: 'a' }, 'notification'],
    [{ jsonrpc: '2.0', id: 1, result: {} }, 'response'],
    [{ jsonrpc: '2.0', id: 1, error: { code: 1, message: '' } }, 'response'],
    [{ jsonrpc: '2.0', id: null, method: 'a' }, 'invalid'],
    [{ jsonrpc: '2.0', id: 1.5, method: 'a' }, 'invalid'],
    [{ jsonrpc: '2.0', id: 2 ** 53, method: 'a' }, 'invalid'],
    [{ jsonrpc: '2.0', id: {}, method: 'a' }, 'invalid'],
    [{ jsonrpc: '2.0', id: 'x'.repeat(2000), method: 'a' }, 'invalid'],
    [{ jsonrpc: '1.0', id: 1, method: 'a' }, 'invalid'],
    [{ jsonrpc: '2.0', id: 1, Method: 'a' }, 'invalid'],
    [{ jsonrpc: '2.0', id: 1, method: 'a', params: [] }, 'invalid'],
    [{ jsonrpc: '2.0', id: 1, method: 7, result: {} }, 'invalid'],
    [[], 'invalid'],
    ['text', 'invalid'],
    [null, 'invalid'],
  ])('%j is a %s', (value, kind) => {
    expect(classify(value).kind).toBe(kind);
  });

  test('any JSON is something, and no id changes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(['request', 'notification', 'response', 'invalid']).toContain(classify(value).kind);
      }),
    );
    const id = fc.oneof(fc.string({ maxLength: 50, unit: 'grapheme' }), fc.maxSafeInteger());
    fc.assert(
      fc.property(id, fc.string(), fc.dictionary(fc.string(), fc.jsonValue()), (given, method, params) => {
        const text = JSON.stringify({ jsonrpc: '2.0', id: given, method, params });
        const inbound = classify(JSON.parse(text));
        expect(inbound).toMatchObject({ kind: 'request', id: given, method });
        expect(JSON.parse(idText(given))).toStrictEqual(given);
      }),
    );
  });
});

describe('parseJson', () => {
  const bytes = (text: string) => Buffer.from(text);

  test('counts brackets, and not those in strings', () => {
    expect(isDeeper(bytes('[[[]]]'), 3)).toBe(false);
    expect(isDeeper(bytes('[[[[]]]]'), 3)).toBe(true);
    expect(isDeeper(bytes(JSON.stringify({ a: '[[[[', 'b"[[[[': '\\"[[[[\\' })), 1)).toBe(false);
    expect(isDeeper(bytes('{"open'), 3)).toBe(false);
  });

  test('agrees with the depth of what it parses', () => {
    const depth = (value: unknown): number =>
      typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depth)) : 0;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(6), (value, limit) => {
        expect(isDeeper(bytes(JSON.stringify(value)), limit)).toBe(depth(value) > limit);
      }),
    );
  });

  test('refuses what is too deep before it parses it', () => {
    const deep = bytes('['.repeat(1_000_000));
    expect(() => parseJson(deep, 64)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
  });

  test.each([
    ['', 'empty'],
    ['{', 'cut off'],
    ['{"a":1}x', 'with a tail'],
    ['{"a":1\u0000}', 'with a NUL'],
  ])('%j is no JSON (%s)', (text) => {
    expect(() => parseJson(bytes(text), 64)).toThrow(expect.objectContaining({ code: 'parse_error' }));
  });

  test('refuses bytes that are no UTF-8', () => {
    const body = Buffer.concat([bytes('{"a":"'), Buffer.from([0xc3, 0x28]), bytes('"}')]);
    expect(() => parseJson(body, 64)).toThrow(expect.objectContaining({ code: 'parse_error' }));
  });

  test('leaves prototypes alone', () => {
    const value = parseJson(bytes('{"__proto__":{"polluted":true},"constructor":1}'), 64);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(classify(value).kind).toBe('invalid');
  });
});
