import { expect, test } from 'vitest';
import type { Principal } from '../core/principal.ts';
import type { Callable } from './callable.ts';
import { createCatalog } from './catalog.ts';
import { authorise } from './policy.ts';

function callable(name: string, scopes: string[] = [], extra: Partial<Callable> = {}): Callable {
  return {
    tool: {
      name,
      description: name,
      inputSchema: { type: 'object' },
      annotations: {},
      scopes,
      tags: [],
      upstream: 'u',
    },
    headers: new Map(),
    interactive: false,
    check: (args) => ({ args }),
    run: async () => ({ content: [] }),
    ...extra,
  };
}

function key(...scopes: string[]): Principal {
  return { kind: 'key', subject: 'k', tenant: 't', scopes: new Set(scopes) };
}

const names = (bytes: Uint8Array) =>
  JSON.parse(new TextDecoder().decode(bytes)).map((tool: { name: string }) => tool.name);

const catalog = createCatalog([
  callable('list', ['read']),
  callable('close', ['read', 'write'], { interactive: true }),
  callable('ping'),
]);

test.each([
  [key(), ['ping']],
  [key('read'), ['list', 'ping']],
  [key('write'), ['ping']],
  [key('read', 'write', 'other'), ['list', 'close', 'ping']],
  [key('*'), ['list', 'close', 'ping']],
])('a key sees what it may call, in the order of the catalog', (principal, expected) => {
  expect(names(catalog.list(principal, undefined).items)).toEqual(expected);
});

test('keys that see the same are sent the same bytes, not equal ones', () => {
  expect(catalog.list(key('read'), undefined).items).toBe(catalog.list(key('read', 'unrelated'), undefined).items);
});

test('what a tool requires and where it runs is not shown', () => {
  const text = new TextDecoder().decode(catalog.list(key('*'), undefined).items);
  expect(text).not.toMatch(/scopes|upstream|tags/);
});

test('only a caller who sees an asking tool needs a session', () => {
  expect(catalog.interactive(key('read'))).toBe(false);
  expect(catalog.interactive(key('read', 'write'))).toBe(true);
});

test('a tool that is not listed is refused with every scope it requires', () => {
  const { tool } = catalog.find('close');
  expect(() => authorise(key('read'), { tool })).toThrow(
    expect.objectContaining({
      code: 'insufficient_scope',
      details: expect.objectContaining({ data: { requiredScopes: ['read', 'write'] } }),
    }),
  );
});

test('an unknown tool is named in the refusal, where it could be the name of one', () => {
  expect(() => catalog.find('lst')).toThrow(/^Unknown tool: lst$/);
  for (const name of ['x'.repeat(65), 'a b', '\u202e', ''])
    expect(() => catalog.find(name)).toThrow(/^Unknown tool\.$/);
});

test('two tools of one name do not start', () => {
  expect(() => createCatalog([callable('a'), callable('a')])).toThrow('Two tools are named a.');
});
