import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import type { Tool } from '../../src/core/tool.ts';
import { loadDocument } from '../../src/openapi/document/document.ts';
import { CLIENT_NAMINGS } from '../../src/openapi/lint/client-names.ts';
import { toolCost } from '../../src/openapi/lint/cost.ts';
import { toolLint } from '../../src/openapi/lint/lint.ts';
import { openApiTools } from '../../src/openapi/tools.ts';
import { toolsOf } from './made.ts';

const github = createRequire(import.meta.url).resolve('@octokit/openapi/generated/api.github.com.json');
const FIXTURES = ['swagger2', 'schemas31', 'forms', 'parameters', 'extension', 'broken', 'version32'];

describe('names survive the prefix and the cut of every client', () => {
  test.each(['api', 'acme-production-eu'])('of a server called %s', async (server) => {
    const lists = [openApiTools(await loadDocument(github), { upstream: 'github' }).tools];
    for (const name of FIXTURES) lists.push((await toolsOf(`${name}.yaml`)).tools);
    for (const tools of lists) {
      for (const { client, named } of CLIENT_NAMINGS) {
        const shown = new Set(tools.map(({ tool }) => named(server, tool.name)));
        expect(`${client}: ${shown.size}`).toBe(`${client}: ${tools.length}`);
      }
    }
  });
});

test('the tools of every fixture and of GitHub lack nothing that a client trips over', async () => {
  const tools = openApiTools(await loadDocument(github), { upstream: 'github' }).tools.map(({ tool }) => tool);
  for (const name of FIXTURES) tools.push(...(await toolsOf(`${name}.yaml`)).tools.map(({ tool }) => tool));
  const distinct = [...new Map(tools.map((tool) => [tool.name, tool])).values()];
  expect(toolLint(distinct).filter(({ level }) => level === 'error')).toMatchObject([{ rule: 'list-length' }]);
  expect(new Set(toolLint(distinct).map(({ rule }) => rule))).toEqual(new Set(['list-length', 'list-size']));
}, 60_000);

describe('lint', () => {
  const good: Tool = {
    name: 'get_pet',
    title: 'Get a pet',
    description: 'Gets a pet.',
    inputSchema: { type: 'object', properties: { id: { type: 'string' } } },
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    scopes: [],
    tags: [],
    upstream: 'acme',
  };
  const rules = (...tools: Partial<Tool>[]) =>
    toolLint(tools.map((tool, index) => ({ ...good, name: `tool_${index}`, ...tool }))).map(
      ({ level, rule }) => `${level} ${rule}`,
    );

  test('says nothing of a tool that every client takes', () => {
    expect(rules(good)).toEqual([]);
  });

  test.each<[string, Partial<Tool>]>([
    ['error name', { name: 'repos/get' }],
    ['warning name-length', { name: 'a'.repeat(41) }],
    ['warning name-case', { name: 'getPet' }],
    ['error description', { description: ' ' }],
    ['warning description-length', { description: 'a'.repeat(4001) }],
    ['warning title', { title: undefined }],
    ['warning annotations', { annotations: { readOnlyHint: true } }],
    ['error output-schema', { outputSchema: { anyOf: [] } }],
    ['error schema-root', { inputSchema: { properties: {} } }],
    ['error schema-combinator', { inputSchema: { type: 'object', anyOf: [] } }],
    ['error schema-key', { inputSchema: { type: 'object', properties: { 'page[limit]': { type: 'string' } } } }],
    ['error schema-boolean', { inputSchema: { type: 'object', properties: { a: true } } }],
    ['error schema-items', { inputSchema: { type: 'object', properties: { a: { type: 'array' } } } }],
    ['warning schema-types', { inputSchema: { type: 'object', properties: { a: { type: ['string', 'null'] } } } }],
    ['warning schema-ref', { inputSchema: { type: 'object', properties: { a: { $ref: '#/$defs/a' } } } }],
    ['warning schema-enum', { inputSchema: { type: 'object', properties: { a: { enum: [1] } } } }],
    ['warning schema-keyword', { inputSchema: { type: 'object', properties: { a: { type: 'object', not: {} } } } }],
    [
      'error schema-pattern',
      { inputSchema: { type: 'object', properties: { a: { type: 'string', pattern: '\\-' } } } },
    ],
  ])('%s', (finding, tool) => {
    expect(rules(tool)).toEqual([finding]);
  });

  test('counts tools and tokens, and finds names that a client makes equal', () => {
    expect(rules(...Array.from({ length: 41 }, () => ({})))).toEqual(['warning list-length']);
    expect(rules(...Array.from({ length: 129 }, () => ({})))).toEqual(['error list-length']);
    const long = (end: string) => ({ name: `${'a'.repeat(60)}${end}` });
    expect(rules(long('1'), long('2'))).toContain('error name-collision');
    expect(rules({ description: 'a '.repeat(25_000) })).toContain('warning list-size');
  });

  test('a tool costs its entry in the list', () => {
    const { bytes, tokens } = toolCost(good);
    expect(bytes).toBe(JSON.stringify({ ...good, scopes: undefined, tags: undefined, upstream: undefined }).length);
    expect(tokens).toBe(Math.ceil(bytes / 4.6));
  });
});
