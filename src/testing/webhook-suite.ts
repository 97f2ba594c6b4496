import { expect, it } from 'vitest';
import type { AuditRecord } from '../core/audit.ts';
import type { Database } from '../core/database.ts';
import type { DeliveryOutcome, WebhookRow } from '../core/webhooks.ts';

/** What every database must do with webhooks and their outbox, as tests. */
export function webhookSuite(database: () => Database): void {
  const table = () => database().webhooks;
  const put = async (...rows: readonly WebhookRow[]) => {
    for (const row of rows) await table().insert(row);
  };
  const happened = (...records: readonly AuditRecord[]) => database().audit.append(records);
  const due = async (now = NOW, except: readonly string[] = []) =>
    (await table().due({ now, except, each: 100, limit: 100 }))
      .map(({ webhookId, eventId }) => `${webhookId} ${eventId}`)
      .sort();

  it('gives back what was inserted, every field of it, newest first, those of a tenant alone', async () => {
    const full = webhook('full', {
      tenant: null,
      types: ['key.created'],
      enabled: false,
      reason: 'gone',
      createdAt: 2,
    });
    await put(full, webhook('bare', { createdAt: 1 }), webhook('theirs', { tenant: 'globex', createdAt: 3 }));
    expect(await table().find('full')).toEqual(full);
    expect(await table().find('FULL')).toBeUndefined();
    expect((await table().list({ limit: 9 })).map(({ id }) => id)).toEqual(['theirs', 'full', 'bare']);
    expect((await table().list({ limit: 9, before: { at: 3, id: 'theirs' } })).map(({ id }) => id)).toEqual([
      'full',
      'bare',
    ]);
    expect(await table().list({ tenant: 'acme', limit: 9 })).toEqual([webhook('bare', { createdAt: 1 })]);
  });

  it('changes a version and nothing else, once', async () => {
    await put(webhook('a'));
    const changes = { url: 'https://b.test/', types: ['link.expired'], enabled: false, updatedAt: NOW } as const;
    const both = await Promise.all([table().change('a', 1, changes), table().change('a', 1, changes)]);
    expect(both.filter((row) => row !== undefined)).toEqual([webhook('a', { ...changes, version: 2 })]);
    expect(await table().change('none', 1, changes)).toBeUndefined();
  });

  it('finds what is sealed under another key, and puts it under this one unless it was written meanwhile', async () => {
    await put(webhook('a'), webhook('b', { keyId: 'new' }), webhook('c'));
    const others = (after: string) => table().sealedOtherwise({ keyId: 'new', after, limit: 1 });
    expect((await others('')).map(({ id }) => id)).toEqual(['a']);
    expect((await others('a')).map(({ id }) => id)).toEqual(['c']);
    expect(await table().rewrap('a', 'sealed of a', { sealed: 'anew', keyId: 'new' })).toBe(true);
    expect(await table().rewrap('c', 'older', { sealed: 'anew', keyId: 'new' })).toBe(false);
    expect((await others('')).map(({ id }) => id)).toEqual(['c']);
  });

  it('has a delivery for each webhook that wants what was audited, and for nobody else', async () => {
    await put(
      ...[webhook('acme'), webhook('links', { types: ['link.expired'] }), webhook('off', { enabled: false })],
      ...[webhook('globex', { tenant: 'globex' }), webhook('all', { tenant: null })],
    );
    await happened(
      audited('1', 'key_created'),
      audited('2', 'login_succeeded'),
      audited('3', 'client_registered', null),
    );
    expect(await due()).toEqual(['acme evt_1', 'all evt_1', 'all evt_3']);
    const [first] = await table().due({ now: NOW, except: [], each: 100, limit: 1 });
    expect(first).toMatchObject({ type: 'key.created', tenant: 'acme', state: 'due', attempts: 0, createdAt: NOW });
    expect(JSON.parse(first?.body ?? '')).toEqual({
      type: 'key.created',
      timestamp: new Date(NOW).toISOString(),
      data: { tenant: 'acme', keyId: 'k', name: 'CI' },
    });
  });

  it('has none for what is not in the trail', async () => {
    await put(webhook('acme'));
    const broken = { ...audited('2', 'key_created'), actorKind: null } as unknown as AuditRecord;
    await expect(happened(audited('1', 'key_created'), broken)).rejects.toThrow();
    expect(await due()).toEqual([]);
  });

  it('keeps back what is for a webhook that is off, of a suspended tenant, or excepted', async () => {
    await put(webhook('a'), webhook('b'), webhook('all', { tenant: null }));
    await happened(audited('1', 'key_created'));
    expect(await due(NOW, ['a'])).toEqual(['all evt_1', 'b evt_1']);
    expect(await due(NOW - 1)).toEqual([]);
    await table().change('b', 1, { enabled: false, updatedAt: NOW });
    expect(await due()).toEqual(['a evt_1', 'all evt_1']);
    await database().suspensions.add({ kind: 'tenant', id: 'acme', at: NOW });
    expect(await due()).toEqual(['all evt_1']);
    await database().suspensions.remove('tenant', 'acme');
    expect(await due()).toEqual(['a evt_1', 'all evt_1']);
  });

  it('gives so many of each webhook, the longest due first, and so many in all', async () => {
    await put(webhook('a'), webhook('b'), webhook('c'));
    for (const [id, at] of [
      ['late', 3],
      ['first', 1],
      ['second', 2],
    ] as const) {
      await happened({ ...audited(id, 'key_created'), at: NOW - 10 + at });
    }
    const rows = await table().due({ now: NOW, except: ['c'], each: 2, limit: 9 });
    expect(rows.map(({ webhookId, eventId }) => `${webhookId} ${eventId}`).sort()).toEqual([
      ...['a evt_first', 'a evt_second', 'b evt_first', 'b evt_second'],
    ]);
    expect(await table().due({ now: NOW, except: [], each: 2, limit: 3 })).toHaveLength(3);
  });

  it('gives first what is for who waits the longest, and so many of each owner', async () => {
    await put(webhook('a'), webhook('b'), webhook('theirs', { tenant: 'globex' }), webhook('all', { tenant: null }));
    for (let at = 1; at <= 3; at++) await happened({ ...audited(`of-acme-${at}`, 'key_created'), at: NOW - 10 + at });
    await happened({ ...audited('of-globex', 'key_created', 'globex'), at: NOW - 20 });
    const told = async (more: object) => {
      const rows = await table().due({ now: NOW, except: [], each: 2, limit: 9, ...more });
      return rows.map(({ webhookId, owner }) => `${webhookId} of ${owner}`);
    };
    expect(await told({ eachOwner: 3 })).toEqual([
      ...['all of null', 'all of null', 'theirs of globex', 'a of acme', 'a of acme', 'b of acme'],
    ]);
    expect(await told({ exceptOwners: ['acme'] })).toEqual(['all of null', 'all of null', 'theirs of globex']);
    expect(await told({ exceptOwners: [null, 'acme'] })).toEqual(['theirs of globex']);
    expect(await told({ exceptOwners: [null], limit: 1 })).toEqual(['theirs of globex']);
  });

  it('gives each delivery to one of many, and again when nothing comes of it', async () => {
    await put(webhook('a'));
    await happened(...Array.from({ length: 20 }, (_, index) => audited(`e${index}`, 'key_created')));
    const rows = await table().due({ now: NOW, except: [], each: 100, limit: 100 });
    const ids = rows.map(({ id }) => id);
    const take = (lease: string, now = NOW) => table().claim(ids, { lease, now, until: now + 60 });
    const taken = await Promise.all(['x', 'y', 'z'].map((lease) => take(lease)));
    expect(
      taken
        .flat()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(ids.toSorted());
    expect(taken.flat().every(({ attempts }) => attempts === 1)).toBe(true);
    expect(await due()).toEqual([]);
    expect(await take('late', NOW + 59)).toEqual([]);
    expect(await take('late', NOW + 60)).toHaveLength(20);
  });

  it('settles what is still held, and nothing else', async () => {
    const [id] = await one();
    await table().claim([id], { lease: 'x', now: NOW, until: NOW + 60 });
    await table().claim([id], { lease: 'y', now: NOW + 60, until: NOW + 120 });
    expect(await table().settle(id, 'x', DONE)).toBe(false);
    expect(await table().settle(id, 'y', { ...DONE, state: 'due', dueAt: NOW + 300, status: 500 })).toBe(true);
    expect(await table().findDelivery(id)).toMatchObject({ state: 'due', attempts: 2, lease: null, settledAt: null });
    expect([await due(NOW + 299), await due(NOW + 300)]).toEqual([[], ['a evt_1']]);
    await table().claim([id], { lease: 'z', now: NOW + 300, until: NOW + 400 });
    expect(await table().settle(id, 'z', DONE)).toBe(true);
    expect(await table().findDelivery(id)).toMatchObject({ state: 'done', status: 200, settledAt: NOW + 1 });
    expect(await due(NOW + 9_999)).toEqual([]);
  });

  it('does not count an attempt that was broken off here', async () => {
    const [id] = await one();
    await table().claim([id], { lease: 'x', now: NOW, until: NOW + 60 });
    await table().settle(id, 'x', { ...DONE, state: 'due', counts: false });
    expect(await table().findDelivery(id)).toMatchObject({ state: 'due', attempts: 0 });
  });

  it('sends again what was settled, once for each time it is asked to, and forgets it with its webhook', async () => {
    const [id] = await one();
    expect(await table().replay(id, NOW)).toBe(false);
    await table().claim([id], { lease: 'x', now: NOW, until: NOW + 60 });
    await table().settle(id, 'x', { ...DONE, state: 'dead' });
    expect((await table().deliveries({ state: 'dead', limit: 9 })).map((row) => row.id)).toEqual([id]);
    expect(await table().deliveries({ webhookId: 'b', limit: 9 })).toEqual([]);
    expect(await table().deliveries({ tenant: 'globex', limit: 9 })).toEqual([]);
    const again = await Promise.all([table().replay(id, NOW + 5), table().replay(id, NOW + 5)]);
    expect(again.filter(Boolean)).toHaveLength(1);
    expect(await table().findDelivery(id)).toMatchObject({ state: 'due', attempts: 0, dueAt: NOW + 5 });
    expect([await table().delete('a'), await table().delete('a')]).toEqual([true, false]);
    expect(await table().findDelivery(id)).toBeUndefined();
  });

  it('deletes a version and no other, where that is said', async () => {
    const [id] = await one();
    expect(await table().delete('a', 2)).toBe(false);
    expect(await table().findDelivery(id)).toBeDefined();
    expect(await table().delete('a', 1)).toBe(true);
    expect(await table().findDelivery(id)).toBeUndefined();
  });

  it('remembers what is suspended, once, until it is lifted', async () => {
    const { suspensions } = database();
    const row = { kind: 'tenant', id: 'acme', at: NOW } as const;
    expect([await suspensions.add(row), await suspensions.add({ ...row, at: 1 })]).toEqual([true, false]);
    await suspensions.add({ kind: 'client', id: 'acme', at: 2 });
    await suspensions.add({ kind: 'tenant', id: 'Acme', at: 3 });
    expect(await suspensions.find('tenant', 'acme')).toEqual(row);
    expect(await suspensions.find('client', 'Acme')).toBeUndefined();
    const all = await suspensions.list({ limit: 9 });
    expect(all.map(({ kind, id, at }) => [kind, id, at])).toEqual([
      ['client', 'acme', 2],
      ['tenant', 'Acme', 3],
      ['tenant', 'acme', NOW],
    ]);
    expect(await suspensions.list({ kind: 'tenant', after: { kind: 'tenant', id: 'Acme' }, limit: 9 })).toEqual([row]);
    expect(await suspensions.remove('tenant', 'acme')).toBe(true);
    expect(await suspensions.remove('tenant', 'acme')).toBe(false);
    expect(await suspensions.list({ limit: 9 })).toHaveLength(2);
  });

  async function one(): Promise<[string]> {
    await put(webhook('a'));
    await happened(audited('1', 'key_created'));
    const [row] = await table().due({ now: NOW, except: [], each: 100, limit: 1 });
    return [row?.id ?? ''];
  }
}

const NOW = 1_700_000_000_000;
const DONE: DeliveryOutcome = { state: 'done', dueAt: NOW, status: 200, problem: null, at: NOW + 1, counts: true };

function audited(id: string, event: AuditRecord['event'], tenant: string | null = 'acme'): AuditRecord {
  return {
    ...{ id: `aud_${id}`, at: NOW, tenant, event, actorKind: 'operator', actor: null, clientId: null, requestId: null },
    detail: JSON.stringify({ keyId: 'k', name: 'CI', scopes: ['a'] }),
  };
}

function webhook(id: string, changes: Partial<WebhookRow> = {}): WebhookRow {
  return {
    ...{ id, tenant: 'acme', url: 'https://a.test/hook', types: [], enabled: true, reason: null },
    ...{ sealed: `sealed of ${id}`, keyId: 'old', version: 1, createdAt: NOW, updatedAt: NOW },
    ...changes,
  };
}
