/** What receivers are told of that nobody does by hand. */
import { expect, test } from 'vitest';
import { readConfig } from '../../src/server/config/load.ts';
import { Secret } from '../../src/server/config/secret.ts';
import { vaultOf } from '../../src/server/credentials/vault.ts';
import { rotateWebhooks, webhooksOf } from '../../src/server/webhooks/webhooks.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { createRecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { DOCUMENT, OPEN_TOOLS } from '../credentials/api.ts';
import { type Door, MASTER, openDoor } from '../security/door.ts';

const MASTER_BYTES = Buffer.from(MASTER);

/** The events that wait for a receiver, as they will be told. */
async function waiting({ database, clock, postern }: Door) {
  await postern.close();
  const rows = await database.webhooks.due({ now: clock.now() + 1_000, except: [], each: 100, limit: 99 });
  return rows.map(({ body }) => {
    const { type, data } = JSON.parse(body);
    return { type, ...data };
  });
}

async function listen({ database, clock }: Door): Promise<void> {
  const config = readConfig({}, { name: 'test', lineOf: () => undefined }, { baseDir: '.', env: {} });
  const webhooks = webhooksOf(config, { database, clock, vault: vaultOf(config, MASTER_BYTES) });
  await webhooks.create({ tenant: 'acme', url: 'https://acme.example/' });
}

test('a quota of a day that is used up is told once', async () => {
  const api = await createRecordingUpstream();
  const quotas = {
    limits: { daily: { per: 'tenant', calls: 2, period: 'day' }, burst: { calls: 1, windowSeconds: 1 } },
  };
  const clock = manualClock();
  await using door = await openDoor({
    api: { document: DOCUMENT, url: api.url },
    ...{ upstream: OPEN_TOOLS, config: { quotas }, clock },
  });
  await listen(door);
  const { key, id } = await door.key();
  for (let n = 0; n < 5; n++) {
    await door.call(key, 'me');
    await door.call(key, 'me');
    await clock.advance(1_000);
  }
  const endsAt = '2026-01-02T00:00:00.000Z';
  expect(await waiting(door)).toEqual([
    { type: 'quota.exceeded', tenant: 'acme', limit: 'daily', calls: 2, subject: id, endsAt },
  ]);
  await api.close();
});

test('an upstream that fails every call of a tenant is told once, and not for others', async () => {
  const api = await createRecordingUpstream({ answer: { status: 500 } });
  const clock = manualClock();
  await using door = await openDoor({
    api: { document: DOCUMENT, url: api.url },
    upstream: { ...OPEN_TOOLS, circuit: { failures: 3, openMs: 1_000 } },
    clock,
  });
  await listen(door);
  const [acme, globex] = [await door.key(), await door.key('globex')];
  for (let n = 0; n < 4; n++) for (const { key } of [acme, globex]) await door.call(key, 'me');
  // The one call that finds out whether it is back fails, too.
  await clock.advance(1_000);
  for (let n = 0; n < 2; n++) await door.call(acme.key, 'me');
  expect(await waiting(door)).toEqual([{ type: 'upstream.degraded', tenant: 'acme', upstream: 'api' }]);
  await api.close();
});

test('secrets of webhooks are put under a new key with those of connections, and open as before', async () => {
  const clock = manualClock();
  const database = openSqlite({ file: ':memory:', clock });
  await database.migrate();
  const config = readConfig({}, { name: 'test', lineOf: () => undefined }, { baseDir: '.', env: {} });
  const keyed = {
    ...config,
    secrets: { ...config.secrets, vault: [{ id: '2027', key: new Secret('k', 'x'.repeat(32)) }] },
  };
  const [old, next] = [vaultOf(config, MASTER_BYTES), vaultOf(keyed, MASTER_BYTES)];
  const { id } = await webhooksOf(config, { database, clock, vault: old }).create({
    tenant: null,
    url: 'https://a.test/',
  });
  expect(await rotateWebhooks(database.webhooks, next)).toEqual({ rotated: 1, unreadable: [] });
  expect(await rotateWebhooks(database.webhooks, next)).toEqual({ rotated: 0, unreadable: [] });
  const made = await webhooksOf(keyed, { database, clock, vault: next }).rotateSecret(id);
  expect(made?.secret).toMatch(/^whsec_/);
  expect(await rotateWebhooks(database.webhooks, old)).toEqual({ rotated: 0, unreadable: [id] });
  await database.close();
});
