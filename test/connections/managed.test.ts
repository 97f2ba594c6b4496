/** Accounts that are managed by the admin API: how many there may be, and where a person is sent to connect one. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { MOST_OF_OWNER } from '../../src/connections/add.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type Administered, type Asker, openAdministered } from '../admin/admin.ts';
import { TestIssuer } from '../auth/issuer.ts';
import { AUDIENCE, bearerOf, DOCUMENT, json, OPEN_TOOLS, SERVER_URL } from '../credentials/api.ts';
import { type Door, MASTER } from '../security/door.ts';
import { openConnecting } from './connecting.ts';
import { connect, openSetting, type Setting } from './setting.ts';

let setting: Setting;
let issuer: TestIssuer;
let server: Administered;
let door: Door;
let admin: Asker;

beforeEach(async () => {
  issuer = await TestIssuer.start();
  setting = await openSetting({ clock: systemClock, clientSecret: MASTER });
  setting.api.answer(json({}));
  const oauth = {
    ...{ clientId: 'postern', tokenEndpoint: 'https://{subdomain}.crm.test/token' },
    authorizationEndpoint: 'https://{subdomain}.crm.test/authorize',
  };
  const of = (baseUrl: string, more: object, tools: object = {}) => ({
    ...{ openapi: './api.json', baseUrl, tools: { ...OPEN_TOOLS.tools, ...tools } },
    credential: { from: 'connection', ...more },
  });
  const renamed = { include: [{ operation: 'me' }], overrides: { me: { name: 'crm_me' } } };
  server = await openAdministered({
    api: { document: DOCUMENT, url: setting.api.url },
    config: {
      server: { url: SERVER_URL, hosts: ['127.0.0.1'] },
      upstreams: { api: of(setting.api.url, {}), crm: of('https://{subdomain}.crm.test/v2', { oauth }, renamed) },
      auth: { admin: { enabled: true }, issuers: [{ issuer: issuer.url, claims: { tenant: 'org' } }] },
    },
  });
  door = server.door;
  admin = await server.as({ role: 'admin', tenant: 'acme' });
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  await Promise.all([setting.close(), issuer[Symbol.asyncDispose]()]);
});

const bearer = (token: string, wish: object) =>
  connect(door, MASTER, { kind: 'bearer', credential: { token }, ...wish });
const create = (name: string, more: object = {}) =>
  admin('POST', '/connections', {
    body: { upstream: 'api', name, kind: 'bearer', credential: { token: 't' }, ...more },
  });

describe('security case 111: the accounts of a tenant', () => {
  test('are so many at an upstream and no more, for the tenant and for each user', async () => {
    const user = () => ({ user: { subject: 'ada', issuer: issuer.url } });
    for (let n = 1; n < MOST_OF_OWNER; n++) {
      await bearer('t', { name: `n${n}` });
      await bearer('t', { name: `n${n}`, subject: 'ada', issuer: issuer.url });
    }
    expect([(await create('last')).status, (await create('last', user())).status]).toEqual([201, 201]);
    const refused = await create('more');
    expect([refused.status, refused.json.detail]).toEqual([400, expect.stringContaining(`${MOST_OF_OWNER} `)]);
    expect((await create('more', user())).status).toBe(400);
    expect((await create('last')).status).toBe(409);
    expect((await create('more', { user: { subject: 'ben', issuer: issuer.url } })).status).toBe(201);
    expect((await bearer('t', { name: 'more', tenant: 'globex' })).id).toBeDefined();
  });

  test('however many there are, take from no user what is their own', async () => {
    for (let n = 0; n < 3 * MOST_OF_OWNER; n++) await bearer('of-acme', { name: `n${n}` });
    await bearer('of-ada', { name: 'z', subject: 'ada', issuer: issuer.url });
    const token = await issuer.token({ aud: AUDIENCE });
    const { json: answer } = await door.call(token, 'me', { connection: 'z' });
    expect([answer.result.structuredContent, bearerOf(setting.api.last())]).toEqual([{}, 'of-ada']);
  });
});

describe('a connect URL', () => {
  const opened = async (body: object) => {
    const made = await admin('POST', '/connect-urls', { body: { upstream: 'crm', ...body } });
    if (made.status !== 201) return made;
    const { pathname, search, host } = new URL(made.json.url);
    return door.send({ method: 'GET', path: pathname + search, headers: { host } });
  };

  test('says where the account is, and so does its page', async () => {
    const { body } = await opened({ variables: { subdomain: 'acme-eu' } });
    expect(body).toContain('acme-eu.crm.test');
    expect(body).not.toMatch(/\{subdomain\}|variable_subdomain/);
  });

  test.each([{ subdomain: 'evil.test/' }, { other: 'x' }])('with %j is refused', async (variables) => {
    expect((await opened({ variables })).status).toBe(400);
  });
});

test('a browser that connects one account too many is told so, and connects those that are there anew', async () => {
  await using it = await openConnecting();
  const { connections } = it.server.database;
  await it.connected(await it.url());
  const [row] = await it.rows();
  if (row === undefined) throw new Error('nothing was connected');
  for (let n = 0; n < 2 * MOST_OF_OWNER; n++) await connections.insert({ ...row, id: `con_${n}`, name: `a${n}` });
  const end = await it.connect(await it.url({ name: 'more' }));
  expect([end.status, end.text]).toEqual([409, expect.stringContaining('as many accounts as there may be')]);
  await it.connected(await it.url());
  expect((await connections.find(row.id))?.version).toBe(2);
});
