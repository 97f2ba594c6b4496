import { expect, it } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { Lru } from './lru.ts';

it('keeps as many as it may, and forgets what was used longest ago', () => {
  const lru = new Lru<string, number>({ max: 2 });
  lru.set('a', 1);
  lru.set('b', 2);
  expect(lru.get('a')).toBe(1);
  lru.set('c', 3);
  expect([lru.get('a'), lru.get('b'), lru.get('c')]).toEqual([1, undefined, 3]);
  lru.set('a', 4);
  expect(lru.size).toBe(2);
  lru.delete('a');
  expect(lru.get('a')).toBeUndefined();
  lru.clear();
  expect(lru.size).toBe(0);
});

it('lets an entry die its time after it was set, used or not', async () => {
  const clock = manualClock();
  const lru = new Lru<string, number>({ max: 2, expire: { afterMs: 100, clock } });
  lru.set('a', 1);
  await clock.advance(99);
  expect(lru.get('a')).toBe(1);
  await clock.advance(1);
  expect(lru.get('a')).toBeUndefined();
  expect(lru.size).toBe(0);
});

it('keeps an undefined value no worse than another', () => {
  const lru = new Lru<string, undefined>({ max: 1 });
  lru.set('a', undefined);
  expect(lru.get('a')).toBeUndefined();
  expect(lru.size).toBe(1);
});

it('refuses a bound that is none', () => {
  for (const max of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    expect(() => new Lru({ max })).toThrow(RangeError);
});
