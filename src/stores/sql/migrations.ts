import type { Expression, Kysely, Transaction } from 'kysely';
import type { Clock } from '../../core/clock.ts';
import { createAdminKeys } from './admin-keys.ts';
import { createAudit } from './audit.ts';
import { addConnectionPlaces, addConnectionTimes, createConnections } from './connections.ts';
import { createLinks } from './links.ts';
import { createListIndexes } from './list-indexes.ts';
import { createNativeClients, createOAuth } from './oauth-migration.ts';
import { createPendingAccounts } from './pending-accounts.ts';
import type { Schema } from './schema.ts';
import { createSuspensions } from './suspensions.ts';
import { createDeliveryShares } from './webhook-deliveries.ts';
import { createWebhooks } from './webhooks.ts';

/** What the engines do each in their own way. */
export interface Engine {
  /** The type of a text that is compared byte by byte. */
  readonly text: 'text' | Expression<string>;
  /** Makes a transaction the only one that migrates, until it ends. */
  readonly alone: (transaction: Transaction<Schema>) => Promise<void>;
  readonly hasTable: (db: Kysely<Schema>, name: string) => Promise<boolean>;
}

interface Migration {
  /** Sorts as it is applied. Never renamed. */
  readonly name: string;
  readonly up: (db: Kysely<Schema>, engine: Engine) => Promise<void>;
}

/** The database was migrated by a newer version of this program. */
export class NewerDatabase extends Error {
  constructor(migration: string) {
    super(`The database has the migration ${migration}, which this version of Postern does not know.`);
    this.name = 'NewerDatabase';
  }
}

/** In order. One that has been released is never edited: what it got wrong, the next one puts right. */
const MIGRATIONS: readonly Migration[] = [
  { name: '0001_api_keys', up: createApiKeys },
  { name: '0002_calls', up: createCalls },
  { name: '0003_key_toolset', up: addKeyToolset },
  { name: '0004_oauth', up: createOAuth },
  { name: '0005_quota_sums', up: createQuotaSums },
  { name: '0006_audit', up: createAudit },
  { name: '0007_native_clients', up: createNativeClients },
  { name: '0008_connections', up: createConnections },
  { name: '0008_links', up: createLinks },
  { name: '0009_connection_places', up: addConnectionPlaces },
  { name: '0010_suspensions', up: createSuspensions },
  { name: '0010_webhooks', up: createWebhooks },
  { name: '0011_admin_keys', up: createAdminKeys },
  { name: '0011_list_indexes', up: createListIndexes },
  { name: '0012_connection_times', up: addConnectionTimes },
  { name: '0012_delivery_shares', up: createDeliveryShares },
  { name: '0013_pending_accounts', up: createPendingAccounts },
];

/**
 * Applies what has not been applied, each migration once, all in one transaction.
 * @throws NewerDatabase
 */
export async function migrate(db: Kysely<Schema>, clock: Clock, engine: Engine): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await engine.alone(transaction);
    await transaction.schema
      .createTable('postern_migrations')
      .ifNotExists()
      .addColumn('name', engine.text, (column) => column.primaryKey())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute();
    for (const { name, up } of await missing(transaction)) {
      await up(transaction, engine);
      await transaction.insertInto('postern_migrations').values({ name, applied_at: clock.now() }).execute();
    }
  });
}

/**
 * The names of the migrations that {@link migrate} would apply, in order. Changes nothing.
 * @throws NewerDatabase
 */
export async function pendingMigrations(db: Kysely<Schema>, { hasTable }: Engine): Promise<readonly string[]> {
  const migrations = (await hasTable(db, 'postern_migrations')) ? await missing(db) : MIGRATIONS;
  return migrations.map(({ name }) => name);
}

async function missing(db: Kysely<Schema>): Promise<readonly Migration[]> {
  const rows = await db.selectFrom('postern_migrations').select('name').execute();
  const applied = new Set(rows.map(({ name }) => name));
  const known = new Set(MIGRATIONS.map(({ name }) => name));
  const foreign = rows.find(({ name }) => !known.has(name));
  if (foreign !== undefined) throw new NewerDatabase(foreign.name);
  return MIGRATIONS.filter(({ name }) => !applied.has(name));
}

async function createApiKeys(db: Kysely<Schema>, { text }: Engine): Promise<void> {
  await db.schema
    .createTable('api_keys')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('digest', text, (column) => column.notNull())
    .addColumn('scopes', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .execute();
  await db.schema.createIndex('api_keys_by_tenant').on('api_keys').columns(['tenant', 'created_at']).execute();
}

/**
 * Written far more often than read: two indexes that grow at their end, and no more. None is unique, because one
 * record that repeats an id must not cost the others of its batch.
 */
async function createCalls(db: Kysely<Schema>, { text }: Engine): Promise<void> {
  await db.schema
    .createTable('calls')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('tenant', text, (column) => column.notNull())
    .addColumn('subject', text, (column) => column.notNull())
    .addColumn('client', text, (column) => column.notNull())
    .addColumn('tool', text, (column) => column.notNull())
    .addColumn('upstream', text, (column) => column.notNull())
    .addColumn('request_id', text, (column) => column.notNull())
    .addColumn('ms', 'double precision', (column) => column.notNull())
    .addColumn('upstream_ms', 'double precision', (column) => column.notNull())
    .addColumn('upstream_status', 'integer')
    .addColumn('code', text, (column) => column.notNull())
    .addColumn('arguments', text)
    .execute();
  await db.schema.createIndex('calls_by_time').on('calls').column('at').execute();
  await db.schema.createIndex('calls_by_tenant').on('calls').columns(['tenant', 'at']).execute();
}

/** A key may be bound to a toolset. Those made before are not. */
async function addKeyToolset(db: Kysely<Schema>, { text }: Engine): Promise<void> {
  await db.schema.alterTable('api_keys').addColumn('toolset', text).execute();
}

async function createQuotaSums(db: Kysely<Schema>, { text }: Engine): Promise<void> {
  await db.schema
    .createTable('quota_sums')
    .addColumn('key', text, (column) => column.primaryKey().notNull())
    .addColumn('sum', 'bigint', (column) => column.notNull())
    .addColumn('ends_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('quota_sums_by_end').on('quota_sums').column('ends_at').execute();
}
