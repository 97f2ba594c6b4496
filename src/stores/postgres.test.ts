import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POSTGRES, type PostgresServer, postgresServer } from '../../test/servers/postgres.ts';
import type { Database } from '../core/database.ts';
import { systemClock } from '../lib/clock.ts';
import { databaseRaceSuite } from '../testing/database-race-suite.ts';
import { databaseSuite } from '../testing/database-suite.ts';
import { retentionSuite } from '../testing/retention-suite.ts';
import { openPostgres } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

describe.skipIf(POSTGRES === undefined)('a real PostgreSQL', () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await postgresServer();
  }, 60_000);
  afterAll(() => server.stop());

  databaseSuite('PostgreSQL', async () => openPostgres({ url: await server.fresh(), clock: systemClock }));

  retentionSuite('PostgreSQL, shared by tenants', async (clock, { audit, deliveries }) =>
    openPostgres({ url: await server.fresh(), clock, audit: { rows: audit }, deliveries: { rows: deliveries } }),
  );

  databaseRaceSuite('PostgreSQL', join(import.meta.dirname, '../testing/database-race.test.child.ts'), async () => {
    const url = await server.fresh();
    return { database: openPostgres({ url, clock: systemClock }), args: [url] };
  });

  it('lets several nodes write calls and clear old ones away, and each sees what all have written', async () => {
    const url = await server.fresh();
    const nodes = [1, 2, 3].map(() => openPostgres({ url, clock: systemClock, calls: { rows: 1_000 } }));
    await nodes[0]?.migrate();
    const batch = (node: number) =>
      Array.from({ length: 1_500 }, (_, at) => ({ ...CALL, id: `n${node}-${at}`, at: systemClock.now() + at }));
    await Promise.all(nodes.map((node, index) => node.calls.append(batch(index))));
    // Three have each time: of one time all are kept or none.
    while (((await nodes[0]?.calls.count()) ?? 0) > 1_002);
    expect(await nodes[0]?.calls.count()).toBeGreaterThanOrEqual(1_000);
    expect(await nodes[1]?.calls.recent({ limit: 10 })).toEqual(await nodes[2]?.calls.recent({ limit: 10 }));
    await Promise.all(nodes.map((node) => node.close()));
  });

  it('sorts and compares text by its bytes, as SQLite does, whatever the language of the database is', async () => {
    const postgres = openPostgres({ url: await server.fresh(), clock: systemClock });
    const sqlite = openSqlite({ file: ':memory:', clock: systemClock });
    for (const database of [postgres, sqlite]) {
      await database.migrate();
      const ids = ['a', 'B', 'ä', 'A', 'b', '_', 'Z', 'é'];
      await database.calls.append(ids.map((id) => ({ ...CALL, id })));
    }
    const order = async (database: Database) => (await database.calls.recent({ limit: 10 })).map(({ id }) => id);
    expect(await order(postgres)).toEqual(await order(sqlite));
    await postgres.close();
    await sqlite.close();
  });
});

const CALL = {
  id: 'call_1',
  at: 1_700_000_000_000,
  tenant: 'acme',
  subject: 'key_1',
  client: 'test/1.0',
  tool: 'list_tickets',
  upstream: 'acme',
  ms: 1.5,
  upstreamMs: 0,
  upstreamStatus: null,
  requestId: 'req_1',
  code: 'ok',
  arguments: null,
} as const;
