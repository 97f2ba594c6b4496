import { describe, expect, it } from 'vitest';
import type { AuditRecord } from '../core/audit.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { type Audited, createAuditLog } from './audit-log.ts';
import { createLog } from './log.ts';

function setUp({ capacity, failing = false }: { readonly capacity?: number; readonly failing?: boolean } = {}) {
  const clock = manualClock();
  const lines: { readonly msg: string; readonly total: number }[] = [];
  const log = createLog({ clock, to: { write: (line) => lines.push(JSON.parse(line)) } });
  const written: AuditRecord[] = [];
  const table = {
    append: async (rows: readonly AuditRecord[]) => {
      if (failing) throw new Error('database is locked');
      written.push(...rows);
    },
    list: async () => [],
  };
  const audit = createAuditLog({ table, clock, log, ...(capacity === undefined ? {} : { capacity }) });
  return { clock, lines, written, audit };
}

const LOGIN: Audited = { event: 'login_failed', actorKind: 'user', open: true, detail: { reason: 'state' } };
const GRANT: Audited = { event: 'grant_created', actorKind: 'user', actor: 'ada', tenant: 'acme' };

describe('the audit trail', () => {
  it('is written behind the back of whoever tells it, in order, each event under an id of its own', async () => {
    const { audit, written, clock } = setUp();
    audit.record({ ...GRANT, clientId: 'c', requestId: 'req_1', detail: { scopes: ['a', 'b'], count: 2 } });
    audit.record(GRANT);
    expect(written).toEqual([]);
    await audit.flush();
    expect(written).toMatchObject([
      {
        ...{ at: clock.now(), event: 'grant_created', actorKind: 'user', actor: 'ada', tenant: 'acme' },
        ...{ clientId: 'c', requestId: 'req_1', detail: '{"scopes":["a","b"],"count":2}' },
      },
      { clientId: null, requestId: null, detail: '{}' },
    ]);
    expect(new Set(written.map(({ id }) => id)).size).toBe(2);
  });

  it('takes so many events of a kind that anybody can set off, and counts the others', async () => {
    const { audit, written, clock } = setUp();
    for (let index = 0; index < 1_000; index++) audit.record(LOGIN);
    audit.record({ ...LOGIN, event: 'client_refused' });
    for (let index = 0; index < 200; index++) audit.record(GRANT);
    await audit.flush();
    const count = (event: string) => written.filter((row) => row.event === event).length;
    expect([count('login_failed'), count('client_refused'), count('grant_created')]).toEqual([100, 1, 200]);
    expect(audit.limited()).toBe(900);
    await clock.advance(60_000);
    audit.record(LOGIN);
    await audit.flush();
    expect(count('login_failed')).toBe(101);
  });

  it('costs records and nothing else when the database is out, and counts them', async () => {
    const { audit, lines } = setUp({ capacity: 3, failing: true });
    for (let index = 0; index < 5; index++) audit.record(GRANT);
    await audit.close();
    expect(audit.dropped()).toBe(5);
    expect(lines).toMatchObject([{ msg: 'audit dropped', total: 5 }]);
  });

  it('keeps no more of a client’s own words than fits into a line, and no credential that is in them', async () => {
    const { audit, written } = setUp();
    audit.record({
      ...{ event: 'client_registered', actorKind: 'client', clientId: `https://evil.example/${'x'.repeat(5_000)}` },
      actor: `a\nb${'y'.repeat(5_000)}`,
      detail: {
        name: `Bearer abcdef123456 \u202e${'z'.repeat(5_000)}`,
        places: Array.from({ length: 100 }, (_, index) => `${index}.example`),
        nested: { secret: 'deep' },
        missing: undefined,
      },
    });
    await audit.close();
    const text = JSON.stringify(written);
    expect(text.length).toBeLessThan(4_000);
    expect(text).not.toMatch(/abcdef123456|deep|\u202e|a\nb/);
    expect(JSON.parse(written[0]?.detail ?? '').places).toHaveLength(21);
  });
});
