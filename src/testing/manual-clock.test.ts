import { expect, it } from 'vitest';
import { manualClock } from './manual-clock.ts';

it('runs what comes due, in order, each at its own time, and what that sets off', async () => {
  const clock = manualClock(1_000);
  const ran: [string, number][] = [];
  const note = (name: string) => void ran.push([name, clock.now()]);
  clock.after(20, () => note('second'));
  clock.after(10, async () => {
    note('first');
    await Promise.resolve();
    clock.after(5, () => note('set off'));
  });
  clock.after(30, () => note('late'));
  const cancel = clock.after(12, () => note('cancelled'));
  cancel();
  await clock.advance(20);
  expect(ran).toEqual([
    ['first', 1_010],
    ['set off', 1_015],
    ['second', 1_020],
  ]);
  expect(clock.now()).toBe(1_020);
  expect(clock.monotonic()).toBe(20);
  expect(clock.pending()).toBe(1);
});
