import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';

/** What is listed newest first, of all tenants or of one, is read from an index however much there is. */
export async function createListIndexes(db: Kysely<Schema>): Promise<void> {
  for (const table of ['api_keys', 'connections', 'oauth_clients', 'oauth_grants'] as const) {
    await db.schema.createIndex(`${table}_by_time`).on(table).columns(['created_at', 'id']).execute();
  }
  await db.schema.createIndex('connections_by_tenant').on('connections').columns(['tenant', 'created_at']).execute();
}
