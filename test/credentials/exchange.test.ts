import { createRemoteJWKSet, jwtVerify, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts';
import {
  createRecordingUpstream,
  type RecordedAnswer,
  type RecordedRequest,
  type RecordingUpstream,
} from '../../src/testing/recording-upstream.ts';
import { TestIssuer } from '../auth/issuer.ts';
import { type Door, MASTER, openDoor } from '../security/door.ts';
import { AUDIENCE, bearerOf, DOCUMENT, json, OPEN_TOOLS, SERVER_URL, verifyingApi } from './api.ts';

const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';
const API_AUDIENCE = 'https://api.acme.test';

let clock: ManualClock;
let issuer: TestIssuer;
let other: TestIssuer;
/** The token endpoint: it verifies the token it is given, and gives one for the API. */
let endpoint: RecordingUpstream;
let api: Awaited<ReturnType<typeof verifyingApi>>;
let doors: Door[];
/** Instead of a token. */
let instead: ((form: URLSearchParams, request: RecordedRequest) => RecordedAnswer | undefined) | undefined;
/** Seconds that exchanged tokens live. */
let life: number | undefined;

beforeEach(async () => {
  clock = manualClock(Date.now());
  issuer = await TestIssuer.start(undefined, clock);
  other = await TestIssuer.start(undefined, clock);
  doors = [];
  instead = undefined;
  life = 600;
  const keys = createRemoteJWKSet(new URL('/jwks', issuer.url));
  const checked = { issuer: issuer.url, currentDate: new Date(clock.now()) };
  endpoint = await createRecordingUpstream({
    answer: async (request) => {
      const form = new URLSearchParams(String(request.body));
      const refusal = instead?.(form, request);
      if (refusal !== undefined) return refusal;
      const { payload } = await jwtVerify(form.get('subject_token') ?? '', keys, { ...checked, audience: AUDIENCE });
      const token = await exchanged(String(payload.sub));
      const more = life === undefined ? {} : { expires_in: life };
      return json({ access_token: token, issued_token_type: ACCESS_TOKEN, token_type: 'Bearer', ...more });
    },
  });
  api = await verifyingApi(
    async (token) => (await jwtVerify(token, keys, { ...checked, audience: API_AUDIENCE })).payload,
  );
});
afterEach(async () => {
  for (const door of doors.reverse()) await door[Symbol.asyncDispose]();
  await Promise.all([issuer[Symbol.asyncDispose](), other[Symbol.asyncDispose](), api.close(), endpoint.close()]);
});

let count = 0;
async function exchanged(sub: string): Promise<string> {
  const [key] = issuer.keys;
  if (key === undefined) throw new Error('no key');
  const now = Math.floor(clock.now() / 1000);
  return new SignJWT({ sub, iat: now, exp: now + 3_600, jti: String(++count) })
    .setIssuer(issuer.url)
    .setAudience(API_AUDIENCE)
    .setProtectedHeader({ alg: 'ES256', kid: key.id })
    .sign(key.privateKey);
}

async function open(credential: object = {}, beside?: Door): Promise<Door> {
  const door = await openDoor({
    ...{ clock, api: { document: DOCUMENT, url: api.url }, ...(beside === undefined ? {} : { beside }) },
    upstream: {
      ...OPEN_TOOLS,
      credential: {
        ...{ from: 'exchange', tokenEndpoint: `${endpoint.url}/token`, clientId: 'postern', issuer: issuer.url },
        // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
        clientSecret: '${env:MASTER}',
        ...credential,
      },
    },
    config: {
      server: { url: SERVER_URL },
      auth: {
        issuers: [
          { issuer: issuer.url, claims: { tenant: 'org' } },
          { issuer: other.url, claims: { tenant: 'org' } },
        ],
      },
    },
  });
  doors.push(door);
  return door;
}

const tokenOf = (claims: object = {}) => issuer.token({ aud: AUDIENCE, ...claims });
const formOf = ({ body }: RecordedRequest) => Object.fromEntries(new URLSearchParams(String(body)));

describe('the exchange', () => {
  test('gives the presented token and gets one for the API, as RFC 8693 has it', async () => {
    const door = await open({
      ...{ audience: ['api', 'other'], resource: [API_AUDIENCE], scopes: ['notes', 'me'] },
      requestedTokenType: ACCESS_TOKEN,
    });
    const token = await tokenOf();
    const { json: answer, body } = await door.call(token, 'me');
    expect(answer.result.structuredContent.caller).toMatchObject({ sub: 'ada', aud: API_AUDIENCE });
    const asked = new URLSearchParams(String(endpoint.last().body));
    expect(Object.fromEntries(asked)).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      ...{ subject_token: token, subject_token_type: ACCESS_TOKEN, requested_token_type: ACCESS_TOKEN },
      ...{ audience: 'other', resource: API_AUDIENCE, scope: 'notes me' },
    });
    expect(asked.getAll('audience')).toEqual(['api', 'other']);
    expect(body).not.toContain(bearerOf(api.last()).split('.')[2]);
  });

  test.each([
    ['client_secret_basic', 'client_secret_basic', `Basic ${Buffer.from(`postern:${MASTER}`).toString('base64')}`, {}],
    ['client_secret_post', 'client_secret_post', undefined, { client_id: 'postern', client_secret: MASTER }],
    ['no secret', undefined, undefined, { client_id: 'postern' }],
  ])('proves itself with %s', async (_, authMethod, authorization, form) => {
    const door = await open(authMethod === undefined ? { clientSecret: undefined } : { authMethod });
    await door.call(await tokenOf(), 'me');
    expect(endpoint.last().headers['authorization']).toBe(authorization);
    const { client_id, client_secret } = formOf(endpoint.last());
    expect({ client_id, client_secret }).toEqual({ client_id: undefined, client_secret: undefined, ...form });
  });

  test('happens once for fifty calls at once, and once for all that follow, on every node', async () => {
    const door = await open();
    const beside = await open({}, door);
    const token = await tokenOf();
    await Promise.all(Array.from({ length: 50 }, () => door.call(token, 'me')));
    for (const node of [door, beside, door, beside]) await node.call(token, 'me');
    expect([endpoint.requests.length, api.requests.length]).toEqual([1, 54]);
    expect(new Set(api.requests.map(bearerOf)).size).toBe(1);
  });

  test('68: is each caller’s own', async () => {
    const door = await open();
    const [ada, bob] = [await tokenOf(), await tokenOf({ sub: 'bob', org: 'globex' })];
    for (const [token, sub] of [
      [ada, 'ada'],
      [bob, 'bob'],
      [ada, 'ada'],
      [bob, 'bob'],
    ] as const) {
      expect((await door.call(token, 'me')).json.result.structuredContent.caller).toMatchObject({ sub });
    }
    expect(endpoint.requests).toHaveLength(2);
  });

  test('is nobody’s who has nothing to exchange: a key, or the token of an issuer that is not the one', async () => {
    const door = await open();
    for (const credential of [(await door.key()).key, await other.token({ aud: AUDIENCE })]) {
      const { error } = (await door.call(credential, 'me')).json.result.structuredContent;
      expect(error).toMatchObject({ code: 'forbidden', retryable: false });
    }
    expect([endpoint.requests.length, api.requests.length]).toEqual([0, 0]);
  });
});

describe('what was exchanged', () => {
  test('is used until half a minute before it ends', async () => {
    life = 100;
    const door = await open();
    const token = await tokenOf();
    const calls = async (after: number) => {
      await clock.advance(after * 1000);
      await door.call(token, 'me');
      return endpoint.requests.length;
    };
    expect([await calls(0), await calls(69), await calls(2), await calls(1)]).toEqual([1, 1, 2, 2]);
  });

  test('is not used beyond the end of the token it was given for', async () => {
    const door = await open();
    const now = Math.floor(clock.now() / 1000);
    const token = await tokenOf({ exp: now + 40 });
    await door.call(token, 'me');
    await clock.advance(41_000);
    await door.call(token, 'me');
    expect(endpoint.requests).toHaveLength(2);
  });

  test('is used for a minute where nobody says how long it lives', async () => {
    life = undefined;
    const door = await open();
    const token = await tokenOf();
    for (const seconds of [0, 59, 2]) {
      await clock.advance(seconds * 1000);
      await door.call(token, 'me');
    }
    expect(endpoint.requests).toHaveLength(2);
  });

  test('87: is kept sealed, and good for nothing under another name', async () => {
    const door = await open();
    const kept = new Map<string, string>();
    const { set } = door.cache;
    const keep: typeof set = (key, value, ttlMs) => {
      if (key.startsWith('exchange:')) kept.set(key, value);
      return set(key, value, ttlMs);
    };
    Object.assign(door.cache, { set: keep });
    const [ada, bob] = [await tokenOf(), await tokenOf({ sub: 'bob', org: 'globex' })];
    await door.call(ada, 'me');
    const secret = bearerOf(api.last());
    await door.call(bob, 'me');
    const [[adas, sealed] = ['', ''], [bobs] = ['']] = [...kept];
    expect(sealed).toMatch(/^x1\.[\w-]+$/);
    for (const text of [sealed, adas, door.log()]) expect(text).not.toContain(secret.slice(-40));
    // Ada's token in the place of Bob's, cut off, or altered: it does not open, and Bob gets his own anew.
    for (const forged of [sealed, sealed.slice(0, -8), `${sealed.slice(0, -2)}AA`, '{"token":"forged"}']) {
      await set(bobs, forged, 60_000);
      const { json: answer } = await door.call(bob, 'me');
      expect(answer.result.structuredContent.caller).toMatchObject({ sub: 'bob' });
      expect(bearerOf(api.last())).not.toBe(secret);
    }
    expect(endpoint.requests).toHaveLength(6);
  });

  test('is exchanged anew, once, where the API refuses it, and once a minute where it refuses that too', async () => {
    const door = await open();
    const token = await tokenOf();
    await door.call(token, 'me');
    await clock.advance(61_000);
    api.refused.add(bearerOf(api.last()));
    const answers = await Promise.all(Array.from({ length: 20 }, () => door.call(token, 'add_note', { body: {} })));
    for (const { json: answer } of answers) expect(answer.result.isError).toBeFalsy();
    expect(endpoint.requests).toHaveLength(2);
    api.answer(json({ message: 'no' }, 401));
    for (let times = 0; times < 5; times++) {
      const { error } = (await door.call(token, 'me')).json.result.structuredContent;
      expect(error).toMatchObject({ code: 'needs_reauth', status: 401, hint: expect.stringContaining('log in again') });
    }
    expect(endpoint.requests).toHaveLength(2);
  });
});

describe('a token endpoint that says no', () => {
  test.each([
    ['invalid_grant', 400, 'needs_reauth'],
    ['invalid_request', 400, 'needs_reauth'],
    ['interaction_required', 400, 'needs_reauth'],
    ['access_denied', 403, 'forbidden'],
    ['invalid_target', 400, 'forbidden'],
    ['invalid_scope', 400, 'forbidden'],
    ['invalid_client', 401, 'upstream_error'],
    ['unauthorized_client', 400, 'upstream_error'],
    ['unsupported_grant_type', 400, 'upstream_error'],
    ['temporarily_unavailable', 503, 'upstream_unavailable'],
    ['slow_down', 429, 'upstream_unavailable'],
  ])('%s (%i) is %s', async (error, status, code) => {
    const door = await open();
    instead = () => json({ error, error_description: 'CANARY words of the server' }, status);
    const answer = await door.call(await tokenOf(), 'me');
    const failed = answer.json.result.structuredContent.error;
    expect(failed).toMatchObject({ code, retryable: code === 'upstream_unavailable', upstream: 'api' });
    expect(JSON.stringify(answer.json)).not.toContain('CANARY');
    expect(api.requests).toHaveLength(0);
    const isOurs = code === 'upstream_error' || error === 'invalid_request';
    expect(door.log().includes(`token exchange: ${error}`)).toBe(isOurs);
  });

  test.each<[string, RecordedAnswer, string]>([
    ['a gateway', { status: 502, body: '<p>bad gateway' }, 'upstream_unavailable'],
    ['nonsense', { status: 200, headers: { 'content-type': 'application/json' }, body: '{' }, 'upstream_unavailable'],
    ['no token', json({ token_type: 'Bearer' }), 'upstream_error'],
    ['a token that is bound to a key', json({ access_token: 'x', token_type: 'DPoP' }), 'upstream_error'],
    ['a redirect', { status: 302, headers: { location: 'https://elsewhere.test/token' } }, 'upstream_unavailable'],
  ])('%s is no token', async (_, answer, code) => {
    const door = await open();
    instead = () => answer;
    const { error } = (await door.call(await tokenOf(), 'me')).json.result.structuredContent;
    expect(error).toMatchObject({ code });
    expect(api.requests).toHaveLength(0);
  });

  test('is asked again by the next call: a refusal is not kept', async () => {
    const door = await open();
    const token = await tokenOf();
    instead = () => json({ error: 'invalid_grant' }, 400);
    await door.call(token, 'me');
    instead = undefined;
    expect((await door.call(token, 'me')).json.result.isError).toBeFalsy();
  });
});
