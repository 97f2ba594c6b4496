import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Callable } from '../../tools/callable.ts';
import { codeTool } from '../../tools/code-tool.ts';
import { createToolsets } from './toolsets.ts';

function callables(names: readonly string[]): Callable[] {
  return names.map((name) => codeTool({ name, description: 'Does.', run: () => '' }));
}

function chosen(pattern: string, name: string): boolean {
  const toolsets = createToolsets({ it: { include: [{ tool: pattern }], exclude: [] } });
  return toolsets.narrow(callables([name]), [['it']]).length === 1;
}

const SOME = fc.string({ unit: fc.constantFrom('a', 'b', '_', '*'), minLength: 1, maxLength: 12 });
const PLAIN = fc.string({ unit: fc.constantFrom('a', 'b', '_'), minLength: 1, maxLength: 12 });

test('a pattern fits what a regular expression of it fits', () => {
  fc.assert(
    fc.property(SOME, PLAIN, (pattern, name) => {
      expect(chosen(pattern, name)).toBe(new RegExp(`^${pattern.replaceAll(/\*+/g, '.*')}$`).test(name));
    }),
  );
});

test('many stars take no longer than few', () => {
  expect(chosen(`${'*a'.repeat(31)}*b`, 'a'.repeat(64))).toBe(false);
});

test('groups of toolsets narrow each other, and those of one group add up', () => {
  const toolsets = createToolsets({
    a: { include: [{ tool: 'one' }, { tool: 'two' }], exclude: [] },
    b: { include: [{ tool: 'two' }, { tool: 'three' }], exclude: [] },
    rest: { include: [], exclude: [{ tool: 'o*' }] },
  });
  const all = callables(['one', 'two', 'three', 'four']);
  const names = (...groups: string[][]) => toolsets.narrow(all, groups).map(({ tool }) => tool.name);
  expect(names()).toEqual(['one', 'two', 'three', 'four']);
  expect(names(['a'], ['b'])).toEqual(['two']);
  expect(names(['a', 'b'])).toEqual(['one', 'two', 'three']);
  expect(names(['a', 'b'], ['rest'])).toEqual(['two', 'three']);
  expect(names(['unknown'])).toEqual([]);
});
