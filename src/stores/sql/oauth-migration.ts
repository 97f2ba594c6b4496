import type { Expression, Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * What the authorization facade keeps: clients, grants, refresh tokens, revocations, signing keys.
 * @param engine `text`: the type of a text that is compared byte by byte.
 */
export async function createOAuth(
  db: Kysely<Schema>,
  engine: { readonly text: 'text' | Expression<string> },
): Promise<void> {
  const { text } = engine;
  await db.schema
    .createTable('oauth_clients')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('body', text, (column) => column.notNull())
    .addColumn('secret', text)
    .addColumn('source', text)
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint')
    .addColumn('fresh_until', 'bigint')
    .execute();
  await db.schema.createIndex('oauth_clients_by_kind').on('oauth_clients').columns(['kind', 'created_at']).execute();
  await db.schema
    .createIndex('oauth_clients_by_source')
    .on('oauth_clients')
    .columns(['source', 'created_at'])
    .execute();
  await db.schema
    .createTable('oauth_grants')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant', text, (column) => column.notNull())
    .addColumn('account_id', text, (column) => column.notNull())
    .addColumn('client_id', text, (column) => column.notNull())
    .addColumn('resource', text, (column) => column.notNull())
    .addColumn('scopes', text, (column) => column.notNull())
    .addColumn('claims', text, (column) => column.notNull())
    .addColumn('idp', text)
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('checked_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .addColumn('reason', text)
    .execute();
  await db.schema.createIndex('oauth_grants_by_tenant').on('oauth_grants').columns(['tenant', 'created_at']).execute();
  await db.schema.createIndex('oauth_grants_by_client').on('oauth_grants').column('client_id').execute();
  await db.schema.createIndex('oauth_grants_by_expiry').on('oauth_grants').column('expires_at').execute();
  await db.schema
    .createTable('oauth_refresh_tokens')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('grant_id', text, (column) => column.notNull())
    .addColumn('sealed', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('consumed_at', 'bigint')
    .execute();
  await db.schema.createIndex('oauth_refresh_by_grant').on('oauth_refresh_tokens').column('grant_id').execute();
  await db.schema.createIndex('oauth_refresh_by_expiry').on('oauth_refresh_tokens').column('expires_at').execute();
  await db.schema
    .createTable('oauth_revocations')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('oauth_revocations_by_time').on('oauth_revocations').column('at').execute();
  await db.schema
    .createTable('oauth_keys')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('public', text, (column) => column.notNull())
    .addColumn('sealed', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('active_from', 'bigint', (column) => column.notNull())
    .addColumn('retired_at', 'bigint')
    .execute();
}

/** Clients that were created at identity providers. */
export async function createNativeClients(
  db: Kysely<Schema>,
  { text }: { readonly text: 'text' | Expression<string> },
): Promise<void> {
  await db.schema
    .createTable('oauth_native_clients')
    .addColumn('provider', text, (column) => column.notNull())
    .addColumn('client_id', text, (column) => column.notNull())
    .addColumn('ref', text, (column) => column.notNull())
    .addColumn('digest', text)
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('used_at', 'bigint')
    .addColumn('retired_at', 'bigint')
    .addPrimaryKeyConstraint('oauth_native_clients_key', ['provider', 'client_id'])
    .execute();
  await db.schema
    .createIndex('oauth_native_clients_by_digest')
    .on('oauth_native_clients')
    .columns(['provider', 'digest'])
    .execute();
  await db.schema
    .createIndex('oauth_native_clients_by_time')
    .on('oauth_native_clients')
    .columns(['provider', 'created_at'])
    .execute();
}
