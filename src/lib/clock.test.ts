import { expect, it } from 'vitest';
import { systemClock } from './clock.ts';

it('runs a task, and does not run one that was taken back', async () => {
  const ran: string[] = [];
  const cancel = systemClock.after(0, () => ran.push('cancelled'));
  cancel();
  await new Promise<void>((resolve) => {
    systemClock.after(0, () => {
      ran.push('kept');
      resolve();
    });
  });
  expect(ran).toEqual(['kept']);
});

it('does not run a task at once whose delay is longer than a timer can wait', async () => {
  let ran = false;
  const cancel = systemClock.after(2 ** 31, () => {
    ran = true;
  });
  await new Promise<void>((resolve) => void systemClock.after(5, resolve));
  expect(ran).toBe(false);
  cancel();
});

it('measures durations that never go back', () => {
  const before = systemClock.monotonic();
  expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
  expect(systemClock.now()).toBeGreaterThan(Date.UTC(2025, 0));
});
