/** A connect URL is good for no longer than what it was given to, and for the account that was there when it was made. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { createJar, type Jar } from '../oauth/login/jar.ts';
import { modernBody, modernHeaders } from '../security/door.ts';
import { codeOf } from './codes.ts';
import { type Connecting, openConnecting } from './connecting.ts';

let it: Connecting;

beforeEach(async () => {
  it = await openConnecting();
});
afterEach(() => it[Symbol.asyncDispose]());

const called = async () => {
  const params = { name: 'me', arguments: {} };
  const headers = { accept: 'application/json', 'content-type': 'application/json' };
  const answer = await fetch(it.server.mcp, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${await it.key()}`, ...modernHeaders('tools/call', params) },
    body: JSON.stringify(modernBody('tools/call', params)),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any shape.
  return ((await answer.json()) as any).result.structuredContent;
};
/** A browser that has gone as far as the authorization server. */
const begun = async (url: string): Promise<{ readonly jar: Jar; readonly back: string }> => {
  const jar = createJar();
  return { jar, back: `${(await it.allowPage(url, jar)).url}&organization=globex` };
};
/** What opening a URL gives, and coming back to one that was begun. */
const statuses = async (url: string, { jar, back }: { readonly jar: Jar; readonly back: string }) => [
  (await createJar().open(url)).status,
  (await jar.open(back)).status,
];

test('security case 59: one that was told to a key is over with the key, and what was begun connects nothing', async () => {
  const { connectUrl: url } = (await called()).error.details;
  const browser = await begun(url);
  const { database, lines } = it.server;
  const [key] = await database.keys.list('acme');
  expect((await createJar().open(url)).status).toBe(200);
  await database.keys.revoke(key?.id ?? '', systemClock.now());
  expect(await statuses(url, browser)).toEqual([403, 403]);
  expect(await it.rows()).toEqual([]);
  expect(it.setting.oauth.issued()).toBe(0);
  expect(lines.join('')).toContain('what it was given to has ended');
});

test.each([
  ['a login', { grant: 'unknown' }],
  ['an admin key', { adminKey: 'unknown' }],
  ['a key', { key: 'unknown' }],
])('security case 59: one that was given to %s that there is not leads nowhere', async (_, holder) => {
  expect((await createJar().open(await it.url({ holder }))).status).toBe(403);
});

test('security case 59: one that was given to a client leads nowhere while that is suspended', async () => {
  const url = await it.url({ holder: { client: 'program' } });
  const { suspensions } = it.server.database;
  const status = async () => (await createJar().open(url)).status;
  expect(await status()).toBe(200);
  await suspensions.add({ kind: 'client', id: 'program', at: systemClock.now() });
  await expect.poll(status, { timeout: 10_000 }).toBe(403);
});

describe('security case 88: one that was made', () => {
  test('where there was no account replaces none that was connected since', async () => {
    const url = await it.url();
    const browser = await begun(url);
    await it.connected(await it.url());
    const before = await it.rows();
    expect(await statuses(url, browser)).toEqual([403, 403]);
    expect(await it.rows()).toEqual(before);
    expect(await called()).toEqual({ organization: 'acme' });
  });

  test('to replace an account replaces none that was connected anew since', async () => {
    await it.connected(await it.url());
    const url = await it.url();
    const browser = await begun(url);
    await it.connected(await it.url());
    const before = await it.rows();
    expect(await statuses(url, browser)).toEqual([403, 403]);
    expect(await it.rows()).toEqual(before);
  });

  test('to replace an account brings none back that was deleted', async () => {
    await it.connected(await it.url());
    const url = await it.url();
    const browser = await begun(url);
    const [row] = await it.rows();
    await it.server.database.connections.delete(row?.id ?? '');
    expect(await statuses(url, browser)).toEqual([403, 403]);
    expect(await it.rows()).toEqual([]);
  });

  test('before a token was had anew replaces the account all the same', async () => {
    await it.connected(await it.url());
    const browser = await begun(await it.url());
    it.setting.oauth.expireAll();
    expect(await called()).toEqual({ organization: 'acme' });
    expect(await it.rows()).toMatchObject([{ version: 2 }]);
    const end = await browser.jar.open(browser.back);
    expect(await called()).toEqual({ organization: 'acme' });
    expect(await it.confirm(codeOf(end))).toBe(true);
    expect(await called()).toEqual({ organization: 'globex' });
  });
});
