import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { configSchema } from '../../src/server/config/config.ts';
import { StartError } from '../../src/server/config/problem.ts';
import { loadResultFields } from '../../src/server/upstreams/result-fields.ts';
import type { OnFault } from '../../src/upstream/mapping.ts';

const baseDir = mkdtempSync(join(tmpdir(), 'postern-fields-'));
afterAll(() => rmSync(baseDir, { recursive: true, force: true }));
writeFileSync(join(baseDir, 'names.jsonata'), 'items.{ "name": name }');

function load(overrides: object, onFault?: OnFault) {
  const config = configSchema.parse({ upstreams: { acme: { openapi: 'x.yaml', tools: { overrides } } } });
  const acme = config.upstreams['acme'];
  if (acme === undefined) throw new Error('no upstream');
  return loadResultFields('acme', acme, { clock: systemClock, baseDir, onFault });
}

const ANSWER = {
  items: [
    { id: 1, name: 'a' },
    { id: 2, name: 'b' },
  ],
  total: 2,
};

test.each([
  ['a list', ['items[].id'], { items: [{ id: 1 }, { id: 2 }] }],
  ['a file', 'names.jsonata', [{ name: 'a' }, { name: 'b' }]],
  ['an expression', { expression: '{ "n": total }' }, { n: 2 }],
])('%s is compiled, and found by what the config says', async (_, fields, kept) => {
  const all = await load({ list: { fields }, other: {} });
  const [[said, select] = []] = all;
  expect(all.size).toBe(1);
  expect(said).toEqual(fields);
  expect(await select?.(ANSWER)).toEqual(kept);
});

test('what is wrong is told with its place, all at once', async () => {
  const loading = load({
    a: { fields: ['x[0]`'] },
    b: { fields: { expression: 'a +' } },
    c: { fields: 'nope.jsonata' },
  });
  const error = await loading.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StartError);
  expect((error as StartError).problems.map(({ where }) => where)).toEqual([
    'upstreams.acme.tools.overrides.a.fields',
    expect.stringContaining('upstreams.acme.tools.overrides.b.fields'),
    'upstreams.acme.tools.overrides.c.fields',
  ]);
});

test('an answer that cannot be trimmed is not passed on, is counted, and is not to be asked for again', async () => {
  const faults: string[] = [];
  const all = await load({ list: { fields: { expression: '$sum(items.{ "id": id }.id)' } } }, (kind, why) =>
    faults.push(`${kind}: ${why}`),
  );
  const [[, select] = []] = all;
  const many = { items: Array.from({ length: 3_000 }, (_, id) => ({ id })) };
  await expect(select?.(many)).rejects.toMatchObject({
    code: 'result_too_large',
    details: { hint: expect.stringContaining('has done so') },
  });
  await expect(select?.({ items: [{ id: 'x' }] })).rejects.toMatchObject({
    code: 'internal',
    details: { retryable: false, hint: expect.stringContaining('do not retry') },
  });
  expect(faults).toEqual([
    expect.stringMatching(/^fields: upstreams\.acme\S+: more than 2000 items$/),
    expect.stringMatching(/^fields: upstreams\.acme\S+:1:\d+: T0412$/),
  ]);
});
