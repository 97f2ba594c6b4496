import { existsSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AuditRecord } from '../core/audit.ts';
import type { CallRecord } from '../core/call.ts';
import { systemClock } from '../lib/clock.ts';
import { databaseRaceSuite } from '../testing/database-race-suite.ts';
import { databaseSuite } from '../testing/database-suite.ts';
import { manualClock } from '../testing/manual-clock.ts';
import { retentionSuite } from '../testing/retention-suite.ts';
import { openSqlite } from './sqlite.ts';

let folder: string;
let files = 0;
const fresh = (): string => join(folder, `${files++}`, 'postern.db');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-sqlite-'));
});
afterAll(() => rm(folder, { recursive: true }));

databaseSuite('SQLite in memory', async () => openSqlite({ file: ':memory:', clock: systemClock }));
databaseSuite('SQLite in a file', async () => openSqlite({ file: fresh(), clock: systemClock }));

describe('the file', () => {
  it('is for its owner alone, with its log, and keeps what it was given', async () => {
    const file = fresh();
    const first = openSqlite({ file, clock: systemClock });
    await first.migrate();
    await first.calls.append([call('a', 1)]);
    for (const path of [file, `${file}-wal`, `${file}-shm`]) expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(file, '..'))).mode & 0o777).toBe(0o700);
    await first.close();
    const second = openSqlite({ file, clock: systemClock });
    await second.migrate();
    expect(await second.calls.count()).toBe(1);
    await second.close();
  });

  it('takes in what many calls wrote while it is open, although no commit copies so little', async () => {
    const file = fresh();
    const database = openSqlite({ file, clock: systemClock });
    await database.migrate();
    await database.calls.append(Array.from({ length: 1_000 }, (_, index) => call(`call-${index}`, index)));
    let more = 0;
    await vi.waitFor(
      async () => {
        await database.calls.append([call(`more-${more++}`, 1_000)]);
        expect(withoutLog(file)).toBeGreaterThanOrEqual(1_000);
      },
      { timeout: 20_000 },
    );
    await database.close();
    // Nobody has it open any more: neither the database nor its thread.
    expect(existsSync(`${file}-wal`)).toBe(false);
    expect(withoutLog(file)).toBe(1_000 + more);
  });

  it('is refused when it is not a database', async () => {
    const file = join(folder, 'text');
    await writeFile(file, 'not a database at all, not in the least '.repeat(50));
    expect(() => openSqlite({ file, clock: systemClock })).toThrow(/not a database/);
  });

  it('is refused when a newer version migrated it', async () => {
    const file = fresh();
    const database = openSqlite({ file, clock: systemClock });
    await database.migrate();
    const raw = new DatabaseSync(file);
    raw.exec("insert into postern_migrations values ('9999_from_tomorrow', 0)");
    raw.close();
    await expect(database.migrate()).rejects.toThrow(/9999_from_tomorrow/);
    await database.close();
  });
});

describe('retention', () => {
  const DAY_MS = 86_400_000;

  it('deletes calls past their days, within the hour', async () => {
    const clock = manualClock();
    const file = fresh();
    const database = openSqlite({ file, clock, calls: { days: 2 } });
    await database.migrate();
    const old = Array.from({ length: 2_500 }, (_, index) => call(`old-${index}`, clock.now() - 2 * DAY_MS - 1));
    await database.calls.append([...old, call('young', clock.now() - DAY_MS)]);
    await clock.advance(3_600_000);
    while ((await database.calls.count()) > 1) await clock.advance(0);
    await database.close();
    expect(ids(file)).toEqual(['young']);
  });

  it('keeps the newest so many', async () => {
    const clock = manualClock();
    const file = fresh();
    const database = openSqlite({ file, clock, calls: { rows: 2 } });
    await database.migrate();
    const rows = Array.from({ length: 3_000 }, (_, index) => call(`c${index}`, clock.now() + index));
    await database.calls.append(rows);
    while ((await database.calls.count()) > 2) await clock.advance(0);
    await database.close();
    expect(ids(file)).toEqual(['c2998', 'c2999']);
  });

  it('deletes what is past its days in the audit trail, and keeps the newest so many of it', async () => {
    const clock = manualClock();
    const database = openSqlite({ file: fresh(), clock, audit: { days: 2, rows: 3 } });
    await database.migrate();
    const kept = async () => (await database.audit.list({ limit: 10 })).map(({ id }) => id);
    const old = Array.from({ length: 4 }, (_, index) => audited(`old-${index}`, clock.now() - 2 * DAY_MS - 1));
    await database.audit.append([...old, audited('young', clock.now() - DAY_MS)]);
    await clock.advance(3_600_000);
    while ((await kept()).length > 1) await clock.advance(0);
    expect(await kept()).toEqual(['young']);
    await database.audit.append(['a', 'b', 'c'].map((id, index) => audited(id, clock.now() + index)));
    await clock.advance(3_600_000);
    while ((await kept()).length > 3) await clock.advance(0);
    expect(await kept()).toEqual(['c', 'b', 'a']);
    await database.close();
  });

  function ids(file: string): unknown[] {
    const raw = new DatabaseSync(file);
    const rows = raw.prepare('select id from calls order by at').all();
    raw.close();
    return rows.map(({ id }) => id);
  }
});

retentionSuite('SQLite, shared by tenants', async (clock, { audit, deliveries }) =>
  openSqlite({ file: ':memory:', clock, audit: { rows: audit }, deliveries: { rows: deliveries } }),
);

databaseRaceSuite('SQLite', join(import.meta.dirname, '../testing/database-race.test.child.ts'), async () => {
  const file = fresh();
  return { database: openSqlite({ file, clock: systemClock }), args: [file] };
});

/** How many calls are in the file itself, whatever its log holds. */
function withoutLog(file: string): number {
  const url = pathToFileURL(file);
  url.searchParams.set('immutable', '1');
  const raw = new DatabaseSync(url, { readOnly: true });
  try {
    return Number(raw.prepare('select count(*) as calls from calls').get()?.['calls']);
  } finally {
    raw.close();
  }
}

function audited(id: string, at: number): AuditRecord {
  const nobody = { tenant: null, actor: null, clientId: null, requestId: null };
  return { id, at, ...nobody, actorKind: 'system', event: 'clients_pruned', detail: '{}' };
}

function call(id: string, at: number): CallRecord {
  return {
    id,
    at,
    tenant: 'acme',
    subject: 'key_1',
    client: 'test/1.0',
    tool: 'list_tickets',
    upstream: 'acme',
    ms: 1,
    upstreamMs: 0,
    upstreamStatus: null,
    requestId: 'req_1',
    code: 'ok',
    arguments: null,
  };
}
