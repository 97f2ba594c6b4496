import { afterEach, expect, test } from 'vitest';
import type { Cache } from '../../src/core/cache.ts';
import type { Database } from '../../src/core/database.ts';
import { PosternError } from '../../src/core/errors.ts';
import { systemClock as clock } from '../../src/lib/clock.ts';
import { compose } from '../../src/server/compose.ts';
import { readConfig } from '../../src/server/config/load.ts';
import type { Postern } from '../../src/server/postern.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { openRedis } from '../../src/stores/redis.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { expectsStatus } from '../gates/expected.ts';

const CANARY = 'canary-password';

expectsStatus(503, 'that a store is out is what is asked about');

let postern: Postern | undefined;
const stores: (Cache | Database)[] = [];
afterEach(async () => {
  await postern?.close();
  for (const store of stores.splice(0)) await store.close();
});

function kept<T extends Cache | Database>(store: T): T {
  stores.push(store);
  return store;
}

async function ready(changes: { readonly database?: Database; readonly cache?: Cache } = {}) {
  const database = kept(openSqlite({ file: ':memory:', clock }));
  await database.migrate();
  const config = readConfig({}, { name: 'test', lineOf: () => undefined }, { baseDir: '.', env: {} });
  const surroundings = { baseDir: '.', clock, version: '0', logTo: { write: () => undefined } };
  const cache = changes.cache ?? kept(createMemoryCache({ clock }));
  const master = new Uint8Array(32).fill(1);
  postern = await compose(config, { ...surroundings, database: changes.database ?? database, cache, master });
  const answer = await postern.fetch(new Request('http://127.0.0.1/readyz'));
  const text = await answer.text();
  expect(text).not.toContain(CANARY);
  return { status: answer.status, body: JSON.parse(text) };
}

test('both stores answer: it is ready', async () => {
  expect(await ready()).toEqual({ status: 200, body: { status: 'ready', database: 'ok', cache: 'ok' } });
});

test('without Redis it is not, and says so', async () => {
  const url = `redis://:${CANARY}@127.0.0.1:1`;
  const cache = kept(await openRedis({ url, clock, prefix: 'p', commandTimeoutMs: 200, connectTimeoutMs: 200 }));
  const body = { status: 'not ready', database: 'ok', cache: 'out' };
  expect(await ready({ cache })).toEqual({ status: 503, body });
});

test('without its database neither', async () => {
  const sqlite = kept(openSqlite({ file: ':memory:', clock }));
  const find = async () => {
    throw new PosternError('unavailable', { cause: new Error(CANARY) });
  };
  const body = { status: 'not ready', database: 'out', cache: 'ok' };
  expect(await ready({ database: { ...sqlite, keys: { ...sqlite.keys, find } } })).toEqual({ status: 503, body });
});
