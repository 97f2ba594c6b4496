/** Attacks on what is kept of customers' accounts (reference §2.11). */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createVault } from '../../src/connections/vault.ts';
import type { ConnectionRow } from '../../src/core/connections.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { connect, openSetting, type Setting } from '../connections/setting.ts';
import { bearerOf, DOCUMENT, json, OPEN_TOOLS } from '../credentials/api.ts';
import { type Door, MASTER, openDoor } from './door.ts';

let setting: Setting;
let doors: Door[];

beforeEach(async () => {
  setting = await openSetting({ clock: systemClock, clientSecret: MASTER, rotates: true });
  doors = [];
});
afterEach(async () => {
  for (const door of doors.reverse()) await door[Symbol.asyncDispose]();
  await setting.close();
});

async function open(beside?: Door): Promise<Door> {
  const oauth = {
    ...{ tokenEndpoint: `${setting.endpoint.url}/oauth/token`, clientId: 'postern' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    clientSecret: '${env:MASTER}',
  };
  const door = await openDoor({
    ...{ clock: systemClock, api: { document: DOCUMENT, url: setting.api.url } },
    ...(beside === undefined ? {} : { beside }),
    upstream: { ...OPEN_TOOLS, credential: { from: 'connection', oauth } },
  });
  doors.push(door);
  return door;
}

const called = async (door: Door, key: string) => (await door.call(key, 'me')).json.result.structuredContent;
const bearer = (door: Door, wish: object = {}): Promise<ConnectionRow> =>
  connect(door, MASTER, { kind: 'bearer', credential: { token: 'CANARY-of-the-account-0123456789' }, ...wish });

describe('security case 87: the vault', () => {
  const changed: readonly (readonly [what: string, change: (mine: string, other: string) => string])[] = [
    ['that of another tenant', (_, other) => other],
    ['the key of another record', (mine, other) => `${other.split('~')[0]}~${mine.split('~')[1]}`],
    ['the record of another key', (mine, other) => `${mine.split('~')[0]}~${other.split('~')[1]}`],
    ['one whose tag was cut', (mine) => mine.slice(0, -2)],
    ['one with another bit', (mine) => mine.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))],
    ['one of a key that is not here', (mine) => mine.replace(/^[^.]+/, 'k9')],
    ['one without a record', (mine) => mine.split('~')[0] ?? ''],
    ['nothing', () => ''],
  ];

  test.each(changed)('opens no credential that is %s, and nothing is sent', async (_, change) => {
    const door = await open();
    const mine = await bearer(door);
    const other = await bearer(door, { tenant: 'globex' });
    const sealed = change(mine.sealed, other.sealed);
    expect(await door.database.connections.rewrap(mine.id, mine.sealed, { sealed, keyId: 'master' })).toBe(true);
    expect((await called(door, (await door.key()).key)).error).toMatchObject({
      code: 'upstream_error',
      retryable: false,
    });
    expect(setting.api.requests).toEqual([]);
    expect(door.log()).toContain(`connection ${mine.id}: the vault does not open it`);
  });

  test('opens no version but the one that there is', async () => {
    const door = await open();
    const old = await bearer(door);
    const write = { sealed: old.sealed, keyId: old.keyId, scopes: [], updatedAt: 2, endsAt: null };
    await door.database.connections.replace(old.id, old.version, write);
    expect((await called(door, (await door.key()).key)).error.code).toBe('upstream_error');
    expect(setting.api.requests).toEqual([]);
  });

  test('never seals two records with one nonce or one key', () => {
    const vault = createVault([{ id: 'k1', secret: new Uint8Array(32).fill(7) }]);
    const place = { tenant: 'acme', connection: 'con_1', field: 'credential', version: 1 };
    const seen = new Set<string>();
    const most = 20_000;
    for (let times = 0; times < most; times++) {
      for (const part of vault.seal('the same', place).sealed.split('~')) {
        seen.add(
          Buffer.from(part.slice(part.indexOf('.') + 1), 'base64url')
            .subarray(0, 12)
            .toString('latin1'),
        );
      }
    }
    expect(seen.size).toBe(2 * most);
  });

  test('leaves no credential in the files, in whatever form', async () => {
    const door = await open();
    setting.api.answer(json({}));
    await bearer(door);
    await called(door, (await door.key()).key);
    expect(bearerOf(setting.api.last())).toContain('CANARY');
    const files = door.files();
    for (const form of ['latin1', 'base64', 'hex'] as const) {
      expect(files.includes(Buffer.from('CANARY-of-the-account').toString(form))).toBe(false);
    }
  });
});

describe('security case 89: refresh in the vault', () => {
  const account = (door: Door) =>
    connect(door, MASTER, { kind: 'oauth2', credential: { refreshToken: setting.oauth.consent('acme') } });

  test('50 calls on two nodes whose token has ended cost one refresh', async () => {
    const door = await open();
    const nodes = [door, await open(door)];
    await account(door);
    const { key } = await door.key();
    for (const issued of [1, 2]) {
      const calls = Array.from({ length: 50 }, (_, n) => called(nodes[n % 2] ?? door, key));
      for (const answer of await Promise.all(calls)) expect(answer).toEqual({ organization: 'acme' });
      expect(setting.oauth.issued()).toBe(issued);
      setting.oauth.expireAll();
    }
  });

  test('a refusal is asked for once, however many call, and nobody asks again', async () => {
    const door = await open();
    const { id } = await account(door);
    setting.oauth.revoke('acme');
    const { key } = await door.key();
    for (const times of [50, 50]) {
      const answers = await Promise.all(Array.from({ length: times }, () => called(door, key)));
      for (const { error } of answers) expect(error.code).toBe('needs_reauth');
    }
    expect(setting.endpoint.requests).toHaveLength(1);
    expect((await door.database.connections.find(id))?.state).toBe('needs_reauth');
  });

  test('a token that is good once is not lost when it cannot be written at once', async () => {
    const stores = await open();
    const { connections } = stores.database;
    const failures = [new Error('gone'), new Error('gone')];
    const replace: typeof connections.replace = async (...given) => {
      const failure = failures.pop();
      if (failure !== undefined) throw failure;
      return connections.replace(...given);
    };
    const database = { ...stores.database, connections: { ...connections, replace } };
    const door = await open({ database, cache: stores.cache, dir: stores.dir, clock: systemClock } as Door);
    await account(door);
    const { key } = await door.key();
    expect(await called(door, key)).toEqual({ organization: 'acme' });
    expect(failures).toEqual([]);
    setting.oauth.expireAll();
    expect(await called(door, key)).toEqual({ organization: 'acme' });
  });
});
