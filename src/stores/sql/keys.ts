import type { Expression, ExpressionBuilder, Kysely, Selectable, SqlBool } from 'kysely';
import type { ApiKeyRow, ApiKeyTable } from '../../core/database.ts';
import { keyVerbs } from './key-rows.ts';
import { behind } from './places.ts';
import type { Schema } from './schema.ts';

/** API keys on any engine that Kysely speaks to. Each verb is one statement. */
export function createApiKeyTable(db: Kysely<Schema>): ApiKeyTable {
  return {
    ...keyVerbs(db, 'api_keys'),
    insert: async (row) => {
      await db.insertInto('api_keys').values(toColumns(row)).execute();
    },
    find: async (id) => {
      const found = await db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
      return found === undefined ? undefined : toRow(found);
    },
    list: async (tenant) => {
      const all = db.selectFrom('api_keys').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc');
      const rows = await (tenant === undefined ? all : all.where('tenant', '=', tenant)).execute();
      return rows.map(toRow);
    },
    page: async ({ tenant, before, limit }) => {
      let query = db.selectFrom('api_keys').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc');
      if (tenant !== undefined) query = query.where('tenant', '=', tenant);
      if (before !== undefined) query = query.where(behind('created_at', before));
      return (await query.limit(limit).execute()).map(toRow);
    },
    change: async (was, { name = was.name, scopes = was.scopes, expiresAt = was.expiresAt }) => {
      const changed = await db
        .updateTable('api_keys')
        .set({ name, scopes: JSON.stringify(scopes), expires_at: expiresAt })
        .where('id', '=', was.id)
        .where(asItWas(was))
        .where('revoked_at', 'is', null)
        .returningAll()
        .executeTakeFirst();
      return changed === undefined ? undefined : toRow(changed);
    },
    tenants: async (limit) => {
      const living = db
        .selectFrom('api_keys')
        .select('tenant')
        .distinct()
        .where('revoked_at', 'is', null)
        .where('scopes', '!=', JSON.stringify(['*']));
      return (await living.orderBy('tenant').limit(limit).execute()).map(({ tenant }) => tenant);
    },
    revoke: async (id, at, was) => {
      const { numUpdatedRows } = await db
        .updateTable('api_keys')
        .set({ revoked_at: at })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .$if(was !== undefined, (update) => update.where(asItWas(was)))
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
  };
}

/** Where all that may be changed is as it was. */
function asItWas(was: Pick<ApiKeyRow, 'name' | 'scopes' | 'expiresAt'> | undefined) {
  return ({ and }: ExpressionBuilder<Schema, 'api_keys'>): Expression<SqlBool> =>
    and(was === undefined ? {} : { name: was.name, scopes: JSON.stringify(was.scopes), expires_at: was.expiresAt });
}

function toColumns(row: ApiKeyRow): Schema['api_keys'] {
  return {
    id: row.id,
    tenant: row.tenant,
    name: row.name,
    digest: row.digest,
    scopes: JSON.stringify(row.scopes),
    toolset: row.toolset,
    created_at: row.createdAt,
    expires_at: row.expiresAt,
    revoked_at: row.revokedAt,
    last_used_at: row.lastUsedAt,
  };
}

function toRow(columns: Selectable<Schema['api_keys']>): ApiKeyRow {
  return {
    id: columns.id,
    tenant: columns.tenant,
    name: columns.name,
    digest: columns.digest,
    scopes: JSON.parse(columns.scopes) as string[],
    toolset: columns.toolset,
    createdAt: columns.created_at,
    expiresAt: columns.expires_at,
    revokedAt: columns.revoked_at,
    lastUsedAt: columns.last_used_at,
  };
}
