import { expect, it } from 'vitest';
import type { LinkPlace, LinkRow, LinkTable } from '../core/links.ts';

/** What every database must do with capability links, as tests. */
export function linkSuite(table: () => LinkTable): void {
  const put = async (...rows: readonly LinkRow[]) => {
    for (const row of rows) await table().insert(row);
  };

  it('gives back what was inserted, every field of it, by id and by digest', async () => {
    const full = link('full', {
      connectionId: 'con_1',
      methods: ['read', 'delete'],
      tags: ['b"\n'],
      tools: ['ü', 'get_pet'],
      toolset: 'support',
      requireKey: true,
      expiresAt: 9_007_199_254_740_991,
    });
    await put(full, link('bare'));
    expect(await table().find('full')).toEqual(full);
    expect(await table().findByDigest('digest of full')).toEqual(full);
    expect(await table().find('bare')).toEqual(link('bare'));
    expect([await table().find('Full'), await table().findByDigest('DIGEST of full')]).toEqual([undefined, undefined]);
  });

  it('has one link for each id and each digest', async () => {
    await put(link('a'));
    await expect(table().insert(link('a', { digest: 'another' }))).rejects.toThrow();
    await expect(table().insert(link('b', { digest: 'digest of a' }))).rejects.toThrow();
    expect(await table().find('b')).toBeUndefined();
  });

  it('lists the living, newest first, page by page, those of a tenant alone', async () => {
    await put(link('b'), link('d'), link('a'), link('c'), link('old', { createdAt: 1 }));
    await put(link('gone', { expiresAt: NOW }), link('late', { expiresAt: NOW + 1, createdAt: 2 }));
    await put(link('theirs', { tenant: 'globex', createdAt: 3 }));
    const pages: string[][] = [];
    for (let before: LinkPlace | undefined; ; ) {
      const page = await table().list({ tenant: 'acme', aliveAt: NOW, limit: 2, ...(before && { before }) });
      pages.push(page.map(({ id }) => id));
      before = page.at(-1);
      if (page.length < 2) break;
    }
    expect(pages).toEqual([['d', 'c'], ['b', 'a'], ['late', 'old'], []]);
    expect((await table().list({ tenant: 'globex', aliveAt: NOW, limit: 9 })).map(({ id }) => id)).toEqual(['theirs']);
    expect(await table().list({ aliveAt: NOW, limit: 9 })).toHaveLength(7);
    expect(await table().tenants(NOW, 9)).toEqual(['acme', 'globex']);
    expect(await table().tenants(NOW, 1)).toEqual(['acme']);
    expect([await table().count('acme', NOW), await table().count('globex', NOW)]).toEqual([6, 1]);
  });

  it('deletes one only as it was, where that is said', async () => {
    await put(link('a'));
    expect(await table().delete('a', link('a', { name: 'other' }))).toBe(false);
    expect(await table().delete('a', link('a', { expiresAt: NOW }))).toBe(false);
    expect(await table().delete('a', link('a'))).toBe(true);
  });

  it('changes what it is told to and nothing else, and only what is alive', async () => {
    await put(link('a'), link('b', { expiresAt: NOW }));
    const changes = { name: 'new', methods: ['create'], requireKey: true, expiresAt: NOW + 5 } as const;
    expect(await table().change('a', changes, NOW)).toEqual(link('a', changes));
    expect(await table().change('a', { expiresAt: null, toolset: 'x' }, NOW)).toEqual(
      link('a', { ...changes, expiresAt: null, toolset: 'x' }),
    );
    expect(await table().change('a', {}, NOW)).toEqual(await table().find('a'));
    const { name, methods, tags, tools, toolset, requireKey, expiresAt } = link('a', { ...changes, expiresAt: null });
    const was = { name, methods, tags, tools, toolset, requireKey, expiresAt };
    expect(await table().change('a', { name: 'newer' }, NOW, was)).toBeUndefined();
    const now = { ...was, toolset: 'x' };
    expect(await table().change('a', { name: 'newer' }, NOW, now)).toMatchObject({ name: 'newer' });
    expect(await table().change('b', { expiresAt: null }, NOW)).toBeUndefined();
    expect(await table().change('none', { name: 'x' }, NOW)).toBeUndefined();
    expect(await table().find('b')).toEqual(link('b', { expiresAt: NOW }));
  });

  it('is deleted once, by whoever comes first', async () => {
    await put(link('a'));
    const deleted = await Promise.all([table().delete('a'), table().delete('a'), table().delete('a')]);
    expect(deleted.filter(Boolean)).toHaveLength(1);
    expect(await table().find('a')).toBeUndefined();
  });

  it('prunes what has expired, so many at a time, and tells what it was', async () => {
    await put(link('a', { expiresAt: 1 }), link('b', { expiresAt: 2 }), link('c', { expiresAt: 3 }), link('d'));
    expect(await table().prune(0, 10)).toEqual([]);
    const first = await table().prune(2, 1);
    const second = await table().prune(2, 10);
    expect([...first, ...second].map(({ id }) => id).sort()).toEqual(['a', 'b']);
    expect(await table().prune(2, 10)).toEqual([]);
    expect((await table().list({ aliveAt: 0, limit: 10 })).map(({ id }) => id).sort()).toEqual(['c', 'd']);
  });
}

const NOW = 1_700_000_000_000;

function link(id: string, changes: Partial<LinkRow> = {}): LinkRow {
  return {
    id,
    tenant: 'acme',
    name: 'for tests',
    digest: `digest of ${id}`,
    connectionId: null,
    methods: ['read'],
    tags: [],
    tools: [],
    toolset: null,
    requireKey: false,
    createdAt: NOW,
    expiresAt: null,
    ...changes,
  };
}
