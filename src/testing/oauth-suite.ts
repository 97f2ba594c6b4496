import { describe, expect, it } from 'vitest';
import type {
  OAuthClientRow,
  OAuthGrantRow,
  OAuthNativeClientRow,
  OAuthRefreshRow,
  OAuthTables,
} from '../core/oauth-tables.ts';

/** What the tables of the authorization facade must do, as tests. */
export function oauthSuite(tables: () => OAuthTables): void {
  describe('clients', () => clientSuite(tables));
  describe('grants', () => grantSuite(tables));
  describe('refresh tokens', () => refreshSuite(tables));
  describe('native clients', () => nativeClientSuite(tables));

  it('tells what was revoked since a time, and forgets what has expired', async () => {
    const { revocations } = tables();
    await revocations.add({ id: 'grant:b', at: 20, expiresAt: 100 });
    await revocations.add({ id: 'grant:a', at: 10, expiresAt: 50 });
    await revocations.add({ id: 'grant:a', at: 30, expiresAt: 500 });
    expect((await revocations.since(0, 0)).map(({ id, at }) => [id, at])).toEqual([
      ['grant:a', 10],
      ['grant:b', 20],
    ]);
    expect(await revocations.since(11, 0)).toEqual([{ id: 'grant:b', at: 20, expiresAt: 100 }]);
    expect(await revocations.since(0, 60)).toHaveLength(1);
    await revocations.prune(60);
    expect(await revocations.since(0, 0)).toHaveLength(1);
  });

  it('lists signing keys in the order they begin to sign, until they are retired', async () => {
    const { signingKeys } = tables();
    const key = { public: '{}', sealed: 's', createdAt: 1, retiredAt: null };
    await signingKeys.insert({ ...key, id: 'second', activeFrom: 20 });
    await signingKeys.insert({ ...key, id: 'first', activeFrom: 10 });
    await expect(signingKeys.insert({ ...key, id: 'first', activeFrom: 10 })).rejects.toThrow();
    await signingKeys.retire('first', 100);
    await signingKeys.retire('first', 200);
    expect((await signingKeys.list(99)).map(({ id }) => id)).toEqual(['first', 'second']);
    expect((await signingKeys.list(100)).map(({ id }) => id)).toEqual(['second']);
    await signingKeys.prune(101);
    expect(await signingKeys.list(0)).toHaveLength(1);
  });
}

function clientSuite(tables: () => OAuthTables): void {
  it('keeps the first of an id, and writes over it when asked', async () => {
    const { clients } = tables();
    expect(await clients.insert(client('c1'))).toBe(true);
    expect(await clients.insert({ ...client('c1'), body: 'other' })).toBe(false);
    expect(await clients.find('c1')).toEqual(client('c1'));
    await clients.touch('c1', 50);
    await clients.touch('c1', 40);
    await clients.put({ ...client('c1'), body: 'new', createdAt: 99, freshUntil: 7 });
    expect(await clients.find('c1')).toEqual({ ...client('c1'), body: 'new', usedAt: 50, freshUntil: 7 });
    expect(await clients.find('c2')).toBeUndefined();
  });

  it('counts by kind, source and time', async () => {
    const { clients } = tables();
    await clients.insert({ ...client('a'), source: 'x', createdAt: 10 });
    await clients.insert({ ...client('b'), source: 'x', createdAt: 20 });
    await clients.insert({ ...client('c'), source: 'y', createdAt: 30 });
    await clients.insert({ ...client('d'), kind: 'document' });
    expect(await clients.count({ kind: 'registered' })).toBe(3);
    expect(await clients.count({ kind: 'registered', source: 'x' })).toBe(2);
    expect(await clients.count({ kind: 'registered', source: 'x', since: 20 })).toBe(1);
    expect((await clients.list({ kind: 'registered', limit: 2 })).map(({ id }) => id)).toEqual(['c', 'b']);
  });

  it('prunes what nobody used, and never what has a living grant', async () => {
    const { clients, grants } = tables();
    for (const id of ['unused', 'used', 'granted', 'ended']) await clients.insert({ ...client(id), createdAt: 10 });
    await clients.insert({ ...client('young'), createdAt: 900 });
    await clients.touch('used', 600);
    await grants.insert({ ...grant('g1'), clientId: 'granted', expiresAt: 2_000 });
    await grants.insert({ ...grant('g2'), clientId: 'ended', expiresAt: 800 });
    expect(await clients.prune({ kind: 'registered', unusedSince: 500, now: 1_000, limit: 10 })).toBe(2);
    expect((await clients.list({ kind: 'registered', limit: 9 })).map(({ id }) => id).sort()).toEqual([
      'granted',
      'used',
      'young',
    ]);
  });

  it('prunes those that were used by a time of their own, the oldest first', async () => {
    const { clients } = tables();
    for (const [at, id] of ['one', 'two', 'used'].entries())
      await clients.insert({ ...client(id), createdAt: 10 + at });
    await clients.touch('used', 100);
    const all = { kind: 'registered', unusedSince: 500, now: 1_000 } as const;
    expect(await clients.prune({ ...all, idleSince: 100, limit: 1 })).toBe(1);
    expect((await clients.list({ kind: 'registered', limit: 9 })).map(({ id }) => id)).toEqual(['used', 'two']);
    expect(await clients.prune({ ...all, idleSince: 100, limit: 9 })).toBe(1);
    expect(await clients.prune({ ...all, idleSince: 101, limit: 9 })).toBe(1);
  });
}

function grantSuite(tables: () => OAuthTables): void {
  it('gives back what was inserted, and lists by tenant', async () => {
    const { grants } = tables();
    await grants.insert({ ...grant('g1'), createdAt: 1 });
    await grants.insert({ ...grant('g2'), createdAt: 2, tenant: 'globex', idp: 'sealed' });
    await expect(grants.insert(grant('g1'))).rejects.toThrow();
    expect(await grants.find('g2')).toEqual({ ...grant('g2'), createdAt: 2, tenant: 'globex', idp: 'sealed' });
    expect((await grants.list({ limit: 9 })).map(({ id }) => id)).toEqual(['g2', 'g1']);
    expect((await grants.list({ tenant: 'acme', limit: 9 })).map(({ id }) => id)).toEqual(['g1']);
  });

  it('lets one of many revoke a grant, and keeps no token of the identity provider then', async () => {
    const { grants } = tables();
    await grants.insert({ ...grant('g1'), idp: 'sealed' });
    const revoked = await Promise.all([1, 2, 3, 4].map((at) => grants.revoke('g1', at, 'reused')));
    expect(revoked.filter(Boolean)).toHaveLength(1);
    expect(await grants.find('g1')).toMatchObject({ idp: null, reason: 'reused' });
    expect(await grants.replaceIdp('g1', 0, 'late', 9)).toBe(false);
  });

  it('lets one of many replace the tokens of the identity provider', async () => {
    const { grants } = tables();
    await grants.insert(grant('g1'));
    const done = await Promise.all(['a', 'b', 'c'].map((idp) => grants.replaceIdp('g1', 0, idp, 70)));
    expect(done.filter(Boolean)).toHaveLength(1);
    expect(await grants.find('g1')).toMatchObject({ idp: ['a', 'b', 'c'][done.indexOf(true)], version: 1 });
    await grants.checked('g1', 80);
    await grants.checked('g1', 60);
    expect((await grants.find('g1'))?.checkedAt).toBe(80);
  });

  it('lets a grant live longer, never shorter, and not once it was revoked', async () => {
    const { grants } = tables();
    await grants.insert({ ...grant('g1'), expiresAt: 100 });
    await grants.extend('g1', 500);
    await grants.extend('g1', 300);
    expect((await grants.find('g1'))?.expiresAt).toBe(500);
    await grants.revoke('g1', 50, 'revoked');
    await grants.extend('g1', 900);
    expect((await grants.find('g1'))?.expiresAt).toBe(500);
  });

  it('prunes what ended long ago', async () => {
    const { grants } = tables();
    await grants.insert({ ...grant('revoked'), expiresAt: 500 });
    await grants.revoke('revoked', 50, 'revoked');
    await grants.insert({ ...grant('expired'), expiresAt: 50 });
    await grants.insert({ ...grant('living'), expiresAt: 500 });
    expect(await grants.prune(60, 10)).toBe(2);
    expect((await grants.list({ limit: 9 })).map(({ id }) => id)).toEqual(['living']);
  });
}

function refreshSuite(tables: () => OAuthTables): void {
  it('keeps the first of an id, and lets one of many consume it', async () => {
    const { refreshTokens } = tables();
    expect(await refreshTokens.insert(refresh('r1'))).toBe(true);
    expect(await refreshTokens.insert({ ...refresh('r1'), sealed: 'other' })).toBe(false);
    const consumed = await Promise.all([5, 6, 7].map((at) => refreshTokens.consume('r1', at)));
    expect(consumed.filter(Boolean)).toHaveLength(1);
    expect(await refreshTokens.find('r1')).toEqual({ ...refresh('r1'), consumedAt: 5 + consumed.indexOf(true) });
    expect(await refreshTokens.consume('none', 5)).toBe(false);
  });

  it('goes with its grant, or when it has expired', async () => {
    const { refreshTokens } = tables();
    await refreshTokens.insert(refresh('r1'));
    await refreshTokens.insert({ ...refresh('r2'), grantId: 'g2', expiresAt: 50 });
    await refreshTokens.insert({ ...refresh('r3'), grantId: 'g3' });
    await refreshTokens.deleteOfGrant('g1');
    await refreshTokens.delete('r3');
    expect(await refreshTokens.find('r1')).toBeUndefined();
    expect(await refreshTokens.find('r3')).toBeUndefined();
    expect(await refreshTokens.prune(51, 10)).toBe(1);
  });
}

function client(id: string): OAuthClientRow {
  return {
    id,
    kind: 'registered',
    body: '{"client_name":"Ünï"}',
    secret: null,
    source: null,
    createdAt: 1,
    usedAt: null,
    freshUntil: null,
  };
}

function grant(id: string): OAuthGrantRow {
  return {
    id,
    tenant: 'acme',
    accountId: 'alice',
    clientId: 'client',
    resource: 'https://mcp.acme.com/mcp',
    scopes: ['tickets:read', 'tickets:write'],
    claims: 'sealed',
    idp: null,
    version: 0,
    createdAt: 1,
    expiresAt: 9_007_199_254_740_991,
    checkedAt: 1,
    revokedAt: null,
    reason: null,
  };
}

function refresh(id: string): OAuthRefreshRow {
  return { id, grantId: 'g1', sealed: 'sealed', createdAt: 1, expiresAt: 1_000, consumedAt: null };
}

const P = 'https://id.example';

function native(clientId: string): OAuthNativeClientRow {
  return {
    ...{ provider: P, clientId, ref: `ref-${clientId}` },
    digest: 'd',
    createdAt: 10,
    usedAt: null,
    retiredAt: null,
  };
}

function nativeClientSuite(tables: () => OAuthTables): void {
  it('finds a client by its id, and the first of those that registered the same, within its provider', async () => {
    const { nativeClients } = tables();
    await nativeClients.insert({ ...native('b'), createdAt: 20 });
    await nativeClients.insert(native('a'));
    await nativeClients.insert({ ...native('a'), provider: 'https://other.example' });
    await nativeClients.insert({ ...native('s'), digest: null });
    await expect(nativeClients.insert(native('a'))).rejects.toThrow();
    expect(await nativeClients.find(P, 'b')).toEqual({ ...native('b'), createdAt: 20 });
    expect(await nativeClients.find('https://other.example', 'b')).toBeUndefined();
    expect((await nativeClients.findSame(P, 'd'))?.clientId).toBe('a');
    expect(await nativeClients.count(P)).toBe(3);
  });

  it('retires a client once, and then knows it no more but for deleting it', async () => {
    const { nativeClients } = tables();
    await nativeClients.insert(native('a'));
    await nativeClients.delete(P, 'a');
    expect(await nativeClients.find(P, 'a')).toEqual(native('a'));
    const both = await Promise.all([nativeClients.retire(P, 'a', 50), nativeClients.retire(P, 'a', 60)]);
    expect(both.filter(Boolean)).toHaveLength(1);
    expect([
      await nativeClients.find(P, 'a'),
      await nativeClients.findSame(P, 'd'),
      await nativeClients.count(P),
    ]).toEqual([undefined, undefined, 0]);
    expect((await nativeClients.retired(P, 10)).map(({ ref }) => ref)).toEqual(['ref-a']);
    await nativeClients.delete(P, 'a');
    expect(await nativeClients.retired(P, 10)).toEqual([]);
  });

  it('retires what nobody uses, the oldest first, and leaves what somebody does', async () => {
    const { nativeClients } = tables();
    for (const [id, createdAt, usedAt] of [
      ['never', 10, null],
      ['older', 5, null],
      ['idle', 10, 20],
      ['used', 10, 30],
      ['young', 100, null],
    ] as const) {
      await nativeClients.insert({ ...native(id), createdAt });
      if (usedAt !== null) await nativeClients.touch(P, id, usedAt);
    }
    await nativeClients.touch(P, 'used', 200);
    await nativeClients.touch(P, 'used', 100);
    const query = { provider: P, unusedSince: 50, idleSince: 150, at: 300 };
    expect(await nativeClients.retireUnused({ ...query, limit: 1 })).toBe(1);
    expect((await nativeClients.retired(P, 10)).map(({ clientId }) => clientId)).toEqual(['older']);
    expect(await nativeClients.retireUnused({ ...query, idleSince: 0, limit: 9 })).toBe(1);
    expect(await nativeClients.retireUnused({ ...query, limit: 9 })).toBe(1);
    const gone = (await nativeClients.retired(P, 10)).map(({ clientId }) => clientId);
    expect(gone.sort()).toEqual(['idle', 'never', 'older']);
    expect((await nativeClients.find(P, 'used'))?.usedAt).toBe(200);
  });
}
