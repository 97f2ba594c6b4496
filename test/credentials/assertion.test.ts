import { createRemoteJWKSet, customFetch, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openAssertionKeys } from '../../src/oauth/keys/open-keys.ts';
import { ASSERTION_KEYS_PATH } from '../../src/server/credentials/assertion-keys.ts';
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts';
import { TestIssuer } from '../auth/issuer.ts';
import { type Door, type DoorOptions, MASTER, openDoor } from '../security/door.ts';
import { AUDIENCE, bearerOf, DOCUMENT, OPEN_TOOLS, SERVER_URL, verifyingApi } from './api.ts';

let clock: ManualClock;
let door: Door;
let api: Awaited<ReturnType<typeof verifyingApi>>;
let issuers: TestIssuer[];

/** Who trusts what the published keys have signed, for an audience of its own. */
async function verify(token: string): Promise<object> {
  const keys = createRemoteJWKSet(new URL(ASSERTION_KEYS_PATH, door.url), {
    [customFetch]: fetch,
    cooldownDuration: 0,
  });
  const { payload } = await jwtVerify(token, keys, {
    ...{ issuer: SERVER_URL, audience: api.url, typ: 'JWT', algorithms: ['ES256'] },
    requiredClaims: ['sub', 'tenant', 'exp', 'iat', 'jti'],
    currentDate: new Date(clock.now()),
  });
  return payload;
}

beforeEach(async () => {
  clock = manualClock(Date.now());
  api = await verifyingApi(verify);
  issuers = [await TestIssuer.start(undefined, clock), await TestIssuer.start(undefined, clock)];
});
afterEach(async () => {
  await door[Symbol.asyncDispose]();
  for (const issuer of issuers) await issuer[Symbol.asyncDispose]();
  await api.close();
});

async function open(credential: object = {}, beside?: Door, config: object = {}): Promise<Door> {
  const options: DoorOptions = {
    ...{ clock, api: { document: DOCUMENT, url: api.url }, ...(beside === undefined ? {} : { beside }) },
    upstream: { ...OPEN_TOOLS, credential: { from: 'assertion', ...credential } },
    config: {
      server: { url: SERVER_URL },
      auth: { issuers: issuers.map(({ url }) => ({ issuer: url, claims: { tenant: 'org' } })) },
      ...config,
    },
  };
  return openDoor(options);
}

/** What the API was told by the last call. */
async function told(credential: string, tool = 'me'): Promise<{ readonly [claim: string]: unknown }> {
  const { json } = await door.call(credential, tool);
  expect(json.result.isError, JSON.stringify(json)).toBeFalsy();
  return json.result.structuredContent.caller;
}

test('an assertion says who calls, in the name of this server, to one audience and for a minute', async () => {
  door = await open();
  const { key, id } = await door.key('acme', { scopes: ['notes:read', 'notes:write'] });
  const claims = await told(key);
  expect(claims).toMatchObject({
    ...{ iss: SERVER_URL, aud: api.url, sub: id, tenant: 'acme', kind: 'key', scope: 'notes:read notes:write' },
    jti: expect.stringMatching(/^[\w-]{36}$/),
  });
  expect(Number(claims['exp']) - Number(claims['iat'])).toBe(60);
  expect(decodeProtectedHeader(bearerOf(api.last()))).toEqual({ alg: 'ES256', typ: 'JWT', kid: expect.any(String) });
});

test('the user of an issuer is named as the issuer names them, with the client that acts for them', async () => {
  door = await open({ audience: api.url, seconds: 30 });
  const token = await issuers[0]?.token({ aud: AUDIENCE, scope: 'b a' });
  const claims = await told(String(token));
  expect(claims).toMatchObject({ sub: 'ada', tenant: 'acme', kind: 'user', client_id: 'client-1', scope: 'a b' });
  expect(claims['sub_id']).toEqual({ format: 'iss_sub', iss: issuers[0]?.url, sub: 'ada' });
  expect(Number(claims['exp']) - Number(claims['iat'])).toBe(30);
});

describe('one assertion', () => {
  test('is sent again for most of its life, and then another one', async () => {
    door = await open();
    const { key } = await door.key();
    const first = await told(key);
    await clock.advance(44_000);
    expect((await told(key))['jti']).toBe(first['jti']);
    await clock.advance(2_000);
    const next = await told(key);
    expect(next['jti']).not.toBe(first['jti']);
    expect(next['iat']).toBe(Number(first['iat']) + 46);
  });

  test('is for one call, where the upstream takes each once', async () => {
    door = await open({ once: true });
    const { key } = await door.key();
    const all = [await told(key), await told(key), await told(key)].map(({ jti }) => jti);
    expect(new Set(all).size).toBe(3);
  });

  test('68: is that of its caller, however callers take turns', async () => {
    door = await open();
    const keys = [await door.key('acme'), await door.key('globex'), await door.key('acme', { scopes: ['a:read'] })];
    const turns = [...keys, ...keys, ...keys.reverse()];
    for (const { key, id } of turns) expect(await told(key)).toMatchObject({ sub: id });
    expect(new Set(api.requests.map(bearerOf)).size).toBe(3);
  });

  test('86: tells apart whom two issuers call by the same name', async () => {
    door = await open();
    const said: unknown[] = [];
    for (const issuer of [...issuers, ...issuers]) {
      const claims = await told(await issuer.token({ aud: AUDIENCE }));
      said.push(claims['sub_id']);
    }
    const named = issuers.map(({ url }) => ({ format: 'iss_sub', iss: url, sub: 'ada' }));
    expect(said).toEqual([...named, ...named]);
    expect(new Set(api.requests.map(bearerOf)).size).toBe(2);
  });

  test('does not outlive the credential it was made from', async () => {
    door = await open();
    const { key } = await door.key('acme', { expiresAt: clock.now() + 20_000 });
    const { exp, iat } = await told(key);
    expect(Number(exp) - Number(iat)).toBeLessThanOrEqual(20);
  });

  test('is none for an operation that is open to everybody', async () => {
    door = await open();
    const { key } = await door.key();
    expect((await door.call(key, 'status')).json.result.isError).toBeFalsy();
    expect(api.last().headers['authorization']).toBeUndefined();
  });
});

test('50: an assertion is no access token of ours, whoever presents it', async () => {
  door = await open();
  const { key } = await door.key();
  await told(key);
  const assertion = bearerOf(api.last());
  const answer = await door.call(assertion, 'me');
  expect(answer.status).toBe(401);
  expect(answer.headers['www-authenticate']).toContain('invalid_token');
});

test('an upstream that does not take it is the business of the operator: it is asked once, and so are they', async () => {
  door = await open();
  const { key } = await door.key();
  api.answer({ status: 401, headers: { 'content-type': 'application/json' }, body: '{"error":"no"}' });
  const { json } = await door.call(key, 'me');
  expect(json.result.structuredContent.error).toMatchObject({ code: 'upstream_error', status: 401, retryable: false });
  expect(api.requests).toHaveLength(1);
  expect(door.log()).toMatch(/"level":"error".*credential_refused/);
});

test('what the upstream repeats of it is taken out', async () => {
  door = await open();
  const { key } = await door.key();
  api.answer(async (request) => ({
    status: 400,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: `cannot read ${bearerOf(request)}` }),
  }));
  const answer = await door.call(key, 'me');
  expect(answer.json.result.structuredContent.error.message).toMatch(/^cannot read/);
  expect(answer.body).not.toContain(bearerOf(api.last()).split('.')[2]);
});

describe('the keys', () => {
  const published = async (from = door) => {
    const answer = await from.send({ method: 'GET', path: ASSERTION_KEYS_PATH });
    return { ...answer, kids: answer.json?.keys?.map(({ kid }: { kid: string }) => kid) };
  };

  test('are public, without their private half, for any page and for five minutes', async () => {
    door = await open();
    const { status, headers, json } = await published();
    expect(status).toBe(200);
    expect(headers).toMatchObject({ 'cache-control': 'public, max-age=300', 'access-control-allow-origin': '*' });
    expect(json.keys).toEqual([expect.objectContaining({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' })]);
    expect(json.keys[0]).not.toHaveProperty('d');
  });

  test('are there only where an upstream needs them', async () => {
    door = await open({}, undefined, { upstreams: {} });
    expect((await published()).status).toBe(404);
  });

  test('are the same on all nodes, and rotate with overlap', async () => {
    door = await open();
    const { key } = await door.key();
    const other = await open({}, door);
    const [first] = (await published()).kids;
    expect((await published(other)).kids).toEqual([first]);
    const { database, cache } = door;
    const master = Buffer.from(MASTER);
    const keys = openAssertionKeys({ tables: database.oauth, cache, clock, master, failed: () => undefined });
    const next = await keys.rotate();
    await clock.advance(60_000);
    await settled(async () => (await published(other)).kids.length === 2);
    expect(await told(key)).toMatchObject({ sub: expect.any(String) });
    expect(decodeProtectedHeader(bearerOf(api.last())).kid).toBe(first);
    await clock.advance(15 * 60_000);
    await told(key);
    expect(decodeProtectedHeader(bearerOf(api.last())).kid).toBe(next);
    expect((await published()).kids).toContain(first);
    await other[Symbol.asyncDispose]();
  });
});

/** Reading the database takes turns of the event loop that no clock counts. */
async function settled(done: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 100 && !(await done()); turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
