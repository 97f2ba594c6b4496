import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../core/database.ts';
import { withEnds } from '../core/ends.ts';
import { createPool } from './postgres/pool.ts';
import { createAdminKeyTable } from './sql/admin-keys.ts';
import { createAuditTable } from './sql/audit.ts';
import { createCallTable, type RunAll } from './sql/calls.ts';
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

export interface PostgresOptions {
  /** `postgres:` or `postgresql:`, with the parameters of docs/stores.md. */
  readonly url: string;
  readonly clock: Clock;
  /** How many connections this process may hold. Default 10. */
  readonly poolSize?: number;
  /** How long a connection may take to be made, or to become free, in milliseconds. Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** How long a statement may take, in milliseconds. Default 10,000. */
  readonly statementTimeoutMs?: number;
  /** What is kept of the calls. */
  readonly calls?: Retention;
  /** What is kept of the audit trail. */
  readonly audit?: Retention;
  /** What is kept of deliveries to webhooks. Default: 30 days, and 100,000 of them. */
  readonly deliveries?: Retention;
}

/** Any number, as long as it is always the same: `postern` in ASCII. */
const MIGRATION_LOCK = 0x706f7374;

const ENGINE: Engine = {
  // Compared byte by byte, as SQLite does it, whatever the database's language is.
  text: sql`text collate "C"`,
  hasTable: async (db, name) => {
    const { rows } = await sql<{ found: string | null }>`select to_regclass(${name})::text as found`.execute(db);
    return (rows[0]?.found ?? null) !== null;
  },
  alone: async (transaction) => {
    await sql`select pg_advisory_xact_lock(${sql.lit(MIGRATION_LOCK)})`.execute(transaction);
  },
};

/**
 * The database that all nodes share. No connection is made before the first statement; what fails for want of the
 * database is `unavailable`, within the time that a connection and a statement may take.
 *
 * @throws RangeError for a URL that is none.
 */
export function openPostgres(options: PostgresOptions): Database {
  const { url, clock, poolSize = 10, connectTimeoutMs = 5_000, statementTimeoutMs = 10_000 } = options;
  // The driver's own error would repeat the URL.
  if (!URL.canParse(url)) throw new RangeError('a URL that cannot be read (not shown)');
  const connect = (size: number, timeoutMs: number): Kysely<Schema> => {
    const pool = () => createPool({ url, size, connectTimeoutMs, statementTimeoutMs: timeoutMs });
    return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  };
  const db = connect(poolSize, statementTimeoutMs);
  const pruner = createPruner(db, clock, CALLS, options.calls);
  const auditPruner = createPruner(db, clock, AUDIT, options.audit);
  const endsPruner = createPruner(db, clock, ENDS);
  const deliveryPruner = createPruner(db, clock, DELIVERIES, options.deliveries ?? DELIVERIES_KEPT);

  const database: Database = {
    keys: createApiKeyTable(db),
    calls: createCallTable(db, inTransaction(db, pruner.added)),
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
    migrate: async () => {
      // A migration takes the time it takes, and so does waiting for that of another node.
      const patient = connect(1, 0);
      try {
        await migrate(patient, clock, ENGINE);
      } finally {
        await patient.destroy();
      }
    },
    close: async () => {
      await Promise.all([pruner.close(), auditPruner.close(), deliveryPruner.close(), endsPruner.close()]);
      await db.destroy();
    },
  };
  return withEnds(database, clock.now);
}

function inTransaction(db: Kysely<Schema>, added: (rows: number) => void): RunAll {
  return async (statements, rows) => {
    await db.transaction().execute(async (transaction) => {
      for (const { sql: text, parameters } of statements) {
        await transaction.executeQuery(CompiledQuery.raw(text, [...parameters]));
      }
    });
    added(rows);
  };
}
