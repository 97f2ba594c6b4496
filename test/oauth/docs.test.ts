import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/server/config/load.ts';
import { refusals } from '../../src/server/config/safety.ts';
import { basic, claimsOf, login, openBench, post, redeem, SECRET } from './facade-bench.ts';

const text = readFileSync(new URL('../../docs/facade.md', import.meta.url), 'utf8');
const blocks = (language: string) =>
  [...text.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, block = '']) => block);

const ENV = { IDP_CLIENT_SECRET: 'x', REPORT_SECRET: 'y'.repeat(40) };

test('every config on the page is one that starts', () => {
  const configs = blocks('yaml').map((block) => load(block) as object);
  expect(configs).toHaveLength(2);
  for (const given of configs) {
    const whole = { server: { url: 'https://mcp.acme.com' }, ...given };
    const read = readConfig(whole, { name: 'c', lineOf: () => undefined }, { baseDir: '.', env: ENV });
    expect(refusals(read, { dev: false, file: 'c' })).toEqual([]);
  }
});

test('tokens have the claims that the page shows, and agents the members', async () => {
  const bench = await openBench();
  const { body } = await redeem(bench, await login(bench));
  const [shown = '{}'] = blocks('json');
  expect(Object.keys(claimsOf(body['access_token'])).sort()).toEqual(Object.keys(JSON.parse(shown)).sort());
  const answer = await post(
    `${bench.origin}/oauth/token`,
    { grant_type: 'client_credentials' },
    basic('service', SECRET),
  );
  const [, line = '{}'] = blocks('console')[0]?.split('\n') ?? [];
  expect(Object.keys(answer.body)).toEqual(Object.keys(JSON.parse(line)));
  await bench.close();
});

test('the paths on the page are those that are served', async () => {
  const bench = await openBench();
  const paths = [...text.matchAll(/^\| `(\/[\w./-]+[a-z])`/gm)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(6);
  for (const path of paths) expect([path, bench.facade.route(path) === undefined]).toEqual([path, false]);
  await bench.close();
});
