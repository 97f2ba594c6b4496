import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/server/config/load.ts';
import { StartError } from '../../src/server/config/problem.ts';
import { loadMappings, operationMapping } from '../../src/server/upstreams/expressions.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';

async function load(errors: string, files: { readonly [name: string]: string } = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'postern-expressions-'));
  const yaml = `upstreams:\n  acme:\n    openapi: ./acme.yaml\n${errors.replace(/^/gm, '    ')}\n`;
  for (const [name, content] of Object.entries({ ...files, 'postern.yaml': yaml })) {
    writeFileSync(join(dir, name), content);
  }
  const { config, baseDir } = await loadConfig(undefined, { cwd: dir, env: {} });
  const { acme } = config.upstreams;
  if (acme === undefined) throw new Error('no upstream');
  return loadMappings('acme', acme, { clock: manualClock(), baseDir });
}

async function problemsOf(errors: string, files?: { readonly [name: string]: string }) {
  const thrown = await load(errors, files).catch((error: unknown) => error);
  if (!(thrown instanceof StartError)) throw new Error(`expected a StartError, got ${thrown}`);
  return thrown.problems;
}

const OPERATION = { id: 'get_thing', method: 'GET', path: '/things/{id}' };
const INPUT = { status: 404, headers: {}, body: null, operation: OPERATION };

describe('the failures of an upstream', () => {
  test('are told by the rules for every API where the config says nothing', async () => {
    expect(await load('')).toEqual({ preset: undefined, mapping: undefined, operations: new Map() });
  });

  test.each([
    ['errors: ./errors.jsonata', { 'errors.jsonata': '{"message": "of " & operation.path}' }],
    ['errors:\n  expression: \'{"message": "of " & operation.path}\'', {}],
  ])('%s', async (errors, files) => {
    const { mapping, preset } = await load(errors, files);
    expect(preset).toBeUndefined();
    expect(await mapping?.(INPUT)).toEqual({ message: 'of /things/{id}' });
  });

  test('as a vendor writes them', async () => {
    expect(await load('errors: { preset: microsoft-graph }')).toMatchObject({ preset: 'microsoft-graph' });
  });

  test('of single operations, by operationId or method and path', async () => {
    const overrides = [
      'tools:\n  overrides:',
      '    get_thing: { errors: { expression: \'{"message": "one"}\' } }',
      '    "get /things": { errors: ./two.jsonata }',
      '    other: { title: Other }',
    ].join('\n');
    const mappings = await load(overrides, { 'two.jsonata': '{"message": "two"}' });
    const said = async (operation: string, operationId?: string) =>
      (await operationMapping(mappings, { operation, operationId })?.(INPUT))?.message;
    expect(await said('GET /things/{id}', 'get_thing')).toBe('one');
    expect(await said('GET /things')).toBe('two');
    expect(await said('POST /things', 'other')).toBeUndefined();
  });
});

describe('a start is refused', () => {
  test('with everything that is wrong, each with its place', async () => {
    const overrides = '  get_thing: { errors: { expression: "$mesage" } }\n    "GET /x": { errors: ./no-such.jsonata }';
    const problems = await problemsOf(`errors: ./errors.jsonata\ntools:\n  overrides:\n  ${overrides}`, {
      'errors.jsonata': '{\n  "message": body.message,\n  "code" "rejected"\n}',
    });
    expect(problems).toEqual([
      {
        where: './errors.jsonata:3:10',
        found: '"rejected"',
        wanted: '":"',
        fix: 'It is named by upstreams.acme.errors.',
      },
      expect.objectContaining({
        where: 'upstreams.acme.tools.overrides.get_thing.errors, line 1, column 1',
        found: '$mesage',
      }),
      {
        where: 'upstreams.acme.tools.overrides."GET /x".errors',
        found: './no-such.jsonata, which cannot be read (ENOENT)',
        wanted: 'the path of a JSONata expression',
      },
    ]);
  });

  test.each([
    [
      'errors: { preset: acme }',
      '"acme"',
      'one of slack, salesforce, github, stripe, hubspot, jira, google, microsoft-graph',
    ],
    ['errors: 5', '5', 'the path of a JSONata file, relative to the config, or a mapping with expression or preset'],
    [
      'tools: { overrides: { a: { errors: { preset: slack } } } }',
      'a mapping',
      'the path of a JSONata file, relative to the config, or a mapping with expression',
    ],
  ])('%s', async (errors, found, wanted) => {
    expect(await problemsOf(errors)).toEqual([expect.objectContaining({ found, wanted })]);
  });
});
