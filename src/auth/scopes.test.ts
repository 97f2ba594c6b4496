import { expect, it } from 'vitest';
import { isScopeName, undeclaredScopes } from './scopes.ts';

const declared = { 'tickets:read': 'Read tickets.', 'tickets:write': 'Change tickets.', admin: 'Everything.' };

it('names each undeclared scope and the one that was probably meant', () => {
  expect(
    undeclaredScopes(declared, [
      { what: 'the tool get_ticket', scopes: ['tickets:raed', 'admin'] },
      { what: 'the tool launch', scopes: ['rockets', 'constructor'] },
    ]),
  ).toEqual([
    'the tool get_ticket requires undeclared scope tickets:raed; nearest: tickets:read',
    'the tool launch requires undeclared scope rockets',
    'the tool launch requires undeclared scope constructor',
  ]);
  expect(undeclaredScopes(declared, [{ what: 'x', scopes: ['admin'] }])).toEqual([]);
});

it('knows a scope-token', () => {
  for (const name of ['a', 'tickets:read', 'https://acme.test/read', '*', '!~']) expect(isScopeName(name)).toBe(true);
  for (const name of ['', 'a b', 'a"b', 'a\\b', 'ä', 'a\n', 'x'.repeat(129)]) expect(isScopeName(name)).toBe(false);
});
