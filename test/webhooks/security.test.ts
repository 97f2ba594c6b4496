/** Attacks on webhooks: what may be reached through them, what is learned by them, and what they cost. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Database } from '../../src/core/database.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts';
import { createRecordingUpstream } from '../../src/testing/recording-upstream.ts';
import type { Webhooks } from '../../src/webhooks/webhooks.ts';
import { CERTIFICATE, PRIVATE_KEY } from '../servers/certificates.ts';
import { openReceiver, type Receiver, verifies } from './receiver.ts';
import { happen, type Node, openNode, TIMEOUT_MS, webhooksWith } from './told.ts';

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

const created = () => happen({ database, clock }, 'key_created', { keyId: 'key_1', name: 'CI' });
const only = async () => (await webhooks.deliveries({ limit: 9 })).rows[0];

test('security case 91: of twenty who send the same again at once, one does, and each sending is signed for its own time', async () => {
  const { secret } = await webhooks.create({ tenant: 'acme', url: receiver.url });
  await created();
  await node.turn();
  const { id = '' } = (await only()) ?? {};
  await clock.advance(301_000);
  const asked = await Promise.all(Array.from({ length: 20 }, () => webhooks.replay(id)));
  expect(asked.filter(Boolean)).toHaveLength(1);
  await Promise.all([node.turn(), node.turn()]);
  const [first, second, ...others] = receiver.received;
  if (first === undefined || second === undefined) throw new Error('nothing was received');
  expect([others, second.id, second.timestamp - first.timestamp]).toEqual([[], first.id, 301]);
  expect([first, second].map((each) => verifies(secret, each))).toEqual([true, true]);
  // What was signed for one time is no good for another.
  expect(verifies(secret, { ...first, timestamp: second.timestamp })).toBe(false);
  expect(verifies(secret, { ...first, id: 'evt_2' })).toBe(false);
});

test.each([
  ['at an address of its own', 'https://127.0.0.1/'],
  ['at a name that leads there', 'https://localhost/'],
  ['at the metadata of a cloud', 'https://169.254.169.254/latest/meta-data'],
  ['at a mapped address', 'https://[::ffff:10.0.0.1]/'],
  ['at the port of another service', 'http://127.0.0.1:6379/'],
  ['of another scheme', 'gopher://127.0.0.1:6379/_x'],
])('security case 92: a webhook %s is not sent to, however it came to be there', async (_, url) => {
  const [hook] = [await webhooks.create({ tenant: 'acme', url: receiver.url })];
  await database.webhooks.change(hook.id, 1, { url, updatedAt: clock.now() });
  await created();
  await node.turn();
  expect(await only()).toMatchObject({ state: 'due', status: null, problem: 'unreachable' });
  expect(receiver.upstream.traffic.connections).toBe(0);
});

test('security case 92: what a receiver answers is kept nowhere and shown to nobody, and no redirect is followed', async () => {
  await webhooks.create({ tenant: 'acme', url: receiver.url });
  receiver.answer = () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' }, body: 'internal-secret' });
  await created();
  await node.turn();
  expect(await only()).toMatchObject({ state: 'due', status: 302 });
  const kept = [await only(), await database.webhooks.deliveries({ limit: 9 }), node.failures];
  expect(JSON.stringify(kept)).not.toContain('internal-secret');
});

test('security case 93: a receiver whose certificate nobody vouches for is not told', async () => {
  const [key, cert] = [PRIVATE_KEY, CERTIFICATE].map((file) => readFileSync(file, 'utf8')) as [string, string];
  const forged = await createRecordingUpstream({ tls: { key, cert } });
  const own = openNode([forged.host], database, clock);
  await webhooksWith([forged.host], database, clock).create({ tenant: 'acme', url: `${forged.url}/hook` });
  await created();
  await own.turn();
  expect(await only()).toMatchObject({ state: 'due', problem: 'unreachable' });
  expect(forged.requests).toEqual([]);
  await own.close();
  await forged.close();
});

test('security case 93: a receiver that stalls is given up on in time, and told again later', async () => {
  await webhooks.create({ tenant: 'acme', url: receiver.url });
  receiver.answer = () => new Promise(() => undefined);
  await created();
  const turn = node.turn();
  await expect.poll(() => receiver.received.length).toBe(1);
  await clock.advance(TIMEOUT_MS);
  await turn;
  expect(await only()).toMatchObject({ state: 'due', attempts: 1, problem: 'timeout' });
});

test('security case 93: what is to be told, and what was, does not grow for ever', async () => {
  await webhooks.create({ tenant: 'acme', url: receiver.url });
  await created();
  await node.turn();
  await node.close();
  await clock.advance(31 * 86_400_000);
  expect(await only()).toBeUndefined();
});
