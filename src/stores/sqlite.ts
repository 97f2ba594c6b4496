import { Kysely, sql } from 'kysely';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../core/database.ts';
import { withEnds } from '../core/ends.ts';
import { createCheckpoints } from './checkpoints.ts';
import { createAdminKeyTable } from './sql/admin-keys.ts';
import { createAuditTable } from './sql/audit.ts';
import { createCallTable } from './sql/calls.ts';
import { createConnectionTable } from './sql/connections.ts';
import { createApiKeyTable } from './sql/keys.ts';
import { createLinkTable } from './sql/links.ts';
import { type Engine, migrate, pendingMigrations } from './sql/migrations.ts';
import { createOAuthTables } from './sql/oauth.ts';
import { createQuotaTable } from './sql/quotas.ts';
import { AUDIT, CALLS, createPruner, DELIVERIES, DELIVERIES_KEPT, ENDS, type Retention } from './sql/retention.ts';
import type { Schema } from './sql/schema.ts';
import { createSuspensionTable } from './sql/suspensions.ts';
import { createTenantTable } from './sql/tenants.ts';
import { createWebhookTable } from './sql/webhooks.ts';
import { openSqliteFile } from './sqlite-dialect.ts';

export interface SqliteOptions {
  /** The path of the file, created where it is missing (mode 0600), or `:memory:`. */
  readonly file: string;
  readonly clock: Clock;
  /** How long a statement waits for another process to finish writing, in milliseconds. Default 5,000. */
  readonly busyTimeoutMs?: number;
  /** What is kept of the calls. */
  readonly calls?: Retention;
  /** What is kept of the audit trail. */
  readonly audit?: Retention;
  /** What is kept of deliveries to webhooks. Default: 30 days, and 100,000 of them. */
  readonly deliveries?: Retention;
}

const ENGINE: Engine = {
  text: 'text',
  hasTable: async (db, name) => {
    const { rows } = await sql`select 1 from sqlite_master where type = 'table' and name = ${name}`.execute(db);
    return rows.length > 0;
  },
  // A transaction has the write lock from its beginning.
  alone: async () => undefined,
};

/**
 * The embedded database: one file, several processes of one machine.
 * @throws Error when the file cannot be opened or is not a database.
 */
export function openSqlite(options: SqliteOptions): Database {
  const { clock } = options;
  const sqlite = openSqliteFile(options.file, options.busyTimeoutMs ?? 5_000);
  const db = new Kysely<Schema>({ dialect: sqlite.dialect });
  const checkpoints = createCheckpoints({ file: options.file, clock, checkpointAfter: sqlite.checkpointAfter });
  const pruner = createPruner(db, clock, CALLS, options.calls);
  const auditPruner = createPruner(db, clock, AUDIT, options.audit);
  const endsPruner = createPruner(db, clock, ENDS);
  const deliveryPruner = createPruner(db, clock, DELIVERIES, options.deliveries ?? DELIVERIES_KEPT);
  const calls = createCallTable(db, async (statements, rows) => {
    // Through Kysely's connection, so that it never falls into the middle of a transaction of Kysely's.
    await db.connection().execute(async () => sqlite.runAll(statements));
    checkpoints.written(rows);
    pruner.added(rows);
  });

  const database: Database = {
    keys: createApiKeyTable(db),
    calls,
    audit: createAuditTable(db, { rows: auditPruner.added, deliveries: deliveryPruner.added }),
    oauth: createOAuthTables(db),
    quotas: createQuotaTable(db),
    connections: createConnectionTable(db),
    links: createLinkTable(db),
    webhooks: createWebhookTable(db),
    suspensions: createSuspensionTable(db),
    adminKeys: createAdminKeyTable(db),
    tenants: createTenantTable(db),
    pending: () => pendingMigrations(db, ENGINE),
    migrate: () => migrate(db, clock, ENGINE),
    close: async () => {
      await Promise.all([pruner.close(), auditPruner.close(), deliveryPruner.close(), endsPruner.close()]);
      await checkpoints.close();
      await db.destroy();
      sqlite.close();
    },
  };
  return withEnds(database, clock.now);
}
