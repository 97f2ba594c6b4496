import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Cache } from '../../core/cache.ts';
import type { Database } from '../../core/database.ts';
import { createSealer } from '../../lib/seal.ts';
import { createMemoryCache } from '../../stores/memory.ts';
import { openSqlite } from '../../stores/sqlite.ts';
import { type ManualClock, manualClock } from '../../testing/manual-clock.ts';
import { type KeyPurpose, keysFor } from './key-table.ts';
import { createSigningKeys, type SigningKeys } from './signing-keys.ts';

const DAY = 86_400_000;
const TIMES = { rotateMs: 90 * DAY, overlapMs: 900_000, retireMs: 960_000 };

let clock: ManualClock;
let database: Database;
let cache: Cache;
let open: SigningKeys[];
const failures: unknown[] = [];

beforeEach(async () => {
  clock = manualClock();
  database = openSqlite({ file: ':memory:', clock });
  await database.migrate();
  cache = createMemoryCache({ clock });
  open = [];
});
afterEach(async () => {
  for (const keys of open) await keys.close();
  await cache.close();
  await database.close();
  expect(failures).toEqual([]);
});

async function node(
  secret = 1,
  times = TIMES,
  over: Partial<Cache> = {},
  purpose: KeyPurpose = 'access-tokens',
): Promise<SigningKeys> {
  const keys = createSigningKeys({
    table: keysFor(database.oauth.signingKeys, purpose),
    channel: purpose,
    sealer: createSealer([{ id: 'k', secret: new Uint8Array(32).fill(secret) }]),
    cache: { ...cache, ...over },
    clock,
    times,
    failed: (thrown) => void failures.push(thrown),
  });
  await keys.start();
  open.push(keys);
  return keys;
}

const published = (keys: SigningKeys) => keys.current().public.keys.map(({ kid }) => kid);

/** What a timer set off has read the database by then. */
async function pass(ms: number): Promise<void> {
  await clock.advance(ms);
  for (let turn = 0; turn < 50; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
}

it('is made once and the same on all nodes, whose set stays the same object', async () => {
  const starting = Promise.all([node(), node()]);
  let begun = false;
  void starting.then(() => {
    begun = true;
  });
  while (!begun) await clock.advance(50);
  const [one, two] = await starting;
  expect(two.current()).toEqual(one.current());
  expect(one.current()).toBe(one.current());
  expect(one.current().public.keys).toHaveLength(1);
  expect(JSON.stringify(one.current().public)).not.toContain('"d"');
  const stored = JSON.stringify(await database.oauth.signingKeys.list(0));
  expect(stored).not.toContain(String(one.current().private[0]?.['d']));
});

it('publishes a new key before it signs, and an old one until its last token is dead', async () => {
  const deaf = { subscribe: async () => async () => undefined };
  const [one, two] = [await node(), await node(1, TIMES, deaf)];
  const old = one.current().kid;
  const fresh = await one.rotate();
  expect([one.current().kid, published(one)]).toEqual([old, [old, fresh]]);
  await pass(60_000);
  expect([two.current().kid, published(two)]).toEqual([old, [old, fresh]]);
  await pass(TIMES.overlapMs);
  expect([one.current().kid, two.current().kid]).toEqual([fresh, fresh]);
  expect(published(two)).toEqual([old, fresh]);
  await pass(TIMES.retireMs);
  expect([published(one), published(two)]).toEqual([[fresh], [fresh]]);
});

it('rotates by age, without anybody asking', async () => {
  const keys = await node(1, { rotateMs: 240_000, overlapMs: 120_000, retireMs: 60_000 });
  const old = keys.current().kid;
  await pass(180_000);
  expect(published(keys)).toEqual([old]);
  await pass(60_000);
  while (published(keys).length < 2) await new Promise<void>((resolve) => void setImmediate(resolve));
  const [, fresh] = published(keys);
  expect(keys.current().kid).toBe(old);
  await pass(120_000);
  expect([keys.current().kid, published(keys)]).toEqual([fresh, [old, fresh]]);
  await pass(60_000);
  expect(published(keys)).toEqual([fresh]);
});

it('changes at once where a key is known to others, and takes the old one away', async () => {
  const [one, two] = [await node(), await node()];
  const fresh = await one.rotate(true);
  expect([one.current().kid, published(one)]).toEqual([fresh, [fresh]]);
  await pass(0);
  expect(published(two)).toEqual([fresh]);
});

it('makes another key where the secret that the old one was sealed with is gone', async () => {
  const before = await node(1);
  const after = await node(2);
  expect(published(after)).not.toContain(before.current().kid);
  expect(published(before)).toEqual([before.current().kid]);
});

it('has nothing to do with the keys of another purpose', async () => {
  const tokens = await node();
  const assertions = await node(2, TIMES, {}, 'assertions');
  const before = [published(tokens), published(assertions)];
  const third = await assertions.rotate(true);
  expect(third).toMatch(/^[\w-]{43}$/);
  await tokens.refresh();
  expect([published(tokens), published(assertions)]).toEqual([before[0], [third]]);
  const fourth = await tokens.rotate(true);
  await assertions.refresh();
  expect([published(tokens), published(assertions)]).toEqual([[fourth], [third]]);
});
