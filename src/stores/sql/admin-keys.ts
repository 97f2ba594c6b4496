import type { Expression, Kysely, Selectable } from 'kysely';
import type { AdminKeyRow, AdminKeyTable } from '../../core/admin.ts';
import { keyVerbs } from './key-rows.ts';
import { behind } from './places.ts';
import type { Schema } from './schema.ts';

export async function createAdminKeys(
  db: Kysely<Schema>,
  { text }: { readonly text: 'text' | Expression<string> },
): Promise<void> {
  await db.schema
    .createTable('admin_keys')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('role', text, (column) => column.notNull())
    .addColumn('tenant', text)
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('digest', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('revoked_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .execute();
  await db.schema.createIndex('admin_keys_by_time').on('admin_keys').columns(['created_at', 'id']).execute();
}

/** Keys of the admin API on any engine that Kysely speaks to. Each verb is one statement. */
export function createAdminKeyTable(db: Kysely<Schema>): AdminKeyTable {
  return {
    ...keyVerbs(db, 'admin_keys'),
    insert: async (row) => {
      await db.insertInto('admin_keys').values(toColumns(row)).execute();
    },
    find: async (id) => {
      const found = await db.selectFrom('admin_keys').selectAll().where('id', '=', id).executeTakeFirst();
      return found === undefined ? undefined : toRow(found);
    },
    page: async ({ tenant, before, limit }) => {
      let query = db.selectFrom('admin_keys').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc');
      if (tenant !== undefined) query = query.where('tenant', '=', tenant);
      if (before !== undefined) query = query.where(behind('created_at', before));
      return (await query.limit(limit).execute()).map(toRow);
    },
    revoke: async (id, at) => {
      const { numUpdatedRows } = await db
        .updateTable('admin_keys')
        .set({ revoked_at: at })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
  };
}

function toColumns(row: AdminKeyRow): Schema['admin_keys'] {
  const { id, role, tenant, name, digest } = row;
  return {
    ...{ id, role, tenant, name, digest },
    created_at: row.createdAt,
    expires_at: row.expiresAt,
    revoked_at: row.revokedAt,
    last_used_at: row.lastUsedAt,
  };
}

function toRow(columns: Selectable<Schema['admin_keys']>): AdminKeyRow {
  const { id, role, tenant, name, digest } = columns;
  return {
    ...{ id, tenant, name, digest },
    role: role as AdminKeyRow['role'],
    createdAt: columns.created_at,
    expiresAt: columns.expires_at,
    revokedAt: columns.revoked_at,
    lastUsedAt: columns.last_used_at,
  };
}
