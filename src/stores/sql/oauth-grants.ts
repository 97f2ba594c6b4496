import type { Kysely, Selectable } from 'kysely';
import type { OAuthGrantRow, OAuthGrantTable } from '../../core/oauth-tables.ts';
import { behind } from './places.ts';
import type { Schema } from './schema.ts';

/** Grants on any engine that Kysely speaks to. Each verb is one statement. */
export function createOAuthGrantTable(db: Kysely<Schema>): OAuthGrantTable {
  return {
    insert: async (row) => {
      await db.insertInto('oauth_grants').values(toColumns(row)).execute();
    },
    find: async (id) => {
      const found = await db.selectFrom('oauth_grants').selectAll().where('id', '=', id).executeTakeFirst();
      return found === undefined ? undefined : toRow(found);
    },
    list: async ({ tenant, clientId, before, limit }) => {
      let newest = db.selectFrom('oauth_grants').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc');
      if (tenant !== undefined) newest = newest.where('tenant', '=', tenant);
      if (clientId !== undefined) newest = newest.where('client_id', '=', clientId);
      if (before !== undefined) newest = newest.where(behind('created_at', before));
      return (await newest.limit(limit).execute()).map(toRow);
    },
    extend: async (id, expiresAt) => {
      await db
        .updateTable('oauth_grants')
        .set({ expires_at: expiresAt })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .where('expires_at', '<', expiresAt)
        .execute();
    },
    revoke: async (id, at, reason) => {
      const { numUpdatedRows } = await db
        .updateTable('oauth_grants')
        .set({ revoked_at: at, reason, idp: null })
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    replaceIdp: async (id, version, idp, at) => {
      const { numUpdatedRows } = await db
        .updateTable('oauth_grants')
        .set({ idp, version: version + 1, checked_at: at })
        .where('id', '=', id)
        .where('version', '=', version)
        .where('revoked_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    checked: async (id, at) => {
      await db
        .updateTable('oauth_grants')
        .set({ checked_at: at })
        .where('id', '=', id)
        .where('checked_at', '<', at)
        .execute();
    },
    prune: async (endedBefore, limit) => {
      const { numDeletedRows } = await db
        .deleteFrom('oauth_grants')
        .where('id', 'in', (from) =>
          from
            .selectFrom('oauth_grants as ended')
            .select('ended.id')
            .where((where) =>
              where.or([where('ended.expires_at', '<', endedBefore), where('ended.revoked_at', '<', endedBefore)]),
            )
            .limit(limit),
        )
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

function toColumns(row: OAuthGrantRow): Schema['oauth_grants'] {
  return {
    id: row.id,
    tenant: row.tenant,
    account_id: row.accountId,
    client_id: row.clientId,
    resource: row.resource,
    scopes: JSON.stringify(row.scopes),
    claims: row.claims,
    idp: row.idp,
    version: row.version,
    created_at: row.createdAt,
    expires_at: row.expiresAt,
    checked_at: row.checkedAt,
    revoked_at: row.revokedAt,
    reason: row.reason,
  };
}

function toRow(columns: Selectable<Schema['oauth_grants']>): OAuthGrantRow {
  return {
    id: columns.id,
    tenant: columns.tenant,
    accountId: columns.account_id,
    clientId: columns.client_id,
    resource: columns.resource,
    scopes: JSON.parse(columns.scopes) as string[],
    claims: columns.claims,
    idp: columns.idp,
    version: columns.version,
    createdAt: columns.created_at,
    expiresAt: columns.expires_at,
    checkedAt: columns.checked_at,
    revokedAt: columns.revoked_at,
    reason: columns.reason,
  };
}
