import { expect, it } from 'vitest';
import { createMemoryCache } from '../stores/memory.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { onceOfAll } from './once-of-all.ts';

it('has one of several do it, once in its time; and each of them where they do not hear of each other', async () => {
  const clock = manualClock();
  const cache = createMemoryCache({ clock });
  const done: string[] = [];
  const come = async (node: string, over = cache, what: readonly string[] = ['quota', 'daily']) => {
    onceOfAll(over, what, 1_000, () => done.push(node));
    await clock.advance(0);
  };
  for (const node of ['one', 'two', 'one']) await come(node);
  expect(done.splice(0)).toEqual(['one']);
  await come('two', cache, ['quota', 'monthly']);
  expect(done.splice(0)).toEqual(['two']);
  await clock.advance(1_000);
  await come('two');
  expect(done.splice(0)).toEqual(['two']);
  const away = { ...cache, setIfAbsent: () => Promise.reject(new Error('no cache')) };
  for (const node of ['one', 'two']) await come(node, away);
  expect(done).toEqual(['one', 'two']);
  await cache.close();
});
