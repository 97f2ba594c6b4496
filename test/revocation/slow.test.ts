/** Whoever takes their time: what was found out about a credential when a request began says nothing of when it acts. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAdminKey } from '../../src/auth/admin-key.ts';
import { createPepper } from '../../src/auth/api-key.ts';
import { spellEnd } from '../../src/core/ends.ts';
import type { HttpReply } from '../../src/http/exchange.ts';
import { deriveKey } from '../../src/lib/seal.ts';
import { REVOKED_CHANNEL } from '../../src/oauth/storage/revocations.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { linksOf } from '../../src/server/links.ts';
import { publishingEnds } from '../../src/server/revoked/ends.ts';
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts';
import { tool } from '../../src/tools/define.ts';
import { expectsStatus } from '../gates/expected.ts';
import { type Door, MASTER, modernBody, modernHeaders, openDoor } from '../security/door.ts';
import { EventReader } from '../security/events.ts';
import { holdBack, said } from './held.ts';

const CONFIG = {
  server: { sse2024: true },
  auth: {
    links: { enabled: true, methods: ['read', 'create', 'update', 'delete', 'custom'] },
    admin: { enabled: true },
  },
};

expectsStatus(503, 'whose credential cannot be asked about is told to come back');

let clock: ManualClock;
let door: Door;
/** What was done. */
let done: string[];
/** Ends a call of `wait`. */
let letGo: () => void;

beforeEach(async () => {
  clock = manualClock();
  done = [];
  const wanted = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  door = await openDoor({
    clock,
    config: CONFIG,
    tools: [
      tool({ name: 'act', description: 'Acts.', run: () => `${done.push('act')}` }),
      tool({
        ...{ name: 'asks', description: 'Asks before it acts.', interactive: true },
        run: async (_, { elicit }) => {
          await elicit('Really?', { type: 'object', properties: {} });
          return `${done.push('asked')}`;
        },
      }),
      tool({
        name: 'wait',
        description: 'Waits.',
        annotations: { readOnlyHint: true },
        interactive: true,
        run: async (_, { signal }) => {
          done.push('wait');
          await Promise.race([
            wanted,
            new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
          ]);
          return 'waited';
        },
      }),
    ],
  });
});
afterEach(async () => {
  letGo();
  await door[Symbol.asyncDispose]();
});

const BOTH = 'application/json, text/event-stream';
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const call = (key: string, name = 'act') => {
  const params = { name, arguments: {} };
  return {
    headers: { ...bearer(key), ...modernHeaders('tools/call', params) },
    body: modernBody('tools/call', params),
  };
};
const waiting = (key: string) => call(key, 'wait');
const LISTEN = { notifications: { toolsListChanged: true } };
const listening = (key: string) => ({
  headers: { ...bearer(key), ...modernHeaders('subscriptions/listen', LISTEN), accept: 'text/event-stream' },
  body: modernBody('subscriptions/listen', LISTEN),
});
const legacyCall = (name = 'act', id = 1) => ({
  ...{ jsonrpc: '2.0', id, method: 'tools/call' },
  params: { name, arguments: {} },
});
const code = (reply: HttpReply) => [reply.status, said(reply).code ?? said(reply).error?.data?.code];

function links() {
  const { database, cache, dir } = door;
  const read = readConfig(CONFIG, { name: 'test', lineOf: () => undefined }, { baseDir: dir, env: {} });
  return linksOf(read, { database, cache, clock, master: Buffer.from(MASTER) });
}

async function adminKey(): Promise<{ readonly id: string; readonly key: string }> {
  const pepper = createPepper(deriveKey(Buffer.from(MASTER), 'admin-keys'));
  const wish = { role: 'admin', tenant: 'acme', name: 'test', expiresAt: null } as const;
  const { row, key } = createAdminKey(wish, pepper, clock);
  await door.database.adminKeys.insert(row);
  return { id: row.id, key };
}

describe('security case 59: a credential that ends while its request is on its way does nothing', () => {
  test('a call', async () => {
    const { id, key } = await door.key();
    const held = holdBack(door, call(key));
    await held.reading;
    await door.database.keys.revoke(id, clock.now());
    await clock.advance(500);
    expect(code(await held.arrive())).toEqual([401, 'invalid_token']);
    expect(done).toEqual([]);
  });

  test('calls of the earlier eras, one by one and in a batch', async () => {
    const { id, key } = await door.key();
    const version = { 'mcp-protocol-version': '2025-03-26' };
    const held = [legacyCall(), [legacyCall(), legacyCall('act', 2)]].map((body) =>
      holdBack(door, { headers: { ...bearer(key), ...version }, body }),
    );
    for (const { reading } of held) await reading;
    await door.database.keys.revoke(id, clock.now());
    await clock.advance(500);
    for (const { arrive } of held) expect(code(await arrive())).toEqual([401, 'invalid_token']);
    expect(done).toEqual([]);
  });

  test('a message for a stream, whose own credential is still good', async () => {
    const { id, key } = await door.key();
    const held = holdBack(door, { path: '/messages?sessionId=x', headers: bearer(key), body: legacyCall() });
    await held.reading;
    await door.database.keys.revoke(id, clock.now());
    await clock.advance(500);
    expect(code(await held.arrive())).toEqual([401, 'invalid_token']);
  });

  test('a subscription', async () => {
    const { id, key } = await door.key();
    const held = holdBack(door, listening(key));
    await held.reading;
    await door.database.keys.revoke(id, clock.now());
    await clock.advance(500);
    expect(code(await held.arrive())).toEqual([401, 'invalid_token']);
  });

  test('a change over the admin API, and a tool of it', async () => {
    const { id, key } = await adminKey();
    const wish = { tenant: 'acme', name: 'late', scopes: [] };
    const method = 'tools/call';
    const params = { name: 'create_key', arguments: { body: wish } };
    const held = [
      holdBack(door, { path: '/admin/api/keys', headers: bearer(key), body: wish }),
      holdBack(door, {
        ...{ path: '/admin/mcp', headers: { ...bearer(key), ...modernHeaders(method, params) } },
        body: modernBody(method, params),
      }),
    ];
    for (const { reading } of held) await reading;
    await door.database.adminKeys.revoke(id, clock.now());
    await clock.advance(500);
    for (const { arrive } of held) expect((await arrive()).status).toBe(401);
    expect(await door.database.keys.tenants(10)).toEqual([]);
  });

  test('a call of a tenant that was suspended, and of a link that was deleted', async () => {
    const { key } = await door.key('globex');
    const link = await links().create({ tenant: 'acme', name: 'test' });
    const headers = modernHeaders('tools/call', { name: 'act' });
    const held = [
      holdBack(door, call(key)),
      holdBack(door, { ...call(key), path: new URL(link.url).pathname, headers }),
    ] as const;
    for (const { reading } of held) await reading;
    await door.database.suspensions.add({ kind: 'tenant', id: 'globex', at: clock.now() });
    await door.database.links.delete(link.id);
    await clock.advance(500);
    expect(code(await held[0].arrive())).toEqual([403, 'forbidden']);
    expect(code(await held[1].arrive())).toEqual([401, 'link_invalid']);
    expect(done).toEqual([]);
  });

  test('nor what a link is no longer for', async () => {
    const { id, url } = await links().create({ tenant: 'acme', name: 'test', methods: ['custom'] });
    const path = new URL(url).pathname;
    const headers = modernHeaders('tools/call', { name: 'act' });
    const held = holdBack(door, { ...call(''), path, headers });
    await held.reading;
    await links().patch(id, { methods: ['read'] });
    await clock.advance(500);
    expect(code(await held.arrive())).toEqual([409, 'conflict']);
    expect(done).toEqual([]);
  });
});

test('who is quick is asked about once; who is slow, and still welcome, is served', async () => {
  const { key } = await door.key();
  let looks = 0;
  const { find } = door.database.keys;
  door.database.keys.find = (id) => {
    looks++;
    return find(id);
  };
  const [quick, slow] = [holdBack(door, call(key)), holdBack(door, call(key))];
  await Promise.all([quick.reading, slow.reading]);
  await clock.advance(499);
  expect((await quick.arrive()).status).toBe(200);
  expect(looks).toBe(1);
  await clock.advance(29_000);
  expect((await slow.arrive()).status).toBe(200);
  expect([looks, done.length]).toEqual([2, 2]);
});

test('who cannot be asked about again is told so, and nothing is done', async () => {
  const { key } = await door.key();
  const held = holdBack(door, call(key));
  await held.reading;
  door.database.keys.find = () => Promise.reject(new Error('no database'));
  await clock.advance(500);
  expect(code(await held.arrive())).toEqual([503, 'unavailable']);
  expect(done).toEqual([]);
});

test('whoever waits for something else than a body is asked about again, too', async () => {
  const { id, key } = await door.key();
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const { headers } = await door.legacy(key, 'initialize', hello);
  const session = { 'mcp-session-id': String(headers['mcp-session-id']), 'mcp-protocol-version': '2025-11-25' };
  const { subscribe } = door.cache;
  const [listening, heard] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  door.cache.subscribe = async (...given) => {
    listening.resolve();
    await heard.promise;
    return subscribe(...given);
  };
  const late = holdBack(door, { headers: { ...bearer(key), ...session }, body: legacyCall() }).arrive();
  await listening.promise;
  await door.database.keys.revoke(id, clock.now());
  await clock.advance(500);
  heard.resolve();
  expect(code(await late)).toEqual([401, 'invalid_token']);
  expect(done).toEqual([]);
});

test('whoever waits for their session hears nothing of it after that', async () => {
  const { id, key } = await door.key();
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const { headers } = await door.legacy(key, 'initialize', hello);
  const session = { 'mcp-session-id': String(headers['mcp-session-id']), 'mcp-protocol-version': '2025-11-25' };
  const { get } = door.cache;
  const [asked, found] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  door.cache.get = async (name) => {
    asked.resolve();
    await found.promise;
    return get(name);
  };
  const own = { ...bearer(key), ...session, accept: 'text/event-stream' };
  const late = holdBack(door, { method: 'GET', headers: own, body: '' }).arrive();
  await asked.promise;
  await door.database.keys.revoke(id, clock.now());
  await clock.advance(2_000);
  found.resolve();
  expect(code(await late)).toEqual([401, 'invalid_token']);
});

describe('on a server where nobody else is, a command is heard of', () => {
  test('by a call whose body was long on its way', async () => {
    const { id, key } = await door.key();
    const held = holdBack(door, waiting(key));
    await held.reading;
    await clock.advance(900);
    const answer = held.arrive();
    await expect.poll(() => done).toEqual(['wait']);
    await door.database.keys.revoke(id, clock.now());
    await clock.advance(500);
    expect(code(await answer)).toEqual([401, 'invalid_token']);
  });

  test('by a call that waits for the answer of a person', async () => {
    const { id, key } = await door.key();
    const hello = { protocolVersion: '2025-11-25', capabilities: { elicitation: {} } };
    const { headers } = await door.legacy(key, 'initialize', { ...hello, clientInfo: { name: 'c', version: '1' } });
    const session = { 'mcp-session-id': String(headers['mcp-session-id']), 'mcp-protocol-version': '2025-11-25' };
    const stream = await EventReader.open(door.url, {
      method: 'POST',
      headers: { ...bearer(key), ...session, 'content-type': 'application/json', accept: BOTH },
      body: JSON.stringify(legacyCall('asks')),
    });
    const asked = await stream.next();
    expect(asked?.message.method).toBe('elicitation/create');
    await door.database.keys.revoke(id, clock.now());
    await clock.advance(500);
    expect((await stream.next())?.message).toMatchObject({ id: 1, error: { data: { reason: 'credential_ended' } } });
    const answer = { jsonrpc: '2.0', id: asked?.message.id, result: { action: 'accept', content: {} } };
    expect((await door.post(key, answer, session)).status).toBe(401);
    expect(done).toEqual([]);
  });

  test('by a call that slipped in while it ended', async () => {
    const { id, key } = await door.key();
    expect((await door.call(key, 'act')).status).toBe(200);
    await clock.advance(499);
    const held = holdBack(door, waiting(key));
    await held.reading;
    await door.database.keys.revoke(id, clock.now());
    await clock.advance(499);
    const answer = held.arrive();
    await expect.poll(() => done).toEqual(['act', 'wait']);
    await clock.advance(501);
    expect(code(await answer)).toEqual([401, 'invalid_token']);
  });

  test('by a stream whose body was long on its way', async () => {
    const { id, key } = await door.key();
    const held = holdBack(door, listening(key));
    await held.reading;
    await clock.advance(900);
    const { body } = await held.arrive();
    await door.database.keys.revoke(id, clock.now());
    await clock.advance(500);
    expect(await allOf(body)).toContain('subscriptions/acknowledged');
  });
});

describe('whoever slipped in while their credential ended, by what was relied on', () => {
  /** Everything that is relied on is, for as long as it is. @returns when the body may arrive. */
  async function slipIn(held: (key: string) => ReturnType<typeof holdBack>): Promise<HttpReply> {
    const { id, key } = await door.key();
    expect((await door.call(key, 'act')).status).toBe(200);
    await clock.advance(1);
    await publishingEnds(door.database, door.cache, clock).keys.revoke(id, clock.now());
    await clock.advance(498);
    const late = held(key);
    await late.reading;
    await clock.advance(499);
    return late.arrive();
  }

  test('calls nothing', async () => {
    expect(code(await slipIn((key) => holdBack(door, call(key))))).toEqual([401, 'invalid_token']);
    expect(done).toEqual(['act']);
  });

  test('hears nothing', async () => {
    const { body } = await slipIn((key) => holdBack(door, listening(key)));
    expect(await allOf(body)).toContain('subscriptions/acknowledged');
  });
});

describe('what is heard of while the database is out is acted on when it is back', () => {
  const open = (key: string) => {
    const { headers, body } = listening(key);
    const sent = { ...headers, 'content-type': 'application/json' };
    return EventReader.open(door.url, { method: 'POST', headers: sent, body: JSON.stringify(body) });
  };

  test('by streams and calls', async () => {
    const [acme, globex] = [await door.key('acme'), await door.key('globex')];
    const [stream, theirs] = [await open(acme.key), await open(globex.key)];
    const call = holdBack(door, waiting(acme.key)).arrive();
    await expect.poll(() => done).toEqual(['wait']);
    await door.database.suspensions.add({ kind: 'tenant', id: 'acme', at: clock.now() });
    const { list } = door.database.suspensions;
    door.database.suspensions.list = () => Promise.reject(new Error('no database'));
    await door.cache.publish(REVOKED_CHANNEL, spellEnd({ kind: 'tenant', id: 'acme' }, clock.now()));
    await clock.advance(3_400);
    expect((await settled(call)) ?? 'under way').toBe('under way');
    door.database.suspensions.list = list;
    await clock.advance(500);
    expect(code(await call)).toEqual([401, 'invalid_token']);
    await stream.ended();
    letGo();
    expect((await door.call(globex.key, 'wait')).status).toBe(200);
    theirs.leave();
  });
});

/** All that is said on a stream, when it has ended. */
async function allOf(body: HttpReply['body']): Promise<string> {
  if (!(body instanceof ReadableStream)) throw new Error('That is no stream.');
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** What has come of something by now. */
function settled<T>(work: Promise<T>): Promise<T | undefined> {
  return Promise.race([work, new Promise<undefined>((resolve) => void setImmediate(() => resolve(undefined)))]);
}
