import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts';
import { TestIssuer } from '../auth/issuer.ts';
import { AUDIENCE, bearerOf, DOCUMENT, json, OPEN_TOOLS, SERVER_URL } from '../credentials/api.ts';
import { type Door, MASTER, openDoor } from '../security/door.ts';
import { connect, openSetting, type Setting } from './setting.ts';

let clock: ManualClock;
/** That of the servers: two nodes that wait for one another do so in real time. */
let served: Clock;
let setting: Setting;
let issuer: TestIssuer;
let doors: Door[];

beforeEach(async () => {
  clock = manualClock(Date.now());
  served = clock;
  issuer = await TestIssuer.start(undefined, clock);
  setting = await openSetting({ clock, clientSecret: MASTER });
  doors = [];
});
afterEach(async () => {
  for (const door of doors.reverse()) await door[Symbol.asyncDispose]();
  await Promise.all([setting.close(), issuer[Symbol.asyncDispose]()]);
});

/** The authorization server with other habits, in real time. */
async function habits(options: object): Promise<void> {
  await setting.close();
  served = systemClock;
  setting = await openSetting({ clock: served, clientSecret: MASTER, ...options });
}

async function open(credential: object = {}, beside?: Door): Promise<Door> {
  const oauth = {
    ...{ tokenEndpoint: `${setting.endpoint.url}/oauth/token`, clientId: 'postern' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    clientSecret: '${env:MASTER}',
  };
  const door = await openDoor({
    ...{
      clock: served,
      api: { document: DOCUMENT, url: setting.api.url },
      ...(beside === undefined ? {} : { beside }),
    },
    upstream: { ...OPEN_TOOLS, credential: { from: 'connection', oauth, ...credential } },
    config: { server: { url: SERVER_URL }, auth: { issuers: [{ issuer: issuer.url, claims: { tenant: 'org' } }] } },
  });
  doors.push(door);
  return door;
}

const oauth2 = (door: Door, wish: object = {}) => {
  const credential = { refreshToken: setting.oauth.consent('acme') };
  return connect(door, MASTER, { kind: 'oauth2', credential, ...wish });
};
const called = async (door: Door, key: string, args: object = {}) => {
  const { json: answer } = await door.call(key, 'me', args);
  return answer.result.structuredContent;
};

const schemasOf = async (door: Door, key: string): Promise<object[]> => {
  const { json: listed } = await door.modern(key, 'tools/list');
  return listed.result.tools.map((tool: { inputSchema: object }) => tool.inputSchema);
};

describe('which connection a call uses', () => {
  test('none is needs_connection, and nothing is sent', async () => {
    const door = await open();
    await connect(door, MASTER, { kind: 'bearer', credential: { token: 'globex-token' }, tenant: 'globex' });
    await connect(door, MASTER, { kind: 'bearer', credential: { token: 'other-token' }, upstream: 'other' });
    const { error } = await called(door, (await door.key()).key);
    expect(error).toMatchObject({ code: 'needs_connection', retryable: false, upstream: 'api' });
    expect(setting.api.requests).toHaveLength(0);
  });

  test('an operation that is open needs none', async () => {
    const door = await open();
    setting.api.answer(json({ well: true }));
    expect((await door.call((await door.key()).key, 'status')).json.result.structuredContent).toEqual({ well: true });
    expect(setting.api.last().headers['authorization']).toBeUndefined();
  });

  test('68: the only one silently: the tenant’s for all its callers, a user’s for that user alone', async () => {
    const door = await open();
    setting.api.answer(json({}));
    await connect(door, MASTER, { kind: 'bearer', credential: { token: 'of-globex' }, tenant: 'globex' });
    const own = { kind: 'bearer' as const, credential: { token: 'of-ada' }, subject: 'ada', issuer: issuer.url };
    await connect(door, MASTER, own);
    await connect(door, MASTER, { ...own, credential: { token: 'another-ada' }, issuer: 'https://else.test' });
    const [ada, bob, globex] = [
      await issuer.token({ aud: AUDIENCE }),
      await issuer.token({ aud: AUDIENCE, sub: 'bob' }),
      await issuer.token({ aud: AUDIENCE, sub: 'eve', org: 'globex' }),
    ];
    await called(door, ada);
    expect(bearerOf(setting.api.last())).toBe('of-ada');
    await called(door, globex);
    expect(bearerOf(setting.api.last())).toBe('of-globex');
    for (const caller of [bob, (await door.key()).key]) {
      expect((await called(door, caller)).error.code).toBe('needs_connection');
    }
    expect(setting.api.requests).toHaveLength(2);
  });

  test('of several the one that is named', async () => {
    const door = await open();
    setting.api.answer(json({}));
    for (const name of ['eu', 'us']) {
      await connect(door, MASTER, { kind: 'bearer', credential: { token: `token-${name}` }, name });
    }
    await connect(door, MASTER, { kind: 'bearer', credential: { token: 'token-x' }, name: 'x', tenant: 'globex' });
    const { key } = await door.key();
    expect(await schemasOf(door, key)).toMatchObject([
      { properties: { connection: { enum: ['eu', 'us'] } }, required: ['connection'] },
      { properties: { connection: { enum: ['eu', 'us'] }, body: {} }, required: ['connection', 'body'] },
      { properties: { connection: { enum: ['eu', 'us'] } } },
    ]);
    for (const other of [await door.key('globex'), await door.key('initech')]) {
      for (const schema of await schemasOf(door, other.key)) expect(schema).not.toHaveProperty('properties.connection');
    }
    for (const [args, received] of [
      [{}, 'Several accounts'],
      [{ connection: 'x' }, 'No account of that name'],
    ] as const) {
      const { error } = await called(door, key, args);
      expect(error).toMatchObject({
        code: 'invalid_arguments',
        message: expect.stringContaining(received),
        hint: expect.stringContaining('"eu" or "us"'),
        details: { connections: ['eu', 'us'] },
      });
    }
    expect((await called(door, key, { connection: 7 })).error.code).toBe('invalid_arguments');
    expect(setting.api.requests).toHaveLength(0);
    for (const connection of ['us', 'eu']) {
      await called(door, key, { connection });
      expect([bearerOf(setting.api.last()), setting.api.last().target]).toEqual([`token-${connection}`, '/me']);
    }
    await door.call(key, 'add_note', { connection: 'us', body: { text: 'x' } });
    expect(String(setting.api.last().body)).toBe('{"text":"x"}');
  });

  test('of several none, where the operator lets nobody choose', async () => {
    const door = await open({ choose: false });
    for (const name of ['eu', 'us']) await connect(door, MASTER, { kind: 'bearer', credential: { token: 't' }, name });
    const { key } = await door.key();
    for (const schema of await schemasOf(door, key)) expect(schema).not.toHaveProperty('properties.connection');
    expect((await called(door, key)).error.code).toBe('needs_connection');
  });

  test('is listed anew some seconds after another was connected', async () => {
    const door = await open();
    const { key } = await door.key();
    const shown = async () =>
      (await schemasOf(door, key)).filter((schema) => JSON.stringify(schema).includes('"enum"'));
    for (const name of ['eu', 'us']) {
      expect(await shown()).toEqual([]);
      await connect(door, MASTER, { kind: 'bearer', credential: { token: 't' }, name });
      await clock.advance(6_000);
    }
    expect(await shown()).toHaveLength(3);
  });
});

describe('how a connection is called with', () => {
  test.each([
    ['bearer', { token: 'hunter2-hunter2-hunter2' }, { authorization: 'Bearer hunter2-hunter2-hunter2' }],
    [
      'basic',
      { user: 'u', password: 'hunter2-hunter2-hunter2' },
      { authorization: `Basic ${btoa('u:hunter2-hunter2-hunter2')}` },
    ],
    ['api_key', { value: 'hunter2-hunter2-hunter2' }, { authorization: 'Bearer hunter2-hunter2-hunter2' }],
    ['api_key', { value: 'hunter2-hunter2-hunter2', name: 'X-Key' }, { 'x-key': 'hunter2-hunter2-hunter2' }],
    [
      'headers',
      { headers: { 'X-A': 'hunter2-hunter2-hunter2', 'X-B': 'b' } },
      { 'x-a': 'hunter2-hunter2-hunter2', 'x-b': 'b' },
    ],
  ] as const)('%s %j; 87: and no answer, log or file shows it', async (kind, credential, headers) => {
    const door = await open();
    setting.api.answer(json({ message: 'you said hunter2-hunter2-hunter2' }));
    await connect(door, MASTER, { kind, credential });
    const { body } = await door.call((await door.key()).key, 'me');
    expect(setting.api.last().headers).toMatchObject(headers);
    for (const text of [body, door.log(), door.files().toString('latin1')]) expect(text).not.toContain('hunter2-');
  });

  test('client credentials get a token of their own, once', async () => {
    const door = await open();
    await connect(door, MASTER, {
      kind: 'client_credentials',
      credential: { clientId: 'postern', clientSecret: MASTER },
    });
    const { key } = await door.key();
    const answers = await Promise.all(Array.from({ length: 10 }, () => called(door, key)));
    expect(answers).toEqual(Array.from({ length: 10 }, () => ({ organization: 'postern' })));
    expect(setting.oauth.issued()).toBe(1);
  });

  test('one that is elsewhere is called there, and nothing of the upstream’s own address remains', async () => {
    const door = await open();
    setting.api.answer(json({}));
    await connect(door, MASTER, {
      kind: 'bearer',
      credential: { token: 'token-eu' },
      baseUrl: `${setting.api.url}/eu/v2/`,
    });
    await called(door, (await door.key()).key);
    expect(setting.api.last().target).toBe('/eu/v2/me');
  });

  test('67: a place that is private, and not named in the config, is not called', async () => {
    const door = await open();
    await connect(door, MASTER, { kind: 'bearer', credential: { token: 't' }, baseUrl: 'http://127.0.0.1:1/' });
    expect((await called(door, (await door.key()).key)).error.code).not.toBe('ok');
    expect(setting.api.requests).toHaveLength(0);
  });
});

describe('the tokens of an account', () => {
  test('are got once, and again before they end', async () => {
    const door = await open();
    await oauth2(door);
    const { key } = await door.key();
    for (const [seconds, issued] of [
      [0, 1],
      [29, 1],
      [2, 2],
    ] as const) {
      await clock.advance(seconds * 1000);
      expect(await called(door, key)).toEqual({ organization: 'acme' });
      expect(setting.oauth.issued()).toBe(issued);
    }
  });

  test.each([
    ['with the refresh token that stays', {}],
    ['with one that is good once', { rotates: true }],
    ['whatever is said of how long they live', { saysSeconds: 86_400 }],
    ['where it is said with a number that is none', { saysSeconds: -1, rotates: true }],
    ['where it is said with a text', { saysSeconds: '60', rotates: true }],
    ['where nothing is said', { saysSeconds: undefined }],
  ])('are got anew when the API takes them no more, once for ten calls on two nodes, %s', async (_, options) => {
    await habits(options);
    const door = await open();
    const beside = await open({}, door);
    await oauth2(door);
    const { key } = await door.key();
    for (const times of [1, 2]) {
      setting.oauth.expireAll();
      const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => called(n % 2 ? door : beside, key)));
      for (const answer of answers) expect(answer).toEqual({ organization: 'acme' });
      expect(setting.oauth.issued()).toBe(times);
    }
  });

  test('are not to be had again: needs_reauth, told once, and nothing is sent any more until it is mended', async () => {
    const door = await open();
    const { id } = await oauth2(door);
    const { key } = await door.key();
    await called(door, key);
    setting.oauth.revoke('acme');
    setting.oauth.expireAll();
    const sent = () => [setting.api.requests.length, setting.endpoint.requests.length];
    for (const { error } of await Promise.all([1, 2, 3].map(() => called(door, key)))) {
      expect(error).toMatchObject({ code: 'needs_reauth', retryable: false });
    }
    const before = sent();
    const { error } = await called(door, key);
    expect(error).toMatchObject({ code: 'needs_reauth', message: expect.stringContaining('"main"') });
    expect(sent()).toEqual(before);
    expect((await door.database.connections.find(id))?.state).toBe('needs_reauth');
    expect(door.log().match(/connection lost/g)).toHaveLength(1);
  });

  test('that are new and refused too are not asked for with every call', async () => {
    const door = await open();
    await oauth2(door);
    const { key } = await door.key();
    setting.api.answer(json({ message: 'no' }, 401));
    for (let times = 0; times < 3; times++) expect((await called(door, key)).error.code).toBe('needs_reauth');
    expect([setting.oauth.issued(), setting.api.requests.length]).toEqual([2, 2]);
  });

  test('cannot be asked for: those that are still good are used, and then it is said when to come again', async () => {
    const door = await open();
    await oauth2(door);
    const { key } = await door.key();
    await called(door, key);
    setting.endpoint.answer(json({ error: 'server_error' }, 503));
    await clock.advance(45_000);
    expect(await called(door, key)).toEqual({ organization: 'acme' });
    await clock.advance(20_000);
    expect((await called(door, key)).error).toMatchObject({ code: 'upstream_unavailable', retryAfterSeconds: 5 });
  });

  test('that the operator’s client may not have are for the operator to mend, and the account stays', async () => {
    const door = await open();
    const { id } = await oauth2(door);
    setting.endpoint.answer(json({ error: 'invalid_client' }, 401));
    expect((await called(door, (await door.key()).key)).error).toMatchObject({
      code: 'upstream_error',
      retryable: false,
    });
    expect(door.log()).toContain(`connection ${id}: invalid_client`);
    expect((await door.database.connections.find(id))?.state).toBe('connected');
  });
});
