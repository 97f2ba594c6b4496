import { expect, it } from 'vitest';
import type { ApiKeyRow, Database } from '../core/database.ts';
import { readEnd } from '../core/ends.ts';

/** What every database must write down when something ends in it, as tests: every node reads it there. */
export function endsSuite(database: () => Database): void {
  const ends = async () =>
    (await database().oauth.revocations.since(0, 0)).map(({ id }) => {
      const { kind, id: which } = readEnd(id) ?? {};
      return `${kind} ${which}`;
    });

  it('writes down what ends, by whoever ended it, and nothing that did not end', async () => {
    const { keys, links, suspensions } = database();
    await keys.insert(KEY);
    await links.insert(LINK);
    await Promise.all([keys.revoke('k', 1), keys.revoke('k', 1), keys.revoke('none', 1)]);
    expect(await ends()).toEqual(['key k']);
    await Promise.all([links.delete('l'), links.delete('l'), links.delete('none')]);
    expect((await ends()).sort()).toEqual(['key k', 'link l']);
    await suspensions.add({ kind: 'tenant', id: 'acme:1', at: 1 });
    await suspensions.add({ kind: 'tenant', id: 'acme:1', at: 2 });
    await suspensions.add({ kind: 'client', id: 'https://a.test/', at: 1 });
    await suspensions.remove('tenant', 'acme:1');
    expect((await ends()).sort()).toEqual(['client https://a.test/', 'key k', 'link l', 'tenant acme:1']);
  });
}

const KEY: ApiKeyRow = {
  ...{ id: 'k', tenant: 'acme', name: 'n', digest: 'd', scopes: [], toolset: null },
  ...{ createdAt: 1, expiresAt: null, revokedAt: null, lastUsedAt: null },
};

const LINK = {
  ...{ id: 'l', tenant: 'acme', name: 'n', digest: 'd', connectionId: null, methods: ['read'] as const, tags: [] },
  ...{ tools: [], toolset: null, requireKey: false, createdAt: 1, expiresAt: null },
};
