import { expect, it } from 'vitest';
import type { AdminKeyRow, AdminKeyTable } from '../core/admin.ts';

/** What a table of keys of the admin API must do. */
export function adminKeySuite(table: () => AdminKeyTable): void {
  it('gives back what was inserted, every field of it', async () => {
    const full: AdminKeyRow = { ...row('full'), role: 'admin', tenant: 'acme', expiresAt: 9_007_199_254_740_991 };
    await table().insert(full);
    await table().insert(row('bare'));
    expect(await table().find('full')).toEqual(full);
    expect(await table().find('bare')).toEqual(row('bare'));
    expect(await table().find('other')).toBeUndefined();
    await expect(table().insert(row('bare'))).rejects.toThrow();
  });

  it('lists the newest first, page by page, of all or of one tenant', async () => {
    for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) {
      await table().insert({ ...row(id), createdAt: index < 2 ? 1 : index, tenant: index % 2 === 0 ? 'acme' : null });
    }
    const ids = async (query: Parameters<AdminKeyTable['page']>[0]) => (await table().page(query)).map(({ id }) => id);
    expect(await ids({ limit: 10 })).toEqual(['d', 'c', 'b', 'a']);
    expect(await ids({ limit: 2, before: { at: 2, id: 'c' } })).toEqual(['b', 'a']);
    expect(await ids({ limit: 1, before: { at: 1, id: 'b' } })).toEqual(['a']);
    expect(await ids({ limit: 10, tenant: 'acme' })).toEqual(['c', 'a']);
  });

  it('counts the good ones of a tenant, or of none, and forgets the oldest of those that ended', async () => {
    for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) {
      await table().insert({ ...row(id), createdAt: index, tenant: id === 'd' ? 'acme' : null });
    }
    expect([await table().standing(null, 9), await table().standing('acme', 9)]).toEqual([3, 1]);
    for (const id of ['a', 'b', 'd']) await table().revoke(id, 5);
    expect([await table().standing(null, 9), await table().standing('acme', 9)]).toEqual([1, 0]);
    await table().forgetEnded(null, 9, 1);
    expect((await table().page({ limit: 9 })).map(({ id }) => id)).toEqual(['d', 'c', 'b']);
  });

  it('lets one of many revoke it, and never moves the last use back', async () => {
    await table().insert(row('one'));
    const revoked = await Promise.all([1, 2, 3].map((at) => table().revoke('one', at)));
    expect(revoked.filter(Boolean)).toHaveLength(1);
    await table().touch('one', 20);
    await table().touch('one', 10);
    expect(await table().find('one')).toMatchObject({ lastUsedAt: 20, revokedAt: revoked.indexOf(true) + 1 });
  });
}

function row(id: string): AdminKeyRow {
  return {
    ...{ id, role: 'operator', tenant: null, name: 'a key', digest: '0'.repeat(64) },
    ...{ createdAt: 1, expiresAt: null, revokedAt: null, lastUsedAt: null },
  };
}
