import { expect, test } from 'vitest';
import { type Contract, compareContracts, summarise } from './contract.ts';

function contract(tools: { [name: string]: string }, more: Partial<Contract> = {}): Contract {
  return {
    tools: new Map(
      Object.entries(tools).map(([name, text]) => {
        const [digest = '', scopes = ''] = text.split('|');
        return [name, { digest, scopes }];
      }),
    ),
    selections: new Map(),
    modes: new Map(),
    ...more,
  };
}

function summary(before: Contract, after: Contract): string {
  return summarise(compareContracts(before, after));
}

test('a contract that is the same has no summary', () => {
  expect(summary(contract({ a: '1', b: '2' }), contract({ b: '2', a: '1' }))).toBe('');
});

test('everything that a client builds on is in one line', () => {
  const before = contract(
    { a: '1', b: '2', c: '3|read' },
    { selections: new Map([['/mcp', 'x']]), modes: new Map([['/mcp', 'static']]) },
  );
  const after = contract(
    { a: '1', b: '9', c: '3|write', d: '4' },
    { selections: new Map([['/mcp', 'y']]), modes: new Map([['/mcp', 'search']]) },
  );
  expect(summary(before, after)).toBe(
    '1 tool added: d; 1 tool changed: b; 1 tool with other scopes: c; other tools in /mcp; another mode in /mcp: search',
  );
  expect(summary(after, before)).toContain('1 tool removed: d');
});

test('a thousand new tools are counted, not listed', () => {
  const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`tool_${index}`, '1']));
  expect(summary(contract({}), contract(many))).toBe(
    '1000 tools added: tool_0, tool_1, tool_2, tool_3, tool_4, tool_5, tool_6, tool_7, tool_8, tool_9 and 990 more',
  );
});
