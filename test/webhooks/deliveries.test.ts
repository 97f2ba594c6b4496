/** What a receiver sees, from the row in the audit trail to the request, and what becomes of it when it is not taken. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../src/core/database.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts';
import { createSecret } from '../../src/webhooks/secrets.ts';
import type { Webhooks } from '../../src/webhooks/webhooks.ts';
import { openReceiver, type Receiver, verifies } from './receiver.ts';
import { happen, type Node, openNode, RETRY_MS, webhooksWith } from './told.ts';

let clock: ManualClock;
let database: Database;
let receiver: Receiver;
let webhooks: Webhooks;
let node: Node;

beforeEach(async () => {
  clock = manualClock();
  database = openSqlite({ file: ':memory:', clock });
  await database.migrate();
  receiver = await openReceiver();
  webhooks = webhooksWith([receiver.host], database, clock);
  node = openNode([receiver.host], database, clock);
});
afterEach(async () => {
  await node.close();
  await receiver.close();
  await database.close();
});

const created = () => happen({ database, clock }, 'key_created', { keyId: 'key_1', name: 'CI', scopes: 'a' });
const states = async () => (await webhooks.deliveries({ limit: 99 })).rows.map(({ state }) => state);

describe('a delivery', () => {
  test('is signed as Standard Webhooks says, and holds ids and names alone', async () => {
    const { secret } = await webhooks.create({ tenant: 'acme', url: receiver.url });
    await created();
    await node.turn();
    const [first, ...others] = receiver.received;
    expect(others).toEqual([]);
    if (first === undefined) throw new Error('nothing was received');
    expect(verifies(secret, first)).toBe(true);
    expect(verifies(secret, { ...first, body: `${first.body} ` })).toBe(false);
    expect(first).toMatchObject({ id: expect.stringMatching(/^evt_/), timestamp: Math.floor(clock.now() / 1000) });
    expect(JSON.parse(first.body)).toEqual({
      type: 'key.created',
      timestamp: new Date(clock.now()).toISOString(),
      data: { tenant: 'acme', keyId: 'key_1', name: 'CI' },
    });
    expect(receiver.upstream.last()).toMatchObject({
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'postern/0.0.0' },
    });
    expect(await states()).toEqual(['done']);
  });

  test('bears both signatures while a secret is replaced', async () => {
    const { id, secret } = await webhooks.create({ tenant: 'acme', url: receiver.url });
    const { secret: next = '' } = (await webhooks.rotateSecret(id)) ?? {};
    await created();
    await node.turn();
    const [first] = receiver.received;
    if (first === undefined) throw new Error('nothing was received');
    expect([verifies(secret, first), verifies(next, first)]).toEqual([true, true]);
    expect(verifies(createSecret(), first)).toBe(false);
  });

  test('comes again under its id, by the schedule, until it is a dead letter, and once more when it is replayed', async () => {
    receiver.answer = () => ({ status: 500 });
    const { id } = await webhooks.create({ tenant: 'acme', url: receiver.url });
    await created();
    await node.turn();
    const [first = 0, second = 0] = RETRY_MS;
    await clock.advance(first - 1);
    await node.turn();
    expect(receiver.received).toHaveLength(1);
    await clock.advance(1);
    await node.turn();
    await clock.advance(second);
    await node.turn();
    expect(new Set(receiver.received.map((each) => each.id)).size).toBe(1);
    expect(receiver.received).toHaveLength(3);
    await clock.advance(600_000);
    await node.turn();
    expect(receiver.received).toHaveLength(3);
    const { rows } = await webhooks.deliveries({ webhookId: id, state: 'dead', limit: 9 });
    expect(rows).toMatchObject([{ attempts: 3, status: 500, problem: null }]);
    receiver.answer = () => ({ status: 200 });
    expect(await webhooks.replay(rows[0]?.id ?? '')).toBe(true);
    await node.turn();
    expect(receiver.received).toHaveLength(4);
    expect(receiver.received[3]?.id).toBe(receiver.received[0]?.id);
    expect(node.became).toEqual(['due', 'due', 'dead', 'done']);
  });

  test('waits as long as the receiver asks to', async () => {
    const answers = [{ status: 429, headers: { 'retry-after': '3600' } }, { status: 204 }];
    receiver.answer = () => answers.shift() ?? { status: 204 };
    await webhooks.create({ tenant: 'acme', url: receiver.url });
    await created();
    await node.turn();
    await clock.advance(3_599_000);
    await node.turn();
    expect(receiver.received).toHaveLength(1);
    await clock.advance(1_000);
    await node.turn();
    expect(await states()).toEqual(['done']);
  });

  test('switches a webhook off whose receiver is gone for good; switched on again, it is told what waits', async () => {
    receiver.answer = () => ({ status: 410 });
    const { id } = await webhooks.create({ tenant: 'acme', url: receiver.url });
    await created();
    await node.turn();
    expect(await webhooks.get(id)).toMatchObject({ enabled: false, reason: 'gone', version: 2 });
    expect(node.disabled.map((row) => row.id)).toEqual([id]);
    await created();
    await clock.advance(600_000);
    await node.turn();
    expect(receiver.received).toHaveLength(1);
    receiver.answer = () => ({ status: 204 });
    expect(await webhooks.update(id, { enabled: true })).toMatchObject({ enabled: true, reason: null });
    await created();
    await node.turn();
    expect(receiver.received).toHaveLength(2);
  });

  test('follows no redirect, and reads no long answer', async () => {
    await webhooks.create({ tenant: 'acme', url: receiver.url });
    receiver.answer = () => ({ status: 307, headers: { location: `${receiver.upstream.url}/elsewhere` } });
    await created();
    await node.turn();
    expect(receiver.upstream.requests.map(({ target }) => target)).toEqual(['/hook']);
    receiver.answer = () => ({ status: 200, body: 'x'.repeat(65 * 1024) });
    await clock.advance(RETRY_MS[0] ?? 0);
    await node.turn();
    const { rows } = await webhooks.deliveries({ limit: 9 });
    expect(rows).toMatchObject([{ state: 'due', attempts: 2, status: null, problem: 'answer_too_large' }]);
  });

  test('never goes to an address that is not public and not named in the config', async () => {
    const strict = openNode([], database, clock);
    await webhooks.create({ tenant: 'acme', url: receiver.url });
    await created();
    await strict.turn();
    await strict.close();
    expect(receiver.upstream.traffic.connections).toBe(0);
    expect((await webhooks.deliveries({ limit: 9 })).rows).toMatchObject([{ state: 'due', problem: 'unreachable' }]);
  });
});

describe('several', () => {
  test('are told by one of several nodes each', async () => {
    const nodes = [node, openNode([receiver.host], database, clock), openNode([receiver.host], database, clock)];
    await webhooks.create({ tenant: 'acme', url: receiver.url });
    for (let n = 0; n < 30; n++) await created();
    await Promise.all(nodes.map((each) => each.turn()));
    expect(receiver.received).toHaveLength(30);
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(30);
    await Promise.all(nodes.slice(1).map((each) => each.close()));
  });

  test('are not held up by a receiver that does not answer', async () => {
    let goOn: () => void = () => undefined;
    const stalled = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let [waiting, most] = [0, 0];
    receiver.answer = async (path) => {
      if (path !== '/slow') return { status: 204 };
      most = Math.max(most, ++waiting);
      await stalled;
      waiting--;
      return { status: 204 };
    };
    await webhooks.create({ tenant: 'acme', url: `${receiver.upstream.url}/slow` });
    for (let n = 0; n < 100; n++) await created();
    await webhooks.create({ tenant: 'acme', url: receiver.url });
    for (let n = 0; n < 10; n++) await created();
    const turn = node.turn();
    await expect.poll(() => receiver.upstream.requests.filter(({ target }) => target === '/hook').length).toBe(10);
    expect([waiting, most]).toEqual([4, 4]);
    goOn();
    await turn;
    expect(most).toBe(4);
    expect(receiver.received).toHaveLength(120);
  });

  test('are not held up by another tenant, however many receivers of theirs do not answer', async () => {
    let goOn: () => void = () => undefined;
    const stalled = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let waiting = 0;
    receiver.answer = async (path) => {
      if (path !== '/slow') return { status: 204 };
      waiting++;
      await stalled;
      return { status: 204 };
    };
    for (const tenant of ['acme', 'globex'])
      for (let n = 0; n < 20; n++) await webhooks.create({ tenant, url: `${receiver.upstream.url}/slow` });
    await webhooks.create({ tenant: 'initech', url: receiver.url });
    for (const tenant of ['acme', 'globex', 'initech'])
      for (let n = 0; n < 8; n++) await happen({ database, clock }, 'key_created', { keyId: 'k' }, tenant);
    const turn = node.turn();
    await expect.poll(() => receiver.upstream.requests.filter(({ target }) => target === '/hook').length).toBe(8);
    expect(waiting).toBe(32);
    goOn();
    await turn;
    expect(receiver.received).toHaveLength(2 * 20 * 8 + 8);
  });

  test('are sent again when the node that had them is no more', async () => {
    await webhooks.create({ tenant: 'acme', url: receiver.url });
    await created();
    const [row] = await database.webhooks.due({ now: clock.now(), except: [], each: 100, limit: 1 });
    await database.webhooks.claim([row?.id ?? ''], { lease: 'dead', now: clock.now(), until: clock.now() + 45_000 });
    await node.turn();
    expect(receiver.received).toHaveLength(0);
    await clock.advance(45_000);
    await node.turn();
    expect(receiver.received).toHaveLength(1);
  });

  test('that are under way are due again when a node is closed', async () => {
    receiver.answer = () => new Promise(() => undefined);
    await webhooks.create({ tenant: 'acme', url: receiver.url });
    await created();
    const turn = node.turn();
    await expect.poll(() => receiver.upstream.requests.length).toBe(1);
    await node.close();
    await turn;
    expect(await states()).toEqual(['due']);
    expect(await database.webhooks.due({ now: clock.now(), except: [], each: 100, limit: 9 })).toHaveLength(1);
    // However often a server is restarted, it is not the receiver that failed.
    expect((await webhooks.deliveries({ limit: 9 })).rows).toMatchObject([{ attempts: 0 }]);
  });
});

describe('a webhook', () => {
  test('is told of its tenant alone, and one for all of everybody', async () => {
    await webhooks.create({ tenant: 'acme', url: `${receiver.upstream.url}/acme` });
    await webhooks.create({ tenant: null, url: `${receiver.upstream.url}/all` });
    await created();
    await happen({ database, clock }, 'link_expired', { linkId: 'link_1', name: 'Report' }, 'globex');
    await happen({ database, clock }, 'client_registered', { name: 'Claude', places: 'https://claude.ai' }, null);
    await happen({ database, clock }, 'login_succeeded', {});
    await node.turn();
    const told = receiver.upstream.requests.map(({ target, body }) => `${target} ${JSON.parse(String(body)).type}`);
    expect(told.sort()).toEqual([
      '/acme key.created',
      '/all client.registered',
      '/all key.created',
      '/all link.expired',
    ]);
  });

  test.each([
    'http://example.com/',
    'https://user:pass@example.com/',
    'https://example.com/#x',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://169.254.169.254/latest',
    'https://0x7f000001/',
    'https://example.com:22/',
    'https://example.com:6379/',
    'ftp://example.com/',
    'hook',
    `https://example.com/${'x'.repeat(2_048)}`,
  ])('is refused at %s', async (url) => {
    await expect(webhooks.create({ tenant: 'acme', url })).rejects.toMatchObject({ code: 'invalid_params' });
    const { id } = await webhooks.create({ tenant: 'acme', url: 'https://example.com/' });
    await expect(webhooks.update(id, { url })).rejects.toMatchObject({ code: 'invalid_params' });
  });

  test('of another tenant does not exist', async () => {
    const { id } = await webhooks.create({ tenant: 'acme', url: receiver.url });
    const all = await webhooks.create({ tenant: null, url: receiver.url });
    await created();
    await node.turn();
    const [delivery] = (await webhooks.deliveries({ tenant: 'acme', limit: 9 })).rows;
    expect((await webhooks.deliveries({ tenant: 'globex', limit: 9 })).rows).toEqual([]);
    expect((await webhooks.deliveries({ tenant: 'acme', limit: 9 })).rows).toHaveLength(1);
    for (const [tenant, hook] of [['globex', id] as const, ['acme', all.id] as const]) {
      expect(await webhooks.get(hook, tenant)).toBeUndefined();
      expect(await webhooks.update(hook, { enabled: false }, { tenant })).toBeUndefined();
      expect(await webhooks.rotateSecret(hook, tenant)).toBeUndefined();
      expect(await webhooks.delete(hook, { tenant })).toBeUndefined();
    }
    expect(await webhooks.delivery(delivery?.id ?? '', 'globex')).toBeUndefined();
    expect(await webhooks.replay(delivery?.id ?? '', 'globex')).toBeUndefined();
    expect(await webhooks.replay(delivery?.id ?? '', 'acme')).toBe(true);
  });

  test('is changed only as it was read, where that is said; a tenant has twenty', async () => {
    const { id } = await webhooks.create({ tenant: 'acme', url: receiver.url });
    await webhooks.update(id, { types: ['key.created'] }, { version: 1 });
    const late = webhooks.update(id, { types: [] }, { version: 1 });
    await expect(late).rejects.toMatchObject({ code: 'precondition_failed' });
    await expect(webhooks.update(id, { types: ['key.lost'] })).rejects.toMatchObject({ code: 'invalid_params' });
    for (let n = 1; n < 20; n++) await webhooks.create({ tenant: 'acme', url: receiver.url });
    await expect(webhooks.create({ tenant: 'acme', url: receiver.url })).rejects.toThrow(/20 webhooks/);
    await webhooks.create({ tenant: 'globex', url: receiver.url });
  });
});
