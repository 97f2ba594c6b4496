import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createApiKey, createPepper } from '../../src/auth/api-key.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { deriveKey } from '../../src/lib/seal.ts';
import { TestIssuer } from '../auth/issuer.ts';
import { authorize, introduce, redeem } from '../oauth/strict-login.ts';
import { openWholeServer, type WholeServer } from '../oauth/whole-server.ts';
import { modernBody, modernHeaders } from '../security/door.ts';
import { bearerOf, DOCUMENT, OPEN_TOOLS, verifyingApi } from './api.ts';

/** The life of a token at the identity provider, in seconds. */
const LIFE = 300;

let server: WholeServer;
let api: Awaited<ReturnType<typeof verifyingApi>>;
let issuer: TestIssuer;
let dir: string;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  issuer = await TestIssuer.start();
  // The API asks the identity provider about every token, and remembers what it was told.
  const known = new Map<string, Promise<object>>();
  const ask = async (token: string): Promise<object> => {
    const answer = await fetch(`${server.identityProvider.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${token}` },
    });
    if (answer.status !== 200) throw new Error(`userinfo: ${answer.status}`);
    return (await answer.json()) as object;
  };
  api = await verifyingApi((token) => {
    const asked = known.get(token) ?? ask(token);
    known.set(token, asked);
    return asked;
  });
  dir = mkdtempSync(join(tmpdir(), 'postern-identity-'));
  writeFileSync(join(dir, 'api.json'), JSON.stringify(DOCUMENT));
  server = await openWholeServer({
    baseDir: dir,
    dev: { accessTokenSeconds: LIFE },
    upstreams: { api: { openapi: './api.json', baseUrl: api.url, credential: { from: 'identity' }, ...OPEN_TOOLS } },
    issuers: [{ issuer: issuer.url, claims: { tenant: 'org' }, audience: 'https://mcp.test/mcp' }],
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await server.close();
  await api.close();
  await issuer[Symbol.asyncDispose]();
  rmSync(dir, { recursive: true, force: true });
});

const later = (seconds: number): void => void vi.setSystemTime(Date.now() + seconds * 1000);

/** A new login of Ada's. */
async function login(): Promise<string> {
  const strict = await introduce('registered, none', server);
  return (await redeem(strict, await authorize(strict))).access_token;
}

async function key(tenant = 'acme'): Promise<string> {
  const pepper = createPepper(deriveKey(new Uint8Array(32).fill(9), 'api-keys'));
  const wish = { tenant, name: 'test', scopes: ['*'], expiresAt: null, everyScope: true };
  const made = createApiKey(wish, pepper, systemClock);
  await server.database.keys.insert(made.row);
  return made.key;
}

async function call(credential: string, name = 'me', args: object = {}) {
  const params = { name, arguments: { ...args } };
  const answer = await fetch(server.mcp, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${credential}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...modernHeaders('tools/call', params),
    },
    body: JSON.stringify(modernBody('tools/call', params)),
  });
  const text = await answer.text();
  const body = text.startsWith('{') ? JSON.parse(text) : undefined;
  return { status: answer.status, text, result: body?.result, error: body?.result?.structuredContent?.error };
}

/** How often the identity provider was asked to refresh, since the login. */
const refreshes = (): number => server.idpPaths.filter((path) => path === '/token').length - 1;

describe('the token of the identity provider', () => {
  test('is what the API gets: good there, unknown to the client, and never the token of the client', async () => {
    const token = await login();
    const { result, text } = await call(token);
    expect(result.structuredContent.caller).toMatchObject({ sub: 'user_ada' });
    const sent = bearerOf(api.last());
    expect(sent).not.toBe(token);
    expect(text).not.toContain(sent);
    expect(server.lines.join()).not.toContain(sent);
    expect(refreshes()).toBe(0);
  });

  test('89: that has expired is refreshed once, however many calls want it', async () => {
    const token = await login();
    later(LIFE);
    const answers = await Promise.all(Array.from({ length: 50 }, () => call(token)));
    for (const { result } of answers) expect(result.structuredContent.caller).toMatchObject({ sub: 'user_ada' });
    expect(refreshes()).toBe(1);
    expect(new Set(api.requests.map(bearerOf)).size).toBe(1);
  });

  test('that the API refuses before its time is refreshed, and the call made again, once', async () => {
    const token = await login();
    await call(token);
    const first = bearerOf(api.last());
    later(120);
    api.refused.add(first);
    const { result } = await call(token, 'add_note', { body: { text: 'once more' } });
    expect(result.structuredContent.caller).toMatchObject({ sub: 'user_ada' });
    const [, refused, taken] = api.requests;
    expect(api.requests).toHaveLength(3);
    expect([refused && bearerOf(refused), taken && bearerOf(taken) !== first]).toEqual([first, true]);
    expect([String(taken?.body), taken?.target, taken?.method]).toEqual([
      String(refused?.body),
      refused?.target,
      refused?.method,
    ]);
    expect(refreshes()).toBe(1);
  });

  test('89: that the API refuses for fifty calls at once is refreshed once', async () => {
    const token = await login();
    await call(token);
    later(120);
    api.refused.add(bearerOf(api.last()));
    api.clear();
    const answers = await Promise.all(Array.from({ length: 50 }, () => call(token)));
    for (const { result } of answers) expect(result.structuredContent.caller).toMatchObject({ sub: 'user_ada' });
    expect(refreshes()).toBe(1);
    expect(new Set(api.requests.map(bearerOf)).size).toBe(2);
  });

  test('that the API refuses although it is new is not asked for again: the user has to log in', async () => {
    const token = await login();
    api.answer({ status: 401, headers: { 'content-type': 'application/json' }, body: '{"message":"who are you?"}' });
    for (let times = 0; times < 3; times++) {
      const { error, status } = await call(token);
      expect(status).toBe(200);
      expect(error).toMatchObject({ code: 'needs_reauth', status: 401, upstream: 'api', retryable: false });
      expect(error.hint).toMatch(/log in again: disconnect this server in their client and connect it once more/);
    }
    expect([api.requests.length, refreshes()]).toEqual([3, 0]);
  });

  test('89: of a user who is gone ends the grant: needs_reauth once, and then a challenge', async () => {
    const token = await login();
    server.identityProvider.disable('user_ada');
    later(LIFE);
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(token)));
    const codes = answers.map(({ status, error }) => error?.code ?? status);
    // Whoever comes when it has ended already is told to log in at once.
    expect(codes).toContain('needs_reauth');
    expect(codes.filter((code) => code !== 'needs_reauth' && code !== 401)).toEqual([]);
    expect([api.requests.length, refreshes()]).toEqual([0, 1]);
    expect((await call(token)).status).toBe(401);
    expect(refreshes()).toBe(1);
    expect(await server.grants()).toMatchObject([{ reason: 'idp_refused', idp: null }]);
  });

  test('is of one login: another login of the same user is another grant, and each has its own', async () => {
    const [first, second] = [await login(), await login()];
    await call(first);
    await call(second);
    await call(first);
    const [one, two, three] = api.requests.map(bearerOf);
    expect([one === three, one === two]).toEqual([true, false]);
  });

  test('outlives the server: whoever has logged in before a restart need not again', async () => {
    const token = await login();
    await server.restart();
    later(LIFE);
    expect((await call(token)).result.structuredContent.caller).toMatchObject({ sub: 'user_ada' });
  });
});

describe('a caller who has not logged in here', () => {
  test.each([
    ['with an API key', key],
    ['with the token of another issuer', () => issuer.token({ aud: 'https://mcp.test/mcp' })],
  ])('%s is refused, and told why, before anything is sent', async (_, credential) => {
    const { error } = await call(await credential());
    expect(error).toMatchObject({
      code: 'forbidden',
      retryable: false,
      message: expect.stringContaining('logged in here'),
    });
    expect(error.hint).toMatch(/connect with a login/);
    expect(api.requests).toHaveLength(0);
  });

  test('cannot name the grant of somebody who has, in a token of another issuer', async () => {
    await login();
    const [grant] = await server.grants();
    const stolen = await issuer.token({ aud: 'https://mcp.test/mcp', gid: grant?.id, org: 'acme', sub: 'user_ada' });
    expect((await call(stolen)).error).toMatchObject({ code: 'forbidden' });
    expect(api.requests).toHaveLength(0);
  });

  test('may call what is open to everybody', async () => {
    expect((await call(await key(), 'status')).result.isError).toBeFalsy();
    expect(api.last().headers['authorization']).toBeUndefined();
  });
});
