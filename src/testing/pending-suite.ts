import { expect, it } from 'vitest';
import type { PendingAccount, PendingTable } from '../core/pending-accounts.ts';

const ADA = { subject: 'ada', issuer: 'https://id.test' };
const OURS = { tenant: 'acme', upstream: 'api', subject: null, issuer: null, now: 99 };

/** What every {@link PendingTable} must do. */
export function pendingSuite(table: () => PendingTable): void {
  const ids = async (query: object) => (await table().list({ ...OURS, limit: 10, ...query })).map(({ id }) => id);

  it('gives back what was inserted, every field of it, and keeps the first of two', async () => {
    const adas: PendingAccount = {
      ...pending('a'),
      ...ADA,
      askedBy: 'call',
      tries: 2,
      expiresAt: 9_007_199_254_740_991,
    };
    expect(await table().insert(adas)).toBe(true);
    expect(await table().insert({ ...adas, tenant: 'globex' })).toBe(false);
    expect(await table().list({ ...OURS, ...ADA, limit: 10 })).toEqual([adas]);
    expect(await table().insert(pending('b'))).toBe(true);
    expect(await table().list({ ...OURS, limit: 10 })).toEqual([pending('b')]);
  });

  it('68: shows and counts those of one owner at one upstream, and only until they expire', async () => {
    const rows = [
      pending('ours'),
      { ...pending('told'), askedBy: 'call' as const },
      { ...pending('adas'), ...ADA },
      { ...pending('elsewhere'), upstream: 'other' },
      { ...pending('globex'), tenant: 'globex' },
      { ...pending('over'), expiresAt: 99 },
    ];
    for (const row of rows) await table().insert(row);
    expect([await ids({}), await ids({ limit: 1 })]).toEqual([['ours', 'told'], ['ours']]);
    expect([await ids({ askedBy: 'call' }), await ids({ askedBy: 'admin' })]).toEqual([['told'], []]);
    expect([await ids(ADA), await ids({ ...ADA, issuer: 'https://else.test' })]).toEqual([['adas'], []]);
    const tried = await table().tried({ ...OURS, askedBy: 'call', most: 5 });
    expect(tried.map(({ id, tries }) => [id, tries])).toEqual([['told', 1]]);
    const all = await table().tried({ ...OURS, most: 5 });
    expect(all.map(({ id, tries }) => [id, tries]).sort()).toEqual([
      ['ours', 1],
      ['told', 2],
    ]);
    for (const other of [{ tenant: 'globex' }, { upstream: 'other' }, ADA]) {
      expect((await table().list({ ...OURS, ...other, limit: 10 })).map(({ tries }) => tries)).toEqual([0]);
    }
  });

  it('lets nobody try more often than that, however many try at once', async () => {
    await table().insert(pending('one'));
    const tries = await Promise.all(Array.from({ length: 20 }, () => table().tried({ ...OURS, most: 5 })));
    expect(
      tries
        .flat()
        .map((row) => row.tries)
        .sort(),
    ).toEqual([1, 2, 3, 4, 5]);
    await table().spare(['one', 'none']);
    await table().spare([]);
    expect((await table().tried({ ...OURS, most: 5 })).map((row) => row.tries)).toEqual([5]);
  });

  it('deletes once, and what has expired by itself', async () => {
    await table().insert(pending('one'));
    const deleted = await Promise.all([table().delete('one'), table().delete('one')]);
    expect(deleted.sort()).toEqual([false, true]);
    await table().insert(pending('two'));
    await table().insert({ ...pending('three'), expiresAt: 101 });
    await table().forget(100);
    expect(await ids({})).toEqual(['three']);
  });
}

function pending(id: string): PendingAccount {
  return {
    ...{ id, tenant: 'acme', upstream: 'api', subject: null, issuer: null, askedBy: 'command' },
    ...{ digest: 'digest', sealed: 'sealed', tries: 0, expiresAt: 100 },
  };
}
