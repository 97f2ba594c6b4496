import { expect, it } from 'vitest';
import type { ConnectionRow, ConnectionTable } from '../core/connections.ts';

/** What every {@link ConnectionTable} must do. */
export function connectionSuite(table: () => ConnectionTable): void {
  it('gives back what was inserted, every field of it', async () => {
    const users: ConnectionRow = {
      ...connection('users'),
      ...{ subject: 'ada', issuer: 'https://id.test', baseUrl: 'https://eu.acme.test', scopes: ['a', 'b"\n'] },
      ...{ state: 'needs_reauth', version: 7, updatedAt: 9_007_199_254_740_991, endsAt: 5 },
      variables: { subdomain: 'acme', region: 'e"u' },
    };
    expect(await table().insert(users)).toBe(true);
    expect(await table().insert(connection('tenants'))).toBe(true);
    expect(await table().find('users')).toEqual(users);
    expect(await table().find('tenants')).toEqual(connection('tenants'));
    expect(await table().find('none')).toBeUndefined();
  });

  it('has one of a name for each owner at each upstream, and keeps the first of two', async () => {
    const rows = [
      connection('a'),
      { ...connection('b'), kind: 'basic' as const },
      { ...connection('c'), tenant: 'globex' },
      { ...connection('d'), upstream: 'other' },
      { ...connection('e'), ...ada },
      { ...connection('f'), ...ada, issuer: 'https://else.test' },
      { ...connection('g'), name: 'second' },
    ];
    const inserted: boolean[] = [];
    for (const row of rows) {
      inserted.push(await table().insert({ ...row, name: row.name === 'second' ? 'second' : 'main' }));
    }
    expect(inserted).toEqual([true, false, true, true, true, true, true]);
    expect(await table().find('b')).toBeUndefined();
  });

  it('lists the newest first, page by page', async () => {
    for (const [index, id] of ['a', 'b', 'c'].entries()) {
      await table().insert({ ...connection(id), name: id, createdAt: index < 2 ? 1 : 2 });
    }
    expect((await table().list({ limit: 2 })).map(({ id }) => id)).toEqual(['c', 'b']);
    expect((await table().list({ limit: 2, before: { at: 1, id: 'b' } })).map(({ id }) => id)).toEqual(['a']);
  });

  it('68: lets a caller use those of their tenant and their own, and nobody else’s', async () => {
    const rows = [
      connection('tenants'),
      { ...connection('adas'), ...ada },
      { ...connection('bobs'), ...ada, subject: 'bob' },
      { ...connection('otherIssuers'), ...ada, issuer: 'https://else.test' },
      { ...connection('globex'), tenant: 'globex' },
      { ...connection('globexAda'), ...ada, tenant: 'globex' },
      { ...connection('elsewhere'), upstream: 'other' },
    ];
    for (const row of rows) await table().insert(row);
    const usable = async (owner: object) => {
      const query = { tenant: 'acme', upstream: 'api', limit: 10, subject: null, issuer: null, ...owner };
      return (await table().usable(query)).map(({ id }) => id);
    };
    expect(await usable({})).toEqual(['tenants']);
    expect(await usable(ada)).toEqual(['adas', 'tenants']);
    expect(await usable({ ...ada, tenant: 'globex' })).toEqual(['globex', 'globexAda']);
    expect(await usable({ ...ada, limit: 1 })).toEqual(['adas']);
    expect(await usable({ tenant: "acme' or '1'='1" })).toEqual([]);
  });

  it('puts a user’s own before that of the tenant which has its name', async () => {
    await table().insert({ ...connection('tenants'), name: 'main' });
    await table().insert({ ...connection('adas'), ...ada, name: 'main' });
    const query = { tenant: 'acme', upstream: 'api', limit: 10, ...ada };
    expect((await table().usable(query)).map(({ id }) => id)).toEqual(['adas', 'tenants']);
  });

  it('leaves out those of the tenant, and none of a user’s own, where there are more than are wanted', async () => {
    for (const name of ['a', 'b', 'c']) await table().insert({ ...connection(`tenants-${name}`), name });
    for (const name of ['b', 'z']) await table().insert({ ...connection(`adas-${name}`), ...ada, name });
    const query = { tenant: 'acme', upstream: 'api', limit: 4, ...ada };
    expect((await table().usable(query)).map(({ id }) => id)).toEqual(['tenants-a', 'adas-b', 'tenants-b', 'adas-z']);
  });

  it('finds the one of a name that is of that very owner', async () => {
    await table().insert({ ...connection('tenants'), name: 'main' });
    await table().insert({ ...connection('adas'), ...ada, name: 'main' });
    const named = async (wish: object) => {
      const name = { tenant: 'acme', upstream: 'api', name: 'main', subject: null, issuer: null, ...wish };
      return (await table().named(name))?.id;
    };
    expect([await named({}), await named(ada)]).toEqual(['tenants', 'adas']);
    for (const other of [{ name: 'Main' }, { tenant: 'globex' }, { upstream: 'x' }, { ...ada, issuer: 'x' }]) {
      expect(await named(other)).toBeUndefined();
    }
  });

  it('counts those of an owner, or of all in a tenant, as far as is wanted', async () => {
    for (const id of ['a', 'b', 'c']) await table().insert(connection(id));
    await table().insert({ ...connection('adas'), ...ada });
    await table().insert({ ...connection('globex'), tenant: 'globex' });
    await table().insert({ ...connection('elsewhere'), upstream: 'other' });
    const of = { tenant: 'acme', upstream: 'api', most: 10 };
    const none = { subject: null, issuer: null };
    expect([
      await table().count(of),
      await table().count({ ...of, owner: none }),
      await table().count({ ...of, owner: ada }),
      await table().count({ ...of, owner: none, most: 2 }),
      await table().count({ ...of, tenant: 'initech' }),
    ]).toEqual([4, 3, 1, 2, 0]);
  });

  it('keeps when one was connected, until it is said otherwise', async () => {
    await table().insert({ ...connection('one'), connectedAt: 5 });
    const write = { sealed: 's', keyId: 'k', scopes: [], updatedAt: 9, endsAt: null };
    await table().replace('one', 1, write);
    expect(await table().find('one')).toMatchObject({ connectedAt: 5, updatedAt: 9 });
    await table().replace('one', 2, { ...write, connectedAt: 9 });
    expect(await table().find('one')).toMatchObject({ connectedAt: 9 });
  });

  it('lists the newest first, of all tenants or of one', async () => {
    await table().insert({ ...connection('b'), createdAt: 2 });
    await table().insert({ ...connection('c'), createdAt: 3, tenant: 'globex' });
    await table().insert({ ...connection('a'), createdAt: 1 });
    const ids = async (tenant?: string, limit = 10) => (await table().list({ tenant, limit })).map(({ id }) => id);
    expect([await ids(), await ids('acme'), await ids(undefined, 2)]).toEqual([
      ['c', 'b', 'a'],
      ['b', 'a'],
      ['c', 'b'],
    ]);
  });

  it('lets one of many write over a version, and connects by it', async () => {
    await table().insert({ ...connection('one'), state: 'needs_reauth' });
    const write = (n: number) => ({ sealed: `s${n}`, keyId: 'k2', scopes: ['x'], updatedAt: n, endsAt: 10 + n });
    const wrote = await Promise.all([1, 2, 3, 4, 5].map((n) => table().replace('one', 1, write(n))));
    expect(wrote.filter(Boolean)).toHaveLength(1);
    const n = wrote.indexOf(true) + 1;
    const now = { ...connection('one'), ...write(n), version: 2, state: 'connected' };
    expect(await table().find('one')).toEqual(now);
    expect(await table().replace('none', 1, write(1))).toBe(false);
  });

  it('marks the version that is taken no more, once, and no later one', async () => {
    await table().insert(connection('one'));
    const marked = await Promise.all([1, 2, 3].map(() => table().needsReauth('one', 1)));
    expect(marked.filter(Boolean)).toHaveLength(1);
    expect((await table().find('one'))?.state).toBe('needs_reauth');
    await table().replace('one', 1, { sealed: 's', keyId: 'k', scopes: [], updatedAt: 2, endsAt: null });
    expect(await table().needsReauth('one', 1)).toBe(false);
    expect((await table().find('one'))?.state).toBe('connected');
  });

  it('finds those whose tokens end soon, and no others', async () => {
    const rows = [
      { ...connection('later'), endsAt: 200 },
      { ...connection('second'), endsAt: 150 },
      { ...connection('first'), endsAt: 100 },
      { ...connection('long ago'), endsAt: 99 },
      { ...connection('never'), endsAt: null },
      { ...connection('lost'), endsAt: 150, state: 'needs_reauth' as const },
      { ...connection('elsewhere'), endsAt: 150, upstream: 'other' },
    ];
    for (const row of rows) await table().insert(row);
    const ending = async (limit: number) =>
      (await table().ending({ upstream: 'api', from: 100, until: 150, limit })).map(({ id }) => id);
    expect([await ending(10), await ending(1)]).toEqual([['first', 'second'], ['first']]);
  });

  it('finds what is sealed under other keys, and puts it under another unless it was written since', async () => {
    for (const id of ['a', 'b', 'c']) await table().insert(connection(id));
    await table().insert({ ...connection('new'), keyId: 'k2' });
    const next = { sealed: 'again', keyId: 'k2' };
    const left = async (after = '', limit = 10) =>
      (await table().sealedOtherwise({ keyId: 'k2', after, limit })).map(({ id }) => id);
    expect([await left(), await left('a'), await left('', 1)]).toEqual([['a', 'b', 'c'], ['b', 'c'], ['a']]);
    expect(await table().rewrap('a', 'sealed', next)).toBe(true);
    expect(await table().find('a')).toEqual({ ...connection('a'), ...next });
    expect(await table().rewrap('b', 'older', next)).toBe(false);
    expect(await left()).toEqual(['b', 'c']);
  });

  it('deletes once', async () => {
    await table().insert(connection('one'));
    expect([await table().delete('one'), await table().delete('one')]).toEqual([true, false]);
    expect(await table().find('one')).toBeUndefined();
  });

  it('deletes a version and no other, where that is said', async () => {
    const { version } = connection('one');
    await table().insert(connection('one'));
    expect([await table().delete('one', version + 1), await table().delete('one', version)]).toEqual([false, true]);
  });
}

const ada = { subject: 'ada', issuer: 'https://id.test' };

function connection(id: string): ConnectionRow {
  return {
    ...{ id, tenant: 'acme', upstream: 'api', subject: null, issuer: null, name: id, kind: 'oauth2', baseUrl: null },
    ...{ scopes: [], state: 'connected', sealed: 'sealed', keyId: 'k1', version: 1, createdAt: 1, updatedAt: 1 },
    ...{ variables: {}, connectedAt: 1, endsAt: null },
  };
}
