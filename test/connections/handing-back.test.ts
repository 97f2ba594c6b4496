/** Accounts that whoever asked for them takes over: it knows whose browser came back (rule: initiator and completer are one). */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { type Administered, type Asker, openAdministered } from '../admin/admin.ts';
import { DOCUMENT, OPEN_TOOLS, SERVER_URL } from '../credentials/api.ts';
import { MASTER } from '../security/door.ts';
import { browse as browsed } from './browsing.ts';
import { openSetting, type Setting } from './setting.ts';

const RETURN_TO = 'https://app.acme.test/connected?from=postern';

let setting: Setting;
let server: Administered;
let operator: Asker;

beforeEach(async () => {
  const authorize = { redirectUri: `${SERVER_URL}/connect/api/callback` };
  setting = await openSetting({ clock: systemClock, clientSecret: MASTER, authorize });
  const oauth = {
    ...{ clientId: 'postern', tokenEndpoint: `${setting.endpoint.url}/oauth/token`, returnTo: [RETURN_TO] },
    authorizationEndpoint: `${setting.endpoint.url}/oauth/authorize`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    clientSecret: '${env:MASTER}',
  };
  server = await openAdministered({
    api: { document: DOCUMENT, url: setting.api.url },
    upstream: { ...OPEN_TOOLS, credential: { from: 'connection', oauth } },
    config: { server: { url: SERVER_URL, hosts: ['127.0.0.1'] } },
  });
  operator = await server.as();
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await setting.close();
});

/** What the browser is sent to in the end, and the cookies that it was given. */
async function browse(connectUrl: string): Promise<{ readonly end: URL; readonly cookies: readonly string[] }> {
  const { back, cookies } = await browsed(server.door, connectUrl);
  expect(back.status).toBe(303);
  return { end: new URL(String(back.headers['location'])), cookies };
}

const urlFor = async (tenant: string): Promise<string> => {
  const made = await operator('POST', '/connect-urls', { body: { tenant, upstream: 'api', returnTo: RETURN_TO } });
  expect(made.status).toBe(201);
  return made.json.url;
};
const rows = () => server.door.database.connections.list({ limit: 10 });

test('an account is kept once the server that asked for it confirms the code, which is good once', async () => {
  const { end, cookies } = await browse(await urlFor('acme'));
  expect(end.href.startsWith(`${RETURN_TO}&code=`)).toBe(true);
  expect(cookies.length).toBeGreaterThan(1);
  for (const cookie of cookies)
    expect(cookie).toMatch(/^__Host-postern-.*; Path=\/; .*HttpOnly; SameSite=Lax; Secure$/);
  expect(await rows()).toEqual([]);

  const code = end.searchParams.get('code');
  const admin = await server.as({ role: 'admin', tenant: 'acme' });
  const confirmed = await admin('POST', '/connection-confirmations', { body: { code } });
  expect(confirmed).toMatchObject({ status: 201, json: { upstream: 'api', name: 'main' } });
  expect(await rows()).toMatchObject([{ id: confirmed.json.id, tenant: 'acme', state: 'connected' }]);
  expect((await admin('POST', '/connection-confirmations', { body: { code } })).status).toBe(404);
  const { json: answer } = await server.door.call((await server.door.key()).key, 'me');
  expect(answer.result.structuredContent).toEqual({ organization: 'acme' });
  const trail = await operator('GET', '/audit');
  expect(trail.body).toContain('connection_created');
});

test('nobody of another tenant takes it over, and it is forgotten then', async () => {
  const { end } = await browse(await urlFor('acme'));
  const code = end.searchParams.get('code');
  const [other, auditor] = [
    await server.as({ role: 'admin', tenant: 'globex' }),
    await server.as({ role: 'auditor', tenant: 'acme' }),
  ];
  expect((await auditor('POST', '/connection-confirmations', { body: { code } })).status).toBe(403);
  const answers = [
    await other('POST', '/connection-confirmations', { body: { code } }),
    await other('POST', '/connection-confirmations', { body: { code: 'unknown' } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404]);
  expect((await other('POST', '/connection-confirmations', { body: { code, tenant: 'acme' } })).status).toBe(403);
  expect(await rows()).toEqual([]);
});

test('security case 59: nothing is kept for an admin key that was revoked while the browser was away', async () => {
  const asked = await server.as({ role: 'admin', tenant: 'acme' });
  const made = await asked('POST', '/connect-urls', { body: { upstream: 'api', returnTo: RETURN_TO } });
  const { pathname, search, host } = new URL(
    (await asked('POST', '/connect-urls', { body: { upstream: 'api', name: 'other' } })).json.url,
  );
  const page = async () =>
    (await server.door.send({ method: 'GET', path: pathname + search, headers: { host } })).status;
  expect(await page()).toBe(200);
  const { end } = await browse(made.json.url);
  await server.door.database.adminKeys.revoke(asked.id, systemClock.now());
  const body = { code: end.searchParams.get('code'), tenant: 'acme' };
  expect((await operator('POST', '/connection-confirmations', { body })).status).toBe(404);
  expect([await rows(), await page()]).toEqual([[], 403]);
});

test('no browser is sent to a page that the config does not name', async () => {
  const body = { tenant: 'acme', upstream: 'api', returnTo: 'https://evil.test/' };
  expect((await operator('POST', '/connect-urls', { body })).status).toBe(400);
});
