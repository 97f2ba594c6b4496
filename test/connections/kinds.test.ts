/** Accounts of every kind, at places of their own, and what is done for them while nobody calls. */
import { generateKeyPairSync } from 'node:crypto';
import { type JWTPayload, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UnfitCredential } from '../../src/connections/credentials.ts';
import type { DeviceCode } from '../../src/connections/device.ts';
import type { Variables } from '../../src/connections/variables.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { deviceTokens } from '../../src/server/credentials/device.ts';
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts';
import type { RecordedRequest } from '../../src/testing/recording-upstream.ts';
import { bearerOf, DOCUMENT, json, OPEN_TOOLS } from '../credentials/api.ts';
import { type Door, MASTER, openDoor } from '../security/door.ts';
import { connect, openSetting, type Setting } from './setting.ts';

/** What is waited for happens; how soon depends on the machine. */
const PATIENT = { timeout: 20_000 };

let clock: ManualClock;
let setting: Setting;
let door: Door | undefined;

beforeEach(async () => {
  clock = manualClock(Date.now());
  setting = await openSetting({ clock, clientSecret: MASTER, seconds: 600 });
});
afterEach(async () => {
  await door?.[Symbol.asyncDispose]();
  door = undefined;
  await setting.close();
});

async function open(credential: object = {}, upstream: object = {}): Promise<Door> {
  const oauth = {
    ...{ tokenEndpoint: `${setting.endpoint.url}/oauth/token`, clientId: 'postern' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    clientSecret: '${env:MASTER}',
  };
  door = await openDoor({
    ...{ clock, api: { document: DOCUMENT, url: setting.api.url } },
    upstream: { ...OPEN_TOOLS, credential: { from: 'connection', oauth, ...credential }, ...upstream },
  });
  return door;
}

const called = async (at: Door, key: string, tool = 'me') => (await at.call(key, tool)).json.result.structuredContent;
const formOf = ({ body }: RecordedRequest) => new URLSearchParams(String(body));

describe('a service account', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const credential = { issuer: 'robot@acme.test', privateKey: pem, keyId: 'k1' };
  const lives = (seconds: number) =>
    setting.endpoint.answer(() => json({ access_token: 'of-robot', token_type: 'Bearer', expires_in: seconds }));
  const claimsOf = async (sent: RecordedRequest): Promise<JWTPayload> => {
    const { payload, protectedHeader } = await jwtVerify(formOf(sent).get('assertion') ?? '', publicKey);
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'JWT', kid: 'k1' });
    return payload;
  };

  test('signs an assertion for each token, and nothing else says who it is', async () => {
    const at = await open();
    setting.api.answer(json({ well: true }));
    lives(60);
    await connect(at, MASTER, { kind: 'jwt_bearer', credential });
    const { key } = await at.key();
    await Promise.all([1, 2, 3].map(() => called(at, key)));
    expect(bearerOf(setting.api.last())).toBe('of-robot');
    await clock.advance(31_000);
    await called(at, key);
    const [first, second, ...others] = setting.endpoint.requests;
    if (first === undefined || second === undefined) throw new Error('nothing was asked');
    expect(others).toEqual([]);
    expect([...formOf(first).keys()].sort()).toEqual(['assertion', 'grant_type']);
    expect(formOf(first).get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect(first.headers['authorization']).toBeUndefined();
    const { iss, sub, aud, iat = 0, exp = 0, jti } = await claimsOf(first);
    expect([iss, sub, aud]).toEqual(['robot@acme.test', 'robot@acme.test', `${setting.endpoint.url}/oauth/token`]);
    expect(exp - iat).toBe(300);
    expect((await claimsOf(second)).jti).not.toBe(jti);
  });

  test('asks for scopes in the request and in the assertion, for whom and in whose name it was told', async () => {
    const oauth = { tokenEndpoint: `${setting.endpoint.url}/oauth/token`, scopes: ['a', 'b'] };
    const at = await open({ oauth });
    setting.api.answer(json({}));
    lives(60);
    const more = { ...credential, subject: 'ada@acme.test', audience: 'https://id.acme.test' };
    await connect(at, MASTER, { kind: 'jwt_bearer', credential: more });
    await called(at, (await at.key()).key);
    const sent = setting.endpoint.last();
    expect(formOf(sent).get('scope')).toBe('a b');
    expect(await claimsOf(sent)).toMatchObject({ sub: 'ada@acme.test', aud: 'https://id.acme.test', scope: 'a b' });
  });

  test('that is refused needs to be connected again', async () => {
    const at = await open();
    setting.endpoint.answer(json({ error: 'invalid_grant' }, 400));
    await connect(at, MASTER, { kind: 'jwt_bearer', credential });
    expect((await called(at, (await at.key()).key)).error.code).toBe('needs_reauth');
  });

  test.each([
    ['no key', 'secret'],
    ['a public key', publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    [
      'a weak key',
      generateKeyPairSync('rsa', { modulusLength: 1024 })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    ],
  ])('with %s is refused, and the key is in no message', async (_, wrong) => {
    const at = await open();
    const made = connect(at, MASTER, { kind: 'jwt_bearer', credential: { ...credential, privateKey: wrong } });
    const thrown: unknown = await made.catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(UnfitCredential);
    expect(JSON.stringify(thrown)).not.toContain(wrong.slice(0, 20));
  });
});

describe('an account at a place of its own', () => {
  const placed = () => open({}, { baseUrl: `${setting.api.url}/{region}/v2` });

  test('is called there, with what its connection says of it', async () => {
    const at = await placed();
    setting.api.answer(json({ well: true }));
    const bearer = (token: string) => ({ kind: 'bearer' as const, credential: { token } });
    await connect(at, MASTER, { ...bearer('of-acme'), variables: { region: 'eu' } });
    await connect(at, MASTER, { ...bearer('of-globex'), variables: { region: 'us' }, tenant: 'globex' });
    for (const [tenant, target] of [
      ['acme', '/eu/v2/me'],
      ['globex', '/us/v2/me'],
    ] as const) {
      await called(at, (await at.key(tenant)).key);
      expect([setting.api.last().target, bearerOf(setting.api.last())]).toEqual([target, `of-${tenant}`]);
    }
    await called(at, (await at.key()).key, 'status');
    expect([setting.api.last().target, bearerOf(setting.api.last())]).toEqual(['/eu/v2/status', '']);
  });

  test.each<Variables>([{}, { region: '../admin' }, { region: 'a/b' }, { region: '' }])(
    'of which %j is known is not called at all',
    async (variables) => {
      const at = await placed();
      await connect(at, MASTER, { kind: 'bearer', credential: { token: 't' }, variables });
      expect((await called(at, (await at.key()).key)).error).toMatchObject({
        code: 'upstream_error',
        retryable: false,
      });
      expect(setting.api.requests).toEqual([]);
      expect(at.log()).toContain('no value for region');
    },
  );

  test.each(['https://{host}/v2', 'https://{tenant}.com'])('%s is refused: it could be any host', (baseUrl) => {
    const raw = { upstreams: { crm: { openapi: './crm.json', baseUrl, credential: { from: 'connection' } } } };
    const read = () => readConfig(raw, { name: 'test', lineOf: () => undefined }, { baseDir: '.', env: {} });
    expect(read).toThrow('baseUrl');
  });

  test('is refused at start where nobody has accounts', async () => {
    const started = openDoor({
      ...{ clock, api: { document: DOCUMENT, url: setting.api.url } },
      upstream: { ...OPEN_TOOLS, baseUrl: 'https://{subdomain}.crm.com', credential: { from: 'none' } },
    });
    await expect(started).rejects.toThrow('credential.from: connection');
  });
});

describe('before a token ends', { timeout: 30_000 }, () => {
  test('another is had while nobody calls, once for all nodes', async () => {
    const at = await open();
    await connect(at, MASTER, { kind: 'oauth2', credential: { refreshToken: setting.oauth.consent('acme') } });
    const { key } = await at.key();
    expect(await called(at, key)).toEqual({ organization: 'acme' });
    await clock.advance(7 * 60_000);
    expect(setting.oauth.issued()).toBe(1);
    const issued = async () => {
      await clock.advance(10_000);
      return setting.oauth.issued();
    };
    await expect.poll(issued, PATIENT).toBe(2);
    expect(await called(at, key)).toEqual({ organization: 'acme' });
    expect(setting.oauth.issued()).toBe(2);
  });

  test('an account that is lost is known to be', async () => {
    const at = await open();
    const { id } = await connect(at, MASTER, {
      kind: 'oauth2',
      credential: { refreshToken: setting.oauth.consent('acme') },
    });
    await called(at, (await at.key()).key);
    setting.oauth.revoke('acme');
    const state = async () => {
      await clock.advance(30_000);
      return (await at.database.connections.find(id))?.state;
    };
    await expect.poll(state, PATIENT).toBe('needs_reauth');
    expect(at.log()).toContain('connection lost');
  });
});

describe('an answer that says with 200 that the token has ended', () => {
  const expired = { expression: 'body.code = "token_expired" ? true' };
  const old = new Set<string>();
  const speaks200 = (): void => {
    old.clear();
    setting.api.answer((request) =>
      json(old.has(bearerOf(request)) ? { code: 'token_expired' } : { said: String(request.body) }),
    );
  };

  test('is not passed on: the token is had anew, and the call made once more', async () => {
    const at = await open({ expired });
    await connect(at, MASTER, { kind: 'oauth2', credential: { refreshToken: setting.oauth.consent('acme') } });
    const { key } = await at.key();
    speaks200();
    await called(at, key);
    old.add(bearerOf(setting.api.last()));
    const { json: answer } = await at.call(key, 'add_note', { body: { text: 'x' } });
    expect(answer.result.structuredContent).toEqual({ said: '{"text":"x"}' });
    expect([setting.oauth.issued(), setting.api.requests.length]).toEqual([2, 3]);
  });

  test('to a new token too, is needs_reauth, and nothing is sent any more', async () => {
    const at = await open({ expired });
    await connect(at, MASTER, { kind: 'oauth2', credential: { refreshToken: setting.oauth.consent('acme') } });
    const { key } = await at.key();
    setting.api.answer(json({ code: 'token_expired' }));
    for (const _ of [1, 2]) expect((await called(at, key)).error.code).toBe('needs_reauth');
    expect([setting.oauth.issued(), setting.api.requests.length]).toEqual([2, 2]);
  });

  test('to a credential that cannot be renewed, is needs_reauth', async () => {
    const at = await open({ expired });
    const { id } = await connect(at, MASTER, { kind: 'bearer', credential: { token: 'fixed' } });
    setting.api.answer(json({ code: 'token_expired' }));
    expect((await called(at, (await at.key()).key)).error.code).toBe('needs_reauth');
    expect((await at.database.connections.find(id))?.state).toBe('needs_reauth');
  });

  test('is believed of no expression that is wrong', async () => {
    await expect(open({ expired: { expression: 'body.(' } })).rejects.toThrow('credential.expired');
  });
});

describe('an account that is allowed on another device', { timeout: 30_000 }, () => {
  const device = { device_code: 'dev-1', user_code: 'ABCD-EFGH', verification_uri: 'https://acme.test/device' };
  const oauthOf = () => {
    const oauth = {
      ...{ clientId: 'postern', tokenEndpoint: `${setting.endpoint.url}/oauth/token`, scopes: ['notes'] },
      deviceAuthorizationEndpoint: `${setting.endpoint.url}/oauth/device`,
    };
    const raw = { upstreams: { api: { openapi: './x.json', credential: { from: 'connection', oauth } } } };
    const { credential } =
      readConfig(raw, { name: 'test', lineOf: () => undefined }, { baseDir: '.', env: {} }).upstreams['api'] ?? {};
    if (credential?.from !== 'connection' || credential.oauth === undefined) throw new Error('no oauth');
    return credential.oauth;
  };
  /** Answers of the token endpoint, one after the other. */
  const answers = (...given: readonly object[]) => {
    const left = [...given];
    setting.endpoint.answer(({ target }) => {
      if (target === '/oauth/device') return json({ ...device, expires_in: 600, interval: 5 });
      const next = left.shift() ?? { error: 'authorization_pending' };
      return json(next, 'error' in next ? 400 : 200);
    });
  };
  const asked = () => setting.endpoint.requests.filter(({ target }) => target === '/oauth/token').length;
  const begin = () => {
    const shown: DeviceCode[] = [];
    const tokens = deviceTokens(oauthOf(), { variables: {}, clock, show: (code) => void shown.push(code) });
    return { tokens, shown };
  };
  const until = async (wanted: () => boolean) => {
    while (!wanted()) await clock.advance(1_000);
  };

  test('is had by asking as often as was said, and slower where that was too often', async () => {
    answers({ error: 'authorization_pending' }, { error: 'slow_down' }, { access_token: 't', token_type: 'bearer' });
    const { tokens, shown } = begin();
    await expect
      .poll(() => shown, PATIENT)
      .toMatchObject([{ userCode: 'ABCD-EFGH', verificationUri: device.verification_uri }]);
    const times: number[] = [];
    for (const count of [1, 2, 3]) {
      await until(() => asked() === count);
      times.push(clock.monotonic());
    }
    expect(await tokens).toMatchObject({ kind: 'token', accessToken: 't' });
    const [first = 0, second = 0, third = 0] = times;
    expect([second - first >= 5_000, third - second >= 10_000]).toEqual([true, true]);
    const form = formOf(setting.endpoint.last());
    expect([form.get('grant_type'), form.get('device_code')]).toEqual([
      'urn:ietf:params:oauth:grant-type:device_code',
      'dev-1',
    ]);
  });

  test.each(['access_denied', 'expired_token'])('is none after %s', async (error) => {
    answers({ error });
    const { tokens, shown } = begin();
    await expect.poll(() => shown.length, PATIENT).toBe(1);
    await until(() => asked() === 1);
    expect(await tokens).toEqual({ kind: 'refused', error });
  });

  test('is not asked for when the code is over', async () => {
    answers();
    const { tokens, shown } = begin();
    await expect.poll(() => shown.length, PATIENT).toBe(1);
    const ended = { now: false };
    void tokens.finally(() => {
      ended.now = true;
    });
    await until(() => ended.now);
    expect(await tokens).toEqual({ kind: 'refused', error: 'expired_token' });
  });
});
