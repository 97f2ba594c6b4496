import { expect, it } from 'vitest';
import { cacheSuite } from '../testing/cache-suite.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { createMemoryCache } from './memory.ts';

cacheSuite('memory', async () => {
  const clock = manualClock();
  return { cache: createMemoryCache({ clock }), advance: clock.advance };
});

it('refuses a value when it is full rather than forget one, and takes it when one has expired', async () => {
  const clock = manualClock();
  const cache = createMemoryCache({ clock, maxValues: 2 });
  await cache.set('a', '1', 1_000);
  await cache.set('b', '1', 5_000);
  await expect(cache.set('c', '1', 1_000)).rejects.toMatchObject({ code: 'unavailable' });
  await expect(cache.lock('c', 1_000)).rejects.toMatchObject({ code: 'unavailable' });
  await cache.set('a', '2', 1_000);
  expect(await cache.get('b')).toBe('1');
  await clock.advance(1_000);
  await cache.set('c', '1', 1_000);
  expect(await cache.get('c')).toBe('1');
});

it('forgets the oldest counter and the stream longest unused when there are too many', async () => {
  const cache = createMemoryCache({ clock: manualClock(), maxCounters: 2, maxStreams: 2 });
  for (const key of ['a', 'b', 'c']) await cache.increment(key, 1, 1_000);
  expect((await cache.increment('b', 1, 1_000)).value).toBe(2);
  expect((await cache.increment('a', 1, 1_000)).value).toBe(1);

  const limits = { maxLength: 10, ttlMs: 1_000 };
  for (const stream of ['a', 'b', 'a', 'c']) await cache.append(stream, 'x', limits);
  expect(await cache.read('a', undefined, 10)).toHaveLength(2);
  expect(await cache.read('b', undefined, 10)).toEqual([]);
});

it('forgets the stream longest unused when they hold too much together, and never the newest', async () => {
  const clock = manualClock();
  const cache = createMemoryCache({ clock, maxStreamChars: 10 });
  const limits = { maxLength: 2, ttlMs: 1_000 };
  for (const stream of ['a', 'b', 'a', 'a', 'a', 'c']) await cache.append(stream, 'xxx', limits);
  const lengths = async (...names: string[]) =>
    Promise.all(names.map(async (name) => (await cache.read(name, undefined, 10)).length));
  expect(await lengths('a', 'b', 'c')).toEqual([2, 0, 1]);
  await cache.append('d', 'x'.repeat(100), limits);
  expect(await lengths('a', 'c', 'd')).toEqual([0, 0, 1]);
  await cache.delete('d');
  for (const stream of ['a', 'b', 'c']) await cache.append(stream, 'xxx', limits);
  expect(await lengths('a', 'b', 'c')).toEqual([1, 1, 1]);
});

it('reads nothing behind a position that is none of its own', async () => {
  const cache = createMemoryCache({ clock: manualClock() });
  await cache.append('s', 'x', { maxLength: 10, ttlMs: 1_000 });
  for (const position of ['', 'x', '1', '-1', "1-1'"]) expect(await cache.read('s', position, 10)).toEqual([]);
});

it('leaves no timer behind when it is closed', async () => {
  const clock = manualClock();
  const cache = createMemoryCache({ clock, sweepMs: 100 });
  await cache.set('a', '1', 50);
  await clock.advance(250);
  expect(clock.pending()).toBe(1);
  await cache.close();
  expect(clock.pending()).toBe(0);
});
