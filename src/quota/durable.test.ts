import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { QuotaTable } from '../core/database.ts';
import { PosternError } from '../core/errors.ts';
import { openSqlite } from '../stores/sqlite.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { durableCounts } from './durable.ts';

const DAY_MS = 86_400_000;

async function openTable() {
  const clock = manualClock();
  const database = openSqlite({ file: ':memory:', clock });
  await database.migrate();
  const asked: number[] = [];
  const table: QuotaTable = {
    add: (key, by, endsAt) => {
      asked.push(by);
      return database.quotas.add(key, by, endsAt);
    },
    prune: (endedBefore, limit) => database.quotas.prune(endedBefore, limit),
  };
  return { clock, database, table, asked };
}

test('a count goes on where it was, after a close to the call, after a kill by no more than a hundredth', async () => {
  const { clock, database, table, asked } = await openTable();
  const first = durableCounts(table, clock, 10);
  const count = async (counts: typeof first, calls: number) => {
    let value = 0;
    for (let call = 0; call < calls; call++) ({ value } = await counts.increment('k', 1, DAY_MS, 10_000));
    return value;
  };
  expect(await count(first, 250)).toBe(250);
  // A statement for a hundred calls.
  expect(asked).toEqual([100, 100, 100]);
  await first.close();
  const second = durableCounts(table, clock, 10);
  expect(await count(second, 10)).toBe(260);
  const third = durableCounts(table, clock, 10);
  expect(await count(third, 1)).toBe(351);
  await database.close();
});

test('what is reserved is counted at once, and no more than that', async () => {
  const { clock, database, table, asked } = await openTable();
  const counts = durableCounts(table, clock, 10);
  expect(counts.incrementNow?.('k', 300)).toBeUndefined();
  expect(await counts.increment('k', 1, DAY_MS, 300)).toMatchObject({ value: 1 });
  expect([1, 2, 3].map(() => counts.incrementNow?.('k', 300))).toEqual([2, 3, undefined]);
  await counts.increment('k', 1, DAY_MS, 300);
  // A limit that was lowered meanwhile.
  expect(counts.incrementNow?.('k', 4)).toBeUndefined();
  expect(asked).toEqual([3, 3]);
  await database.close();
});

test('what has ended is forgotten, and what makes room is given back', async () => {
  const { clock, database, table } = await openTable();
  const counts = durableCounts(table, clock, 2);
  await counts.increment('a', 1, DAY_MS, 1_000);
  await counts.increment('b', 1, DAY_MS, 1_000);
  await counts.increment('c', 1, DAY_MS, 1_000);
  expect(await database.quotas.add('a', 0, 0)).toBe(1);
  expect(await database.quotas.add('b', 0, 0)).toBe(10);
  await clock.advance(2 * DAY_MS);
  await counts.increment('d', 1, DAY_MS, 1_000);
  expect(await database.quotas.add('b', 1, 0)).toBe(1);
  await database.close();
});

test('a database that cannot be asked is said to be so, and what was not counted is not used', async () => {
  const { clock, database, table } = await openTable();
  const state = { broken: true };
  const add: QuotaTable['add'] = async (...args) => {
    if (state.broken) throw new PosternError('unavailable');
    return table.add(...args);
  };
  const counts = durableCounts({ ...table, add }, clock, 10);
  await expect(counts.increment('k', 1, DAY_MS, 100)).rejects.toMatchObject({ code: 'unavailable' });
  state.broken = false;
  expect(await counts.increment('k', 3, DAY_MS, 100)).toMatchObject({ value: 3 });
  expect(await counts.increment('k', 0, DAY_MS, 100)).toMatchObject({ value: 3 });
  await database.close();
});

test('no processes, however they count, close and are killed, make more calls than the limit', async () => {
  const action = fc.oneof(
    { weight: 10, arbitrary: fc.record({ node: fc.nat(2), calls: fc.integer({ min: 1, max: 150 }) }) },
    { weight: 1, arbitrary: fc.record({ node: fc.nat(2), end: fc.constantFrom('close' as const, 'kill' as const) }) },
  );
  const run = async (script: readonly (typeof action extends fc.Arbitrary<infer T> ? T : never)[], limit: number) => {
    const { clock, database, table } = await openTable();
    const start = () => durableCounts(table, clock, 10);
    const nodes = [start(), start(), start()];
    let made = 0;
    let killed = 0;
    for (const step of script) {
      const node = nodes[step.node] ?? start();
      if ('end' in step) {
        if (step.end === 'close') await node.close();
        else killed += 1;
        nodes[step.node] = start();
        continue;
      }
      const counting = Array.from({ length: step.calls }, async () => {
        const value = node.incrementNow?.('k', limit) ?? (await node.increment('k', 1, DAY_MS, limit)).value;
        if (value <= limit) made += 1;
        // What is one too many is given back while others are being counted.
        else await node.increment('k', -1, DAY_MS, limit);
      });
      await Promise.all(counting);
      expect(made).toBeLessThanOrEqual(limit);
    }
    await Promise.all(nodes.map((node) => node.close()));
    const last = start();
    // What nobody took with them into the grave can still be made.
    const rest = await Promise.all(Array.from({ length: limit }, () => last.increment('k', 1, DAY_MS, limit)));
    const all = made + rest.filter(({ value }) => value <= limit).length;
    expect(all).toBeLessThanOrEqual(limit);
    expect(all).toBeGreaterThanOrEqual(limit - killed * Math.max(1, Math.floor(limit / 100)));
    await database.close();
  };
  await fc.assert(fc.asyncProperty(fc.array(action, { maxLength: 30 }), fc.constantFrom(1, 7, 250, 400), run), {
    numRuns: 60,
  });
});
