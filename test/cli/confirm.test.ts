/** A connect URL that an operator made by command, from the person who opens it to the command that confirms it. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { codeOf, wrongCodes } from '../connections/codes.ts';
import { openSetting, type Setting } from '../connections/setting.ts';
import { DOCUMENT, OPEN_TOOLS } from '../credentials/api.ts';
import { createJar } from '../oauth/login/jar.ts';
import { freePort } from '../servers/program.ts';
import { folder, type Started, started } from './terminal.ts';

const SECRET = 'the-secret-of-the-client-at-acme';
const WHERE = ['--tenant', 'acme', '--upstream', 'api'];

let setting: Setting;
let server: Started;
let cwd: string;

beforeEach(async () => {
  const port = await freePort();
  const authorize = { redirectUri: `http://127.0.0.1:${port}/connect/api/callback` };
  setting = await openSetting({ clock: systemClock, clientSecret: SECRET, authorize });
  const oauth = {
    ...{ clientId: 'postern', tokenEndpoint: `${setting.endpoint.url}/oauth/token` },
    authorizationEndpoint: `${setting.endpoint.url}/oauth/authorize`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    clientSecret: '${file:./client-secret}',
  };
  const credential = { from: 'connection', oauth };
  const config = {
    server: { url: `http://127.0.0.1:${port}`, port },
    upstreams: { api: { openapi: './api.json', baseUrl: setting.api.url, credential, ...OPEN_TOOLS } },
  };
  const files = {
    'postern.yaml': JSON.stringify(config),
    'api.json': JSON.stringify(DOCUMENT),
    'client-secret': SECRET,
  };
  cwd = folder(files);
  server = started(['serve', '--dev', '--json'], cwd);
  await server.said(/"mcp"/);
});
afterEach(async () => {
  server.interrupt();
  await server.ended;
  await setting.close();
});

const ran = (...argv: readonly string[]) => started(['connections', ...argv], cwd).ended;
const confirmed = (code: string, ...more: readonly string[]) => ran('confirm', ...WHERE, '--code', code, ...more);
/** What somebody sees in the end who was sent a URL. */
async function sent(...more: readonly string[]) {
  const { out } = await ran('link', ...WHERE, ...more);
  const jar = createJar();
  const atAcme = (url: string) => url.startsWith(setting.endpoint.url);
  const left = await jar.submit(await jar.open(out.trim()), { decision: 'connect' }, atAcme);
  return jar.open(`${left.url}&organization=acme`);
}
const listed = async () => JSON.parse((await ran('list', '--json')).out) as { readonly name: string }[];

test('the account counts once whoever made the URL confirms it by command, once', async () => {
  const end = await sent('--name', 'eu');
  expect(end.text).toContain('Tell this code to whoever sent you here');
  expect(await listed()).toEqual([]);
  const code = codeOf(end).toLowerCase().replace('-', '');
  expect(await confirmed(code)).toMatchObject({ code: 0, out: expect.stringMatching(/^Connected con_\w+\.\n$/) });
  expect(await listed()).toMatchObject([{ tenant: 'acme', name: 'eu', state: 'connected' }]);
  expect(await confirmed(code)).toMatchObject({ code: 2, err: expect.stringContaining('no account waits for') });
  const trail = (await started(['audit', '--json'], cwd).ended).out;
  for (const event of ['connect_url_made', 'connection_created']) expect(trail).toContain(event);
  expect(trail).not.toContain(codeOf(end));
});

test('nobody confirms it with a wrong code, and five end it', async () => {
  const code = codeOf(await sent());
  for (const [index, wrong] of wrongCodes(code, 5).entries()) {
    const ended = await confirmed(wrong);
    expect([ended.code, ended.out, ended.err.includes(wrong)]).toEqual([2, '', false]);
    const trail = (await started(['audit', '--json'], cwd).ended).out;
    expect(trail.includes('connection_refused')).toBe(index === 4);
  }
  expect((await confirmed(code)).code).toBe(2);
  expect(await listed()).toEqual([]);
});

test('that of another tenant, upstream or user is another one', async () => {
  const user = ['--user', 'ada', '--issuer', 'https://id.test'];
  const code = codeOf(await sent(...user));
  for (const more of [[], ['--tenant', 'globex', ...user], ['--upstream', 'other', ...user], ['--user', 'ada']]) {
    expect((await confirmed(code, ...more)).code).toBe(2);
  }
  const { code: exit, out } = await confirmed(code, ...user, '--json');
  expect([exit, JSON.parse(out)]).toMatchObject([0, { subject: 'ada', issuer: 'https://id.test', state: 'connected' }]);
});
