import { expect, test } from 'vitest';
import type { ConnectionRow } from '../core/connections.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { sweepEnding } from './sweep.ts';

const MINUTE = 60_000;

/** A table of accounts whose tokens live for so long, and what is had anew of them. */
function swept(lives: { readonly [id: string]: number }) {
  const clock = manualClock();
  const rows = new Map(
    Object.entries(lives).map(([id, ms]) => [
      id,
      { id, updatedAt: clock.now(), endsAt: clock.now() + ms } as ConnectionRow,
    ]),
  );
  const renewed: string[] = [];
  const forgotten: number[] = [];
  const failures: unknown[] = [];
  const broken = { times: 0 };
  const stop = sweepEnding({
    ...{ clock, upstream: 'api', failed: (thrown) => void failures.push(thrown) },
    table: {
      pending: { forget: async (now) => void forgotten.push(now) },
      ending: async ({ from, until }) => {
        if (broken.times-- > 0) throw new Error('gone');
        return [...rows.values()].filter(({ endsAt }) => endsAt !== null && endsAt >= from && endsAt <= until);
      },
    },
    refresh: async (row) => {
      renewed.push(row.id);
      const next = { ...row, updatedAt: clock.now(), endsAt: clock.now() + (lives[row.id] ?? 0) };
      rows.set(row.id, next);
      return { kind: 'stands', row: next };
    },
  });
  return { clock, renewed, forgotten, failures, broken, stop };
}

test('a token is had anew within the two minutes before it ends, and not sooner', async () => {
  const { clock, renewed, stop } = swept({ hour: 60 * MINUTE });
  await clock.advance(57 * MINUTE);
  expect(renewed).toEqual([]);
  await clock.advance(2 * MINUTE);
  expect(renewed).toEqual(['hour']);
  await stop();
});

test('one that lives for little longer is used for half its life at the least', async () => {
  const { clock, renewed, stop } = swept({ short: 2.5 * MINUTE });
  await clock.advance(10 * MINUTE);
  expect(renewed).toHaveLength(5);
  await stop();
});

test('one that has been over for long is left to the call that wants it', async () => {
  const { clock, renewed, broken, failures, stop } = swept({ short: 2 * MINUTE });
  broken.times = 20;
  await clock.advance(30 * MINUTE);
  expect([renewed, failures.length]).toEqual([[], 20]);
  await stop();
});

test('what is closed looks no more', async () => {
  const { clock, renewed, stop } = swept({ hour: 60 * MINUTE });
  await stop();
  await clock.advance(60 * MINUTE);
  expect([renewed, clock.pending()]).toEqual([[], 0]);
});

test('accounts that wait for a code are forgotten within a minute of their time', async () => {
  const { clock, forgotten, stop } = swept({});
  await clock.advance(MINUTE);
  expect(forgotten).toEqual([clock.now()]);
  await stop();
});
