/** Who is told where to connect an account, and whose it would be. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openTicket, type Ticket } from '../../src/connections/ticket.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { connectSealer } from '../../src/server/credentials/connect-url.ts';
import { linksOf } from '../../src/server/links.ts';
import { TestIssuer } from '../auth/issuer.ts';
import { AUDIENCE, DOCUMENT, json, OPEN_TOOLS, SERVER_URL } from '../credentials/api.ts';
import { type Door, MASTER, openDoor } from '../security/door.ts';
import { connect, openSetting, type Setting } from './setting.ts';

let setting: Setting;
let issuer: TestIssuer;
let door: Door;

beforeEach(async () => {
  issuer = await TestIssuer.start();
  setting = await openSetting({ clock: systemClock, clientSecret: MASTER });
});
afterEach(async () => {
  await door[Symbol.asyncDispose]();
  await Promise.all([setting.close(), issuer[Symbol.asyncDispose]()]);
});

const config = () => ({
  server: { url: SERVER_URL },
  auth: { issuers: [{ issuer: issuer.url, claims: { tenant: 'org' } }], links: { enabled: true } },
});

async function open(oauth: object = {}): Promise<void> {
  const client = { clientId: 'postern', tokenEndpoint: `${setting.endpoint.url}/oauth/token` };
  const browser = { authorizationEndpoint: 'https://id.acme.test/authorize' };
  door = await openDoor({
    api: { document: DOCUMENT, url: setting.api.url },
    upstream: { ...OPEN_TOOLS, credential: { from: 'connection', oauth: { ...client, ...browser, ...oauth } } },
    config: config(),
  });
}

/** The ticket of the URL that a caller is told; nothing where they are told none. */
async function told(structured: { readonly error: { readonly code: string; readonly details?: object } }) {
  expect(['needs_connection', 'needs_reauth']).toContain(structured.error.code);
  const url: unknown = Object(structured.error.details).connectUrl;
  if (url === undefined) return undefined;
  const sealed = new URL(String(url)).searchParams.get('ticket') ?? '';
  return openTicket(sealed, 'api', connectSealer(Buffer.from(MASTER)), Date.now());
}

const asUser = async (): Promise<Ticket | undefined> => {
  const token = await issuer.token({ aud: AUDIENCE });
  return told((await door.call(token, 'me')).json.result.structuredContent);
};
const asKey = async () => told((await door.call((await door.key()).key, 'me')).json.result.structuredContent);
const asLink = async () => {
  const read = readConfig(config(), { name: 'test', lineOf: () => undefined }, { baseDir: door.dir, env: {} });
  const { database, cache, clock } = door;
  const links = linksOf(read, { database, cache, clock, master: Buffer.from(MASTER) });
  const { url } = await links.create({ tenant: 'acme', name: 'x' });
  const { json: answer } = await door.send({
    path: new URL(url).pathname,
    headers: { 'content-type': 'application/json', accept: '*/*' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'me', arguments: {} } }),
  });
  return told(answer.result.structuredContent);
};
const theirs = () => ({ subject: 'ada', issuer: issuer.url });
const OURS = { subject: null, issuer: null };

describe('where nothing is connected', () => {
  test('users are told of a URL for themselves, keys of one for the tenant, links of none', async () => {
    await open();
    expect(await asUser()).toMatchObject({ tenant: 'acme', upstream: 'api', name: 'main', ...theirs() });
    expect(await asKey()).toMatchObject({ tenant: 'acme', upstream: 'api', name: 'main', ...OURS });
    expect(await asLink()).toBeUndefined();
  });

  test.each([
    ['users', true],
    ['nobody', false],
  ])('offerTo %s tells keys of none', async (offerTo, users) => {
    await open({ offerTo });
    expect([(await asUser()) !== undefined, await asKey()]).toEqual([users, undefined]);
  });

  test('nobody is told of a URL where accounts are connected otherwise', async () => {
    await open({ authorizationEndpoint: undefined });
    expect([await asUser(), await asKey()]).toEqual([undefined, undefined]);
  });
});

describe('where an account is good no more', () => {
  const lost = async (wish: object) => {
    setting.api.answer(json({}, 401));
    await connect(door, MASTER, { kind: 'oauth2', credential: { accessToken: 'ended' }, name: 'eu', ...wish });
  };

  test('of the tenant, a user cannot replace it, and a key of the tenant can', async () => {
    await open();
    await lost({});
    expect(await asUser()).toBeUndefined();
    expect(await asKey()).toMatchObject({ name: 'eu', ...OURS });
    expect(await asLink()).toBeUndefined();
  });

  test('of a user, that user can', async () => {
    await open();
    await lost(theirs());
    expect(await asUser()).toMatchObject({ name: 'eu', ...theirs() });
  });

  test('and it was connected in another way, it is mended in that way', async () => {
    await open();
    await lost({ kind: 'bearer', credential: { token: 'ended' } });
    expect(await asKey()).toBeUndefined();
  });
});
