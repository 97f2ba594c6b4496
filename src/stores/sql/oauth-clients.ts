import type { Kysely, Selectable } from 'kysely';
import type { OAuthClientRow, OAuthClientTable } from '../../core/oauth-tables.ts';
import { behind } from './places.ts';
import type { Schema } from './schema.ts';

/** OAuth clients on any engine that Kysely speaks to. Each verb is one statement. */
export function createOAuthClientTable(db: Kysely<Schema>): OAuthClientTable {
  return {
    insert: async (row) => {
      const { numInsertedOrUpdatedRows = 0n } = await db
        .insertInto('oauth_clients')
        .values(toColumns(row))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows > 0n;
    },
    put: async (row) => {
      const { id: _id, created_at: _created, used_at: _used, ...changed } = toColumns(row);
      await db
        .insertInto('oauth_clients')
        .values(toColumns(row))
        .onConflict((conflict) => conflict.column('id').doUpdateSet(changed))
        .execute();
    },
    find: async (id) => {
      const found = await db.selectFrom('oauth_clients').selectAll().where('id', '=', id).executeTakeFirst();
      return found === undefined ? undefined : toRow(found);
    },
    touch: async (id, at) => {
      await db
        .updateTable('oauth_clients')
        .set({ used_at: at })
        .where('id', '=', id)
        .where((where) => where.or([where('used_at', 'is', null), where('used_at', '<', at)]))
        .execute();
    },
    count: async ({ kind, source, since }) => {
      let query = db.selectFrom('oauth_clients').where('kind', '=', kind);
      if (source !== undefined) query = query.where('source', '=', source);
      if (since !== undefined) query = query.where('created_at', '>=', since);
      const { rows } = await query.select(({ fn }) => fn.countAll<number>().as('rows')).executeTakeFirstOrThrow();
      return Number(rows);
    },
    list: async ({ kind, before, limit }) => {
      let newest = db.selectFrom('oauth_clients').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc');
      if (kind !== undefined) newest = newest.where('kind', '=', kind);
      if (before !== undefined) newest = newest.where(behind('created_at', before));
      return (await newest.limit(limit).execute()).map(toRow);
    },
    prune: async (pruning) => {
      const { numDeletedRows } = await db
        .deleteFrom('oauth_clients')
        .where('id', 'in', () => prunable(db, pruning))
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}

type Pruning = Parameters<OAuthClientTable['prune']>[0];

function prunable(db: Kysely<Schema>, { kind, unusedSince, idleSince = unusedSince, now, limit }: Pruning) {
  return db
    .selectFrom('oauth_clients as unused')
    .select('unused.id')
    .where('unused.kind', '=', kind)
    .where('unused.created_at', '<', unusedSince)
    .where((where) => where.or([where('unused.used_at', 'is', null), where('unused.used_at', '<', idleSince)]))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('oauth_grants')
            .select('oauth_grants.id')
            .whereRef('oauth_grants.client_id', '=', 'unused.id')
            .where('oauth_grants.revoked_at', 'is', null)
            .where('oauth_grants.expires_at', '>', now),
        ),
      ),
    )
    .orderBy('unused.created_at')
    .limit(limit);
}

function toColumns(row: OAuthClientRow): Schema['oauth_clients'] {
  return {
    id: row.id,
    kind: row.kind,
    body: row.body,
    secret: row.secret,
    source: row.source,
    created_at: row.createdAt,
    used_at: row.usedAt,
    fresh_until: row.freshUntil,
  };
}

function toRow(columns: Selectable<Schema['oauth_clients']>): OAuthClientRow {
  return {
    id: columns.id,
    kind: columns.kind === 'document' ? 'document' : 'registered',
    body: columns.body,
    secret: columns.secret,
    source: columns.source,
    createdAt: columns.created_at,
    usedAt: columns.used_at,
    freshUntil: columns.fresh_until,
  };
}
