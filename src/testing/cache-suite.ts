import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from '../core/cache.ts';

/** A cache and a hold on its time. */
export interface CacheUnderTest {
  readonly cache: Cache;
  /** Lets so many milliseconds pass, for the cache at least. */
  advance(ms: number): Promise<void>;
}

/** Long enough that nothing dies of it while a test runs. */
const LONG_MS = 60_000;
const SHORT_MS = 1_000;

/**
 * What every {@link Cache} must do, as tests.
 *
 * @param name how the adapter is called in the report.
 * @param open gives an empty cache; the suite closes it.
 */
export function cacheSuite(name: string, open: () => Promise<CacheUnderTest>): void {
  describe(`${name} as a cache`, () => {
    let current: CacheUnderTest;

    beforeEach(async () => {
      current = await open();
    });
    afterEach(() => current.cache.close());

    describe('values', () => valueSuite(() => current));
    describe('counters', () => counterSuite(() => current));
    describe('locks', () => lockSuite(() => current));
    describe('channels', () => channelSuite(() => current));
    describe('streams', () => streamSuite(() => current));
  });
}

function valueSuite(current: () => CacheUnderTest): void {
  it('keeps a value for its time, and a new one for its own', async () => {
    const { cache, advance } = current();
    expect(await cache.get('k')).toBeUndefined();
    await cache.set('k', 'one', SHORT_MS);
    expect(await cache.get('k')).toBe('one');
    await cache.set('k', 'two', 2 * SHORT_MS);
    await advance(SHORT_MS + 1);
    expect(await cache.get('k')).toBe('two');
    await advance(SHORT_MS);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('keeps an empty value apart from none', async () => {
    const { cache } = current();
    await cache.set('k', '', LONG_MS);
    expect(await cache.get('k')).toBe('');
    expect(await cache.setIfAbsent('k', 'x', LONG_MS)).toBe(false);
    expect(await cache.take('k')).toBe('');
  });

  it('takes a value once, however many want it', async () => {
    const { cache } = current();
    await cache.set('k', 'once', LONG_MS);
    const taken = await Promise.all(Array.from({ length: 10 }, () => cache.take('k')));
    expect(taken.filter((value) => value !== undefined)).toEqual(['once']);
    expect(await cache.get('k')).toBeUndefined();
  });

  it('does not give out a value past its time by any verb', async () => {
    const { cache, advance } = current();
    for (const key of ['take', 'swap', 'claim']) await cache.set(key, 'old', SHORT_MS);
    await advance(SHORT_MS + 1);
    expect(await cache.take('take')).toBeUndefined();
    expect(await cache.compareAndSet('swap', 'old', 'new', LONG_MS)).toBe(false);
    expect(await cache.setIfAbsent('claim', 'new', LONG_MS)).toBe(true);
  });

  it('gives a free key to one of many', async () => {
    const { cache } = current();
    const won = await Promise.all([0, 1, 2, 3, 4].map((by) => cache.setIfAbsent('k', String(by), LONG_MS)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await cache.get('k')).toBe(String(won.indexOf(true)));
  });

  it('swaps only what it expects, for one of many', async () => {
    const { cache } = current();
    expect(await cache.compareAndSet('k', 'one', 'two', LONG_MS)).toBe(false);
    await cache.set('k', 'one', LONG_MS);
    const won = await Promise.all([0, 1, 2].map((by) => cache.compareAndSet('k', 'one', `two-${by}`, LONG_MS)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await cache.get('k')).toBe(`two-${won.indexOf(true)}`);
  });

  it('deletes, also what is not there', async () => {
    const { cache } = current();
    await cache.set('k', 'one', LONG_MS);
    await cache.delete('k');
    await cache.delete('k');
    expect(await cache.get('k')).toBeUndefined();
  });
}

function counterSuite(current: () => CacheUnderTest): void {
  it('counts every one of many', async () => {
    const { cache } = current();
    const counted = await Promise.all(Array.from({ length: 20 }, () => cache.increment('n', 1, LONG_MS)));
    expect(counted.map(({ value }) => value).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    expect((await cache.increment('n', 5, LONG_MS)).value).toBe(25);
  });

  it('begins a window with the first count, and does not stretch it with the later ones', async () => {
    const { cache, advance } = current();
    const first = await cache.increment('n', 1, SHORT_MS);
    await advance(SHORT_MS / 2);
    const second = await cache.increment('n', 1, SHORT_MS);
    expect(second.value).toBe(2);
    expect(Math.abs(second.endsAt - first.endsAt)).toBeLessThan(SHORT_MS / 4);
    await advance(SHORT_MS / 2 + 1);
    const third = await cache.increment('n', 1, SHORT_MS);
    expect(third.value).toBe(1);
    expect(third.endsAt).toBeGreaterThan(first.endsAt);
  });
}

function lockSuite(current: () => CacheUnderTest): void {
  it('lets one of many in, and the next one when it has left', async () => {
    const { cache } = current();
    const locks = await Promise.all([1, 2, 3].map(() => cache.lock('l', LONG_MS)));
    const held = locks.filter((lock) => lock !== undefined);
    expect(held).toHaveLength(1);
    expect(await cache.lock('other', LONG_MS)).toBeDefined();
    await held[0]?.release();
    const next = await cache.lock('l', LONG_MS);
    expect(next?.fence).toBeGreaterThan(held[0]?.fence ?? Number.POSITIVE_INFINITY);
  });

  it('lets the next one in when the time is up, and the late one cannot give back what is not its own', async () => {
    const { cache, advance } = current();
    const late = await cache.lock('l', SHORT_MS);
    await advance(SHORT_MS + 1);
    const next = await cache.lock('l', LONG_MS);
    expect(next?.fence).toBeGreaterThan(late?.fence ?? Number.POSITIVE_INFINITY);
    await late?.release();
    expect(await cache.lock('l', LONG_MS)).toBeUndefined();
  });
}

function channelSuite(current: () => CacheUnderTest): void {
  it('brings a message to all who listen to its channel, in order, and to nobody else', async () => {
    const { cache } = current();
    const first = inbox();
    const second = inbox();
    const other = inbox();
    await cache.subscribe('c', first.put);
    await cache.subscribe('c', second.put);
    await cache.subscribe('d', other.put);
    await cache.publish('c', 'one');
    await cache.publish('c', 'two');
    await cache.publish('d', 'end');
    expect(await first.take(2)).toEqual(['one', 'two']);
    expect(await second.take(2)).toEqual(['one', 'two']);
    expect(await other.take(1)).toEqual(['end']);
  });

  it('brings nothing more once the subscription has ended', async () => {
    const { cache } = current();
    const gone = inbox();
    const stays = inbox();
    const end = await cache.subscribe('c', gone.put);
    await cache.subscribe('c', stays.put);
    await end();
    await end();
    await cache.publish('c', 'late');
    expect(await stays.take(1)).toEqual(['late']);
    expect(gone.received).toEqual([]);
  });
}

function streamSuite(current: () => CacheUnderTest): void {
  const limits = { maxLength: 3, ttlMs: SHORT_MS };

  it('reads in order, from the start or behind an entry, up to the limit', async () => {
    const { cache } = current();
    const ids: string[] = [];
    for (const value of ['a', 'b', 'c']) ids.push(await cache.append('s', value, limits));
    expect(new Set(ids).size).toBe(3);
    expect(await cache.read('s', undefined, 10)).toEqual(['a', 'b', 'c'].map((value, at) => ({ id: ids[at], value })));
    expect((await cache.read('s', ids[0], 10)).map(({ value }) => value)).toEqual(['b', 'c']);
    expect((await cache.read('s', undefined, 2)).map(({ value }) => value)).toEqual(['a', 'b']);
    expect(await cache.read('s', ids[2], 10)).toEqual([]);
    expect(await cache.read('none', undefined, 10)).toEqual([]);
  });

  it('keeps the newest entries', async () => {
    const { cache } = current();
    const first = await cache.append('s', 'a', limits);
    for (const value of ['b', 'c', 'd']) await cache.append('s', value, limits);
    expect((await cache.read('s', undefined, 10)).map(({ value }) => value)).toEqual(['b', 'c', 'd']);
    expect((await cache.read('s', first, 10)).map(({ value }) => value)).toEqual(['b', 'c', 'd']);
  });

  it('dies a time after its last entry, and ids grow on in the one that follows', async () => {
    const { cache, advance } = current();
    await cache.append('s', 'a', limits);
    await advance(SHORT_MS / 2);
    const last = await cache.append('s', 'b', limits);
    await advance(SHORT_MS / 2 + 1);
    expect(await cache.read('s', undefined, 10)).toHaveLength(2);
    await advance(SHORT_MS / 2);
    expect(await cache.read('s', undefined, 10)).toEqual([]);
    await cache.append('s', 'c', limits);
    expect((await cache.read('s', last, 10)).map(({ value }) => value)).toEqual(['c']);
  });
}

/** What a listener was told, to be waited for. */
function inbox() {
  const received: string[] = [];
  const waiting: (() => void)[] = [];
  return {
    received,
    put: (message: string): void => {
      received.push(message);
      for (const wake of waiting.splice(0)) wake();
    },
    take: async (count: number): Promise<string[]> => {
      while (received.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
      return received.splice(0, count);
    },
  };
}
