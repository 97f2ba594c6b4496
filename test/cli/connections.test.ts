import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { folder, started } from './terminal.ts';

const OLD_KEY = 'CANARYOLD-0123456789-abcdefghijklmnopqrstuvwxyz';
const NEW_KEY = 'CANARYNEW-0123456789-abcdefghijklmnopqrstuvwxyz';
const CREATE = ['connections', 'create', '--tenant', 'acme', '--upstream', 'crm', '--name', 'main', '--kind', 'bearer'];
const config = (vault: string) => `
upstreams: { crm: { openapi: ./crm.yaml, credential: { from: connection } } }
secrets: { vault: [${vault}] }
`;
/* biome-ignore-start lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled */
const OLD = '{ id: old, key: "${file:old.key}" }';
const NEW = '{ id: new, key: "${file:new.key}" }';
/* biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above */

const shop = () => folder({ 'postern.yaml': config(OLD), 'old.key': OLD_KEY, 'new.key': NEW_KEY });

async function ran(argv: readonly string[], cwd: string, input = '') {
  const command = started([...argv], cwd);
  command.input.end(input);
  return command.ended;
}

test('87: an account is connected with a credential from standard input, which comes out nowhere', async () => {
  const cwd = shop();
  const credential = JSON.stringify({ token: 'CANARY-token-0123456789' });
  const made = await ran([...CREATE, '--scopes', 'read'], cwd, credential);
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^con_\w+\n$/) });
  const id = made.out.trim();
  const listed = await ran(['connections', 'list', '--json'], cwd);
  expect(JSON.parse(listed.out)).toMatchObject([{ id, tenant: 'acme', name: 'main', keyId: 'old', scopes: ['read'] }]);
  const shown = await ran(['connections', 'list'], cwd);
  expect(shown.out).toMatch(/con_\w+ +acme +crm +main +- +bearer +connected/);
  const again = await ran(CREATE, cwd, credential);
  expect(again).toMatchObject({ code: 2, err: expect.stringContaining('main, which there is') });
  expect(await ran(['connections', 'set', id], cwd, credential)).toMatchObject({ code: 0, out: `Connected ${id}.\n` });
  expect(await ran(['connections', 'delete', id], cwd)).toMatchObject({ code: 0, out: `Deleted ${id}.\n` });
  expect(await ran(['connections', 'delete', id], cwd)).toMatchObject({ code: 2 });
  const trail = await ran(['audit', '--json'], cwd);
  for (const event of ['created', 'changed', 'deleted']) expect(trail.out).toContain(`connection_${event}`);
  for (const { out, err } of [made, listed, shown, again, trail]) expect(out + err).not.toContain('CANARY');
});

test.each([
  ['{"X-Tenant":"CANARY-globex"}', 'headers.X-Tenant', 'the config of this server sends'],
  ['{"X-Forwarded-Host":"CANARY-globex"}', 'headers.X-Forwarded-Host', 'is for this server to say'],
])('85: an account that sends %s is refused, with the name and no value', async (headers, at, why) => {
  const says =
    'upstreams: { crm: { openapi: ./crm.yaml, headers: { X-Tenant: principal.tenant }, credential: { from: connection } } }';
  const cwd = folder({ 'postern.yaml': says });
  const refused = await ran([...CREATE.slice(0, -1), 'headers'], cwd, `{"headers":${headers}}`);
  expect(refused).toMatchObject({ code: 2, err: expect.stringContaining(`standard input, ${at}`) });
  expect(refused.err).toContain(why);
  expect(refused.err).not.toContain('CANARY');
});

const CONNECTABLE = `
server: { url: "https://mcp.test" }
upstreams:
  crm:
    openapi: ./crm.yaml
    baseUrl: "https://{subdomain}.crm.test"
    credential:
      from: connection
      oauth: { clientId: postern, authorizationEndpoint: "https://id.test/a", tokenEndpoint: "https://id.test/t" }
`;
const LINK = ['connections', 'link', '--tenant', 'acme', '--upstream', 'crm'];

test('a connect URL is shown, names nobody, and is in the trail', async () => {
  const cwd = folder({ 'postern.yaml': CONNECTABLE });
  const made = await ran([...LINK, '--variable', 'subdomain=acme', '--expires', '2h', '--json'], cwd);
  const { url, expiresAt } = JSON.parse(made.out);
  expect(url).toMatch(/^https:\/\/mcp\.test\/connect\/crm\/start\?ticket=[\w.-]+$/);
  expect(url).not.toContain('acme');
  expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(7_000_000);
  expect((await ran(['audit', '--json'], cwd)).out).toContain('connect_url_made');
});

test.each([
  ['a value that could lead elsewhere', ['--variable', 'subdomain=evil.test/'], /without dots/],
  ['a variable that there is not', ['--variable', 'region=eu'], /there is subdomain/],
  ['what is no pair', ['--variable', 'subdomain'], /name=value/],
  ['an upstream that is connected otherwise', ['--upstream', 'other'], /crm can be connected by URL/],
  ['a page that is not named', ['--return-to', 'https://evil.test/'], /credential.oauth.returnTo/],
  ['a day and more', ['--expires', '25h'], /a minute to a day/],
  ['half a user', ['--user', 'ada'], /both, or neither/],
])('no connect URL is made for %s', async (_, more, wanted) => {
  const ended = await ran([...LINK, ...more], folder({ 'postern.yaml': CONNECTABLE }));
  expect(ended).toMatchObject({ out: '', err: expect.stringMatching(wanted) });
  expect(ended.code).not.toBe(0);
});

test('an account with a place of its own is not made without it', async () => {
  const cwd = folder({ 'postern.yaml': CONNECTABLE });
  const without = await ran(CREATE, cwd, '{"token":"x"}');
  expect(without).toMatchObject({ code: 2, err: expect.stringContaining('--variable subdomain=…') });
  expect(await ran([...CREATE, '--variable', 'subdomain=acme'], cwd, '{"token":"x"}')).toMatchObject({ code: 0 });
});

test.each([
  ['what is no JSON', CREATE, 'CANARY', /JSON object/],
  ['what is of another kind', CREATE, '{"password":"CANARY"}', /standard input, token[\s\S]*no password/],
  ['what a header cannot carry', CREATE, '{"token":"CANARY\\n"}', /plain ASCII/],
  ['an upstream without accounts', [...CREATE, '--upstream', 'other'], '{"token":"x"}', /credential.from: connection/],
  ['a user of nobody', [...CREATE, '--user', 'ada'], '{"token":"x"}', /both, or neither/],
])('refuses %s, and shows none of it', async (_, argv, input, wanted) => {
  const ended = await ran(argv, shop(), input);
  expect(ended).toMatchObject({ code: 2, out: '', err: expect.stringMatching(wanted) });
  expect(ended.err).not.toContain('CANARY');
});

test('a key in front takes over by rotation, which may be done again, and the old one can go', async () => {
  const cwd = shop();
  const { out } = await ran(CREATE, cwd, '{"token":"x"}');
  const configure = (vault: string) => writeFileSync(join(cwd, 'postern.yaml'), config(vault));
  configure(NEW);
  const unreadable = await ran(['connections', 'rotate'], cwd);
  expect(unreadable).toMatchObject({ code: 2, err: expect.stringContaining(`no key for ${out.trim()}`) });
  configure(`${NEW}, ${OLD}`);
  for (const count of [1, 0]) {
    const rotated = await ran(['connections', 'rotate'], cwd);
    expect(rotated).toMatchObject({ code: 0, out: `Put ${count} credentials under the key new.\n` });
  }
  configure(NEW);
  expect((await ran(['connections', 'rotate'], cwd)).code).toBe(0);
  expect(JSON.parse((await ran(['connections', 'list', '--json'], cwd)).out)).toMatchObject([{ keyId: 'new' }]);
});
