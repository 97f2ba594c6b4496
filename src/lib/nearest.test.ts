import { expect, test } from 'vitest';
import { nearest } from './nearest.ts';

test.each([
  ['prot', 'port'],
  ['baseURL', 'baseUrl'],
  ['tickets:raed', 'tickets:read'],
])('%s is a slip of %s', (word, meant) => {
  expect(nearest(word, ['port', 'host', 'baseUrl', 'tickets:read', 'tickets:write'])).toBe(meant);
});

test('what is far from everything is a slip of nothing', () => {
  expect(nearest('observability', ['port', 'host', 'name'])).toBeUndefined();
  expect(nearest('x', ['a', 'b'])).toBeUndefined();
});
