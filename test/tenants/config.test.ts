import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readConfig } from '../../src/server/config/load.ts';
import { StartError } from '../../src/server/config/problem.ts';
import { refusals } from '../../src/server/config/safety.ts';
import { createSiteFacades } from '../../src/server/oauth/site-facades.ts';
import { siteProblems } from '../../src/server/routes/site-problems.ts';
import { createSites } from '../../src/server/routes/sites.ts';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'postern-tenants-'));
  writeFileSync(join(dir, 'large.png'), Buffer.alloc(65 * 1024));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const SERVER = { url: 'https://mcp.example.com', hosts: ['other.example.com:8443'] };

const read = (tenants: object, more: object = {}) =>
  readConfig(
    { server: SERVER, tenants, ...more },
    { name: 'test', lineOf: () => undefined },
    { baseDir: dir, env: {} },
  );

const places = (tenants: object, more: object = {}) => siteProblems(read(tenants, more), dir).map(({ where }) => where);

const host = (url: string) => ({ url });
const logo = (file: string) => ({ url: 'https://a.example.com', brand: { logo: file } });

test.each<[string, object, string[]]>([
  [
    'two tenants with one host',
    { a: host('https://x.example.com'), b: host('https://x.example.com') },
    ['tenants.b.url'],
  ],
  [
    'one host with two ports',
    { a: host('https://x.example.com'), b: host('https://x.example.com:8443') },
    ['tenants.b.url'],
  ],
  ['the main host', { a: host('https://mcp.example.com') }, ['tenants.a.url']],
  ['another name of the main host', { a: host('https://other.example.com') }, ['tenants.a.url']],
  ['this machine', { a: host('http://127.0.0.1:9090') }, ['tenants.a.url']],
  ['two tenants with one path', { a: { path: '/t' }, b: { path: '/t' } }, ['tenants.b.path']],
  ['a path below another one', { a: { path: '/t' }, b: { path: '/t/b' } }, ['tenants.b.path']],
  ['the path of the endpoint', { a: { path: '/mcp' } }, ['tenants.a.path']],
  ['a path below the endpoint', { a: { path: '/mcp/a' } }, ['tenants.a.path']],
  ['a path above an endpoint', { a: { path: '/v2' } }, ['tenants.a.path']],
  ['a path that means something else', { a: { path: '/oauth/a' } }, ['tenants.a.path']],
  ['a logo that is not there', { a: logo('./none.svg') }, ['tenants.a.brand.logo']],
  ['a logo that is too large', { a: logo('./large.png') }, ['tenants.a.brand.logo']],
])('%s refuses to start, with the place', (_, tenants, wanted) => {
  expect(places(tenants, { endpoints: [{ path: '/v2/mcp' }] })).toEqual(wanted);
});

test.each<[string, object]>([
  ['tenants.a.path', { url: 'https://a.example.com', path: '/t/a' }],
  ['tenants.a.mainHost', { mainHost: false }],
  ['tenants.a.scopes', { scopes: ['tickets:read'] }],
  ['tenants.a.brand', { path: '/t/a', brand: { color: '#fff' } }],
  ['tenants.a.brand.logo', { url: 'https://a.example.com', brand: { logo: 'logo.html' } }],
  ['tenants.a.url', { url: 'https://*.example.com' }],
  ['tenants.a.url', { url: 'https://a.example.com/base' }],
])('%s says what is wanted there', (where, tenant) => {
  const problems = (): readonly string[] => {
    try {
      read({ a: tenant });
    } catch (thrown) {
      return thrown instanceof StartError ? thrown.problems.map((problem) => problem.where) : [];
    }
    return [];
  };
  expect(problems()).toEqual([expect.stringContaining(where)]);
});

test('hosts of tenants are reached over https, unless it is for development', () => {
  const identityProvider = { issuer: 'https://id.example.com', clientId: 'c', tenant: 'a' };
  const config = read({ a: host('http://a.example.com') }, { auth: { facade: { identityProvider } } });
  const where = (dev: boolean) => refusals(config, { dev, file: 'x' }).map((problem) => problem.where);
  expect(where(false)).toContain('x tenants.a.url');
  expect(where(true)).not.toContain('x tenants.a.url');
});

test('nobody may call is no answer to where tenants are', () => {
  expect(places({ a: { path: '/t/a' } }, { auth: { none: true } })).toEqual(['auth.none']);
});

test('security case 3: a host is one of the map, whatever the request says', () => {
  const sites = createSites(read({ a: host('https://a.example.com'), b: { path: '/t/b' } }), []);
  expect(sites.atHost('A.example.com')?.tenant).toBe('a');
  expect(sites.atHost('a.example.com:443')?.tenant).toBe('a');
  for (const name of [
    '',
    'example.com',
    'b.example.com',
    'a.example.com.',
    'x.a.example.com',
    'a.example.com@evil',
    '*',
  ]) {
    expect([name, sites.atHost(name)]).toEqual([name, undefined]);
  }
  for (const path of ['/t', '/t/', '/t/bb/mcp', '/T/b/mcp', '/x/t/b/mcp', '/t//b/mcp', '/t/%62/mcp']) {
    expect([path, sites.atPath(path)]).toEqual([path, undefined]);
  }
  expect(sites.atPath('/t/b/mcp')?.tenant).toBe('b');
});

test('ten thousand tenants have one authorization server each, a hundred at a time', async () => {
  const tenants = Object.fromEntries(
    Array.from({ length: 10_000 }, (_, n) => [`t${n}`, host(`https://t${n}.example.com`)]),
  );
  const sites = createSites(read(tenants), []);
  let [opened, closed] = [0, 0];
  const facades = createSiteFacades(
    async () => {
      opened++;
      return { handle: () => Promise.reject(new Error('unused')), close: async () => void closed++ };
    },
    () => undefined,
  );
  expect([sites.hosts.length, opened]).toEqual([10_000, 0]);
  const at = (n: number) => {
    const site = sites.atHost(`t${n}.example.com`);
    if (site === undefined) throw new Error('no site');
    return facades.at(site);
  };
  const first = await at(0);
  expect(await at(0)).toBe(first);
  for (let n = 1; n <= 150; n++) await at(n);
  expect([opened, closed]).toEqual([151, 51]);
  expect(await at(0)).not.toBe(first);
  await facades.close();
  expect([opened, closed]).toEqual([152, 152]);
});

test('auth.translate refuses tenants at places of their own: its clients are registered for one endpoint', () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
  const admin = { id: 'postern', secret: '${env:ADMIN}' };
  const translate = { provider: 'keycloak', issuer: 'https://id.example.com/realms/a', tenant: 'a', admin };
  const config = readConfig(
    {
      server: SERVER,
      tenants: { a: host('https://a.example.com'), b: { path: '/t/b' }, c: { name: 'C' } },
      auth: { translate, scopes: { 'tickets:read': 'Read.' } },
    },
    { name: 'test', lineOf: () => undefined },
    { baseDir: dir, env: { ADMIN: 'secret' } },
  );
  expect(siteProblems(config, dir).map(({ where }) => where)).toEqual(['tenants.a.url', 'tenants.b.path']);
});
