import { expect, it } from 'vitest';
import type { AuditRecord } from '../core/audit.ts';
import type { Database } from '../core/database.ts';

/** What every database must do with the audit trail, as tests. */
export function auditSuite(database: () => Database): void {
  const ids = async (query: Parameters<Database['audit']['list']>[0]) =>
    (await database().audit.list(query)).map(({ id }) => id);

  it('gives back what was appended, every field of it', async () => {
    const full = record('full', 2, {
      actorKind: 'user',
      actor: 'ada "\n',
      clientId: 'https://client.example/metadata.json',
      requestId: 'req_1',
      detail: '{"scopes":["a:read"],"name":"ü"}',
    });
    const bare = record('bare', 1, { tenant: null });
    await database().audit.append([full, bare]);
    expect(await database().audit.list({ limit: 10 })).toEqual([full, bare]);
  });

  it('appends all of a batch or none of it, and takes an empty one', async () => {
    await database().audit.append([]);
    const broken = { ...record('broken', 2), event: null } as unknown as AuditRecord;
    await expect(database().audit.append([record('good', 1), broken])).rejects.toThrow();
    expect(await ids({ limit: 10 })).toEqual([]);
    const many = Array.from({ length: 250 }, (_, index) => record(`m${index}`, index));
    await Promise.all([database().audit.append(many), database().audit.append([record('one', 1_000)])]);
    expect(await ids({ limit: 1_000 })).toHaveLength(251);
  });

  it('reads the newest first, page by page, with nothing left out where many have one time', async () => {
    await database().audit.append([record('b', 5), record('d', 5), record('a', 5), record('c', 5), record('z', 1)]);
    const pages: string[][] = [];
    for (let before: { readonly at: number; readonly id: string } | undefined; ; ) {
      const page = await database().audit.list({ limit: 2, ...(before === undefined ? {} : { before }) });
      pages.push(page.map(({ id }) => id));
      before = page.at(-1);
      if (page.length < 2) break;
    }
    expect(pages).toEqual([['d', 'c'], ['b', 'a'], ['z']]);
  });

  it('keeps tenants apart, and what concerns none is of none', async () => {
    const foreign = [record('g', 2, { tenant: 'globex' }), record('n', 3, { tenant: null })];
    await database().audit.append([record('a', 1), ...foreign]);
    expect(await ids({ tenant: 'acme', limit: 10 })).toEqual(['a']);
    expect(await ids({ tenant: 'globex', limit: 10 })).toEqual(['g']);
    expect(await ids({ tenant: '', limit: 10 })).toEqual([]);
    expect(await ids({ limit: 10 })).toEqual(['n', 'g', 'a']);
  });

  it('reads what is of one kind', async () => {
    await database().audit.append([record('a', 1), record('b', 2, { event: 'key_created' })]);
    expect(await ids({ event: 'key_created', limit: 10 })).toEqual(['b']);
  });

  it('reads what is not older than a time', async () => {
    await database().audit.append([record('a', 1), record('b', 2), record('c', 3)]);
    expect(await ids({ since: START + 2, limit: 10 })).toEqual(['c', 'b']);
  });
}

const START = 1_700_000_000_000;

function record(id: string, at: number, changes: Partial<AuditRecord> = {}): AuditRecord {
  return {
    id,
    at: START + at,
    tenant: 'acme',
    actorKind: 'system',
    actor: null,
    clientId: null,
    event: 'grant_ended',
    requestId: null,
    detail: '{}',
    ...changes,
  };
}
