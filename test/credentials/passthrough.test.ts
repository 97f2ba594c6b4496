import { inspect } from 'node:util';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PresentedToken } from '../../src/core/presented-token.ts';
import { TestIssuer } from '../auth/issuer.ts';
import { type Door, openDoor, UPSTREAM_TOKEN } from '../security/door.ts';
import { AUDIENCE, bearerOf, DOCUMENT, OPEN_TOOLS, SERVER_URL, verifyingApi } from './api.ts';

const API_AUDIENCE = 'https://api.acme.test';

let issuer: TestIssuer;
let other: TestIssuer;
let api: Awaited<ReturnType<typeof verifyingApi>>;
let door: Door;

beforeEach(async () => {
  issuer = await TestIssuer.start();
  other = await TestIssuer.start();
  const keys = createRemoteJWKSet(new URL('/jwks', issuer.url));
  api = await verifyingApi(async (token) => {
    return (await jwtVerify(token, keys, { issuer: issuer.url, audience: API_AUDIENCE })).payload;
  });
});
afterEach(async () => {
  await door[Symbol.asyncDispose]();
  await Promise.all([issuer[Symbol.asyncDispose](), other[Symbol.asyncDispose](), api.close()]);
});

/** The tokens of one issuer are made out to the API, those of the other to the endpoint. */
async function open(credential: object): Promise<void> {
  door = await openDoor({
    api: { document: DOCUMENT, url: api.url },
    // One static credential for callers of several tenants has to be wanted.
    upstream: { tools: { ...OPEN_TOOLS.tools, shared: [{ path: '/**' }] }, credential },
    config: {
      server: { url: SERVER_URL },
      auth: {
        issuers: [
          { issuer: issuer.url, audience: API_AUDIENCE, claims: { tenant: 'org' } },
          { issuer: other.url, claims: { tenant: 'org' } },
        ],
      },
    },
  });
}

describe('passthrough', () => {
  beforeEach(() => open({ from: 'passthrough', audience: API_AUDIENCE }));

  test('sends the token that the caller came with, to the audience it is made out to', async () => {
    const tokens = [await issuer.token({ aud: API_AUDIENCE }), await issuer.token({ aud: API_AUDIENCE, sub: 'bob' })];
    // Known tokens are known by the server, and each stays its caller's (security case 68).
    for (const token of [...tokens, ...tokens]) {
      const { json } = await door.call(token, 'me');
      expect(json.result.structuredContent.caller).toMatchObject({ sub: token === tokens[0] ? 'ada' : 'bob' });
      expect(bearerOf(api.last())).toBe(token);
    }
  });

  test('55: sends nothing else: no key, no token of another audience, no token from elsewhere', async () => {
    const { key } = await door.key();
    const foreign = await other.token({ aud: AUDIENCE });
    for (const credential of [key, foreign]) {
      const { json } = await door.call(credential, 'me');
      expect(json.result.structuredContent.error).toMatchObject({ code: 'forbidden', retryable: false });
    }
    // What is not meant for the API is not even a credential here.
    const elsewhere = await issuer.token({ aud: AUDIENCE });
    expect((await door.call(elsewhere, 'me')).status).toBe(401);
    expect(api.requests).toHaveLength(0);
  });

  test('is warned about at the start', () => {
    expect(door.postern.remarks).toEqual([expect.stringContaining('upstreams.api.credential')]);
  });

  test('leaves the token in no log, no error and no store', async () => {
    const kept: string[] = [];
    const { set } = door.cache;
    const keep: typeof set = (key, value, ttlMs) => {
      kept.push(value);
      return set(key, value, ttlMs);
    };
    Object.assign(door.cache, { set: keep });
    const token = await issuer.token({ aud: API_AUDIENCE });
    const signature = String(token.split('.')[2]);
    await door.call(token, 'me');
    api.refused.add(token);
    const refused = await door.call(token, 'me');
    expect(refused.json.result.structuredContent.error.code).toBe('needs_reauth');
    expect(api.requests).toHaveLength(2);
    for (const text of [refused.body, door.log(), ...kept]) expect(text).not.toContain(signature);
    expect(kept.length).toBeGreaterThan(0);
  });

  test('takes the token out of what the API repeats of it', async () => {
    const token = await issuer.token({ aud: API_AUDIENCE });
    for (const status of [200, 400, 403, 500]) {
      api.answer({
        status,
        headers: { 'content-type': 'application/json', 'x-seen': token },
        body: JSON.stringify({ message: `you sent ${token} to us`, token }),
      });
      const answer = await door.call(token, 'me');
      expect(JSON.stringify([answer.body, answer.headers])).not.toContain(token.split('.')[2]);
    }
  });
});

// Security case 55, and design §2: the inbound token reaches no upstream but by passthrough.
describe.each([
  ['static', { from: 'static', bearer: `\${env:UPSTREAM_TOKEN}` }, `Bearer ${UPSTREAM_TOKEN}`],
  ['none', { from: 'none' }, undefined],
])('55: the inbound credential of a caller of %s', (_, credential, sent) => {
  beforeEach(() => open(credential));

  test('stays here, and so does all that came with it', async () => {
    const { key } = await door.key();
    const token = await issuer.token({ aud: API_AUDIENCE });
    const headers = {
      cookie: 'session=CANARY-cookie',
      'x-forwarded-authorization': 'CANARY',
      'proxy-authorization': 'x',
    };
    for (const each of [key, token]) {
      await door.modern(each, 'tools/call', { name: 'status', arguments: {} }, headers);
      await door.modern(each, 'tools/call', { name: 'add_note', arguments: { body: { text: 'x' } } }, headers);
    }
    expect(api.requests).toHaveLength(4);
    for (const request of api.requests) {
      const names = Object.keys(request.headers);
      expect(names.filter((name) => /^mcp-|cookie|forwarded|^proxy-|api-key/.test(name))).toEqual([]);
      const whole = `${request.target} ${request.rawHeaders.join(' ')} ${request.body}`;
      for (const secret of [key, token, 'CANARY-cookie']) expect(whole).not.toContain(secret);
    }
    expect(api.last().headers['authorization']).toBe(sent);
  });
});

test('a presented token shows itself to nobody who prints it', async () => {
  await open({ from: 'none' });
  const presented = new PresentedToken('CANARY-token');
  const principal = { subject: 'ada', presented };
  expect([String(presented), JSON.stringify(principal), inspect(principal), `${presented}`].join()).not.toContain(
    'CANARY',
  );
  expect(presented.reveal()).toBe('CANARY-token');
});
