import { beforeEach, expect, it } from 'vitest';
import type { SuspensionRow, SuspensionTable } from '../../core/suspensions.ts';
import { type ManualClock, manualClock } from '../../testing/manual-clock.ts';
import { createSuspensions } from './suspensions.ts';

let clock: ManualClock;
let rows: SuspensionRow[];
let reads: number;
let away: boolean;

beforeEach(() => {
  clock = manualClock();
  [rows, reads, away] = [[], 0, false];
});

const suspend = (kind: SuspensionRow['kind'], id: string) => rows.push({ kind, id, at: clock.now() });

function opened() {
  const table: SuspensionTable = {
    add: async () => true,
    remove: async () => true,
    find: async () => undefined,
    list: async ({ after, limit }) => {
      reads++;
      if (away) throw new Error('no database');
      const from =
        after === undefined ? 0 : rows.findIndex(({ kind, id }) => kind === after.kind && id === after.id) + 1;
      return rows.slice(from, from + limit);
    },
  };
  return createSuspensions({ table, clock });
}

const ADA = { kind: 'user', tenant: 'acme', clientId: 'app' } as const;

it('lets in who is not suspended, and says what is', async () => {
  suspend('tenant', 'globex');
  suspend('client', 'bad');
  const { check, has } = opened();
  await check(ADA);
  expect(check(ADA)).toBeUndefined();
  expect(() => check({ ...ADA, tenant: 'globex' })).toThrow(/tenant_suspended/);
  expect(() => check({ ...ADA, clientId: 'bad' })).toThrow(/client_suspended/);
  expect(() => check({ kind: 'link', tenant: 'globex' })).toThrow(expect.objectContaining({ code: 'link_invalid' }));
  expect([await has('tenant', 'globex'), await has('client', 'globex')]).toEqual([true, false]);
});

it('takes effect within half a second, or at once where it is told, with one reading for all', async () => {
  const { check, forget } = opened();
  await Promise.all([check(ADA), check(ADA), check(ADA)]);
  expect(reads).toBe(1);
  suspend('tenant', 'acme');
  await clock.advance(249);
  expect(check(ADA)).toBeUndefined();
  expect(reads).toBe(1);
  await clock.advance(251);
  await expect(check(ADA)).rejects.toThrow(/suspended/);
  rows.length = 0;
  forget();
  await check(ADA);
  expect(reads).toBe(3);
});

it('reads ahead, so that nobody waits where many come', async () => {
  const { check } = opened();
  await check(ADA);
  for (let ms = 0; ms < 2_000; ms += 50) {
    expect(check(ADA)).toBeUndefined();
    await clock.advance(50);
  }
  expect(reads).toBe(8);
});

it('does not rely on what was read before it was told', async () => {
  const { check, forget } = opened();
  const reading = check(ADA);
  suspend('tenant', 'acme');
  forget();
  const late = check(ADA);
  await Promise.allSettled([reading]);
  await expect(late).rejects.toThrow(/suspended/);
  await expect(async () => check(ADA)).rejects.toThrow(/suspended/);
});

it('reads all of them, however many there are', async () => {
  for (let n = 0; n < 2_500; n++) suspend('tenant', `t${n}`);
  const { has } = opened();
  expect(await Promise.all(['t0', 't1000', 't2499', 't2500'].map((id) => has('tenant', id)))).toEqual([
    ...[true, true, true, false],
  ]);
});

it('lets nobody in where it cannot be told, and goes by what was known for half a minute', async () => {
  away = true;
  const { check, forget } = opened();
  await expect(check(ADA)).rejects.toMatchObject({ code: 'unavailable' });
  away = false;
  suspend('tenant', 'globex');
  await check(ADA);
  away = true;
  await clock.advance(29_000);
  await check(ADA);
  await expect(check({ ...ADA, tenant: 'globex' })).rejects.toMatchObject({ code: 'forbidden' });
  // Something has changed, and nobody knows what.
  forget();
  await expect(check(ADA)).rejects.toMatchObject({ code: 'unavailable' });
  away = false;
  await check(ADA);
  away = true;
  await clock.advance(30_000);
  await expect(check(ADA)).rejects.toMatchObject({ code: 'unavailable' });
});
