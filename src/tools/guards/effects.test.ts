import { expect, test } from 'vitest';
import type { Tool } from '../../core/tool.ts';
import { type Effect, type PolicyRules, policyOf } from './effects.ts';

const tool = (annotations: Tool['annotations'], tags: string[] = []): Tool => ({
  name: 'it',
  description: '',
  inputSchema: {},
  annotations,
  scopes: [],
  tags,
  upstream: 'api',
});
const READ = { readOnlyHint: true };
const WRITE = { readOnlyHint: false, destructiveHint: false };

test.each<[PolicyRules, Tool, Effect, string | undefined]>([
  [{}, tool({}), 'allow', undefined],
  [{ read: 'ask' }, tool(READ), 'ask', 'policies.read'],
  [{ read: 'ask' }, tool(WRITE), 'allow', undefined],
  [{ write: 'ask' }, tool(WRITE), 'ask', 'policies.write'],
  // MCP: a tool that says nothing may destroy.
  [{ destructive: 'ask' }, tool({}), 'ask', 'policies.destructive'],
  [{ destructive: 'ask' }, tool(WRITE), 'allow', undefined],
  [{ write: 'deny', destructive: 'ask' }, tool({}), 'ask', 'policies.destructive'],
  [{ write: 'ask' }, tool({}), 'ask', 'policies.write'],
  [{ write: 'ask', tags: { a: 'allow' } }, tool({}, ['a']), 'allow', 'policies.tags.a'],
  [{ tags: { a: 'ask', b: 'deny', c: 'allow' } }, tool({}, ['a', 'b', 'c']), 'deny', 'policies.tags.b'],
  [{ tags: { a: 'deny' }, tools: { it: 'allow' } }, tool({}, ['a']), 'allow', 'policies.tools.it'],
  [{ write: 'ask', tenants: { t: { write: 'allow' } } }, tool(WRITE), 'allow', 'policies.tenants.t.write'],
  [{ tools: { it: 'deny' }, tenants: { t: { write: 'allow' } } }, tool(WRITE), 'deny', 'policies.tools.it'],
  [
    { tools: { it: 'deny' }, tenants: { t: { tools: { it: 'ask' } } } },
    tool(WRITE),
    'ask',
    'policies.tenants.t.tools.it',
  ],
  [{ tenants: { other: { write: 'deny' } } }, tool(WRITE), 'allow', undefined],
])('%j decides', (rules, about, effect, rule) => {
  expect(policyOf(rules, about).for('t')).toEqual(rule === undefined ? { effect } : { effect, rule });
});

test('names that objects have of themselves are no rules', () => {
  expect(policyOf({ tools: {}, tags: {} }, { ...tool({}, ['toString']), name: 'constructor' }).for('x').effect).toBe(
    'allow',
  );
});
