import { expect, it } from 'vitest';
import { manualClock } from '../testing/manual-clock.ts';
import { createIds } from './ids.ts';

it('makes ids that sort as they were made, also when the clock goes back', async () => {
  const clock = manualClock();
  const ids = createIds(clock);
  const made: string[] = [];
  for (const step of [0, 1, 1_000, -5_000, 0, 10_000]) {
    await clock.advance(step);
    for (let count = 0; count < 40_000; count += 1_000) made.push(ids('req'));
  }
  expect(made.toSorted()).toEqual(made);
  expect(made[0]).toMatch(/^req_[0-9a-hjkmnp-tv-z]{26}$/);
});

it('repeats none, not even within one millisecond and across sources', () => {
  const clock = manualClock();
  const sources = [createIds(clock), createIds(clock)];
  const made = new Set<string>();
  for (let count = 0; count < 50_000; count++) for (const ids of sources) made.add(ids('req'));
  expect(made.size).toBe(100_000);
});

it('says in its first ten characters when it was made', () => {
  const ids = createIds(manualClock(Date.UTC(2026, 0, 1)));
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  const time = [...ids('req').slice(4, 14)].reduce((sum, digit) => sum * 32 + alphabet.indexOf(digit), 0);
  expect(time).toBe(Date.UTC(2026, 0, 1));
});
