import { expect, test } from 'vitest';
import { includesScope, scopesOf } from './scope.ts';

test.each<[string[], string, boolean]>([
  [['a:read'], 'a:read', true],
  [['a:read'], 'a:write', false],
  [['*'], 'a:read', true],
  [['a:*'], 'a:read', true],
  [['a:*'], 'a:b:read', true],
  [['a:b:*'], 'a:b:read', true],
  [['a:b:*'], 'a:read', false],
  [['a:*'], 'a', false],
  [['a:*'], 'ab:read', false],
  [['a:*'], ':read', false],
  [['a*'], 'ab', false],
  [[':*'], ':read', false],
  [['*:read'], 'a:read', false],
  [[], 'a', false],
])('%j holds %s: %s', (held, scope, holds) => {
  expect(includesScope(new Set(held), scope)).toBe(holds);
});

test('a wildcard stands for those there are', () => {
  expect(scopesOf('a:*', ['a:read', 'b:read', 'a:b:c', 'a'])).toEqual(['a:read', 'a:b:c']);
});
