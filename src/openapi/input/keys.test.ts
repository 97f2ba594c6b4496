import fc from 'fast-check';
import { expect, test } from 'vitest';
import { argumentKeys } from './keys.ts';

test('a legal name that is alone stays as it is', () => {
  const query = (name: string) => ({ name, in: 'query' });
  expect(argumentKeys([query('page'), query('_limit'), query('a.b-c')], ['body'])).toEqual(['page', '_limit', 'a.b-c']);
});

test('a name in two places says which of them it is', () => {
  const places = ['path', 'query', 'header'].map((place) => ({ name: 'id', in: place }));
  expect(argumentKeys(places, [])).toEqual(['id__path', 'id__query', 'id__header']);
});

test('keys are unique and legal, whatever the names are', () => {
  const names = fc.oneof(
    fc.constantFrom('id', 'a b', 'a_b', 'a[b]', 'a', 'a[]', 'body', 'id__query', '__proto__', '$', '£', 'x'.repeat(80)),
    fc.string({ minLength: 1, maxLength: 90 }),
  );
  const parameters = fc.uniqueArray(fc.record({ name: names, in: fc.constantFrom('path', 'query', 'header') }), {
    selector: ({ name, in: place }) => `${place} ${name}`,
    maxLength: 20,
  });
  fc.assert(
    fc.property(parameters, (given) => {
      const keys = argumentKeys(given, ['body']);
      expect(new Set([...keys, 'body']).size).toBe(given.length + 1);
      for (const key of keys) expect(key).toMatch(/^(?!__proto__$)[a-zA-Z0-9_.-]{1,64}$/);
    }),
    { numRuns: 300 },
  );
});
