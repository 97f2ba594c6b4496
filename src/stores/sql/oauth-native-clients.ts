import type { Kysely, Selectable } from 'kysely';
import type { OAuthNativeClientRow, OAuthNativeClientTable } from '../../core/oauth-tables.ts';
import type { Schema } from './schema.ts';

/** Clients at identity providers, on any engine that Kysely speaks to. Each verb is one statement. */
export function createOAuthNativeClientTable(db: Kysely<Schema>): OAuthNativeClientTable {
  const living = (provider: string) =>
    db.selectFrom('oauth_native_clients').where('provider', '=', provider).where('retired_at', 'is', null);
  return {
    insert: async (row) => {
      await db.insertInto('oauth_native_clients').values(toColumns(row)).execute();
    },
    find: async (provider, clientId) => {
      const found = await living(provider).selectAll().where('client_id', '=', clientId).executeTakeFirst();
      return found === undefined ? undefined : toRow(found);
    },
    findSame: async (provider, digest) => {
      const same = living(provider).selectAll().where('digest', '=', digest);
      const found = await same.orderBy('created_at').orderBy('client_id').limit(1).executeTakeFirst();
      return found === undefined ? undefined : toRow(found);
    },
    touch: async (provider, clientId, at) => {
      await db
        .updateTable('oauth_native_clients')
        .set({ used_at: at })
        .where('provider', '=', provider)
        .where('client_id', '=', clientId)
        .where((where) => where.or([where('used_at', 'is', null), where('used_at', '<', at)]))
        .execute();
    },
    count: async (provider) => {
      const counted = living(provider).select(({ fn }) => fn.countAll<number>().as('rows'));
      return Number((await counted.executeTakeFirstOrThrow()).rows);
    },
    retire: async (provider, clientId, at) => {
      const { numUpdatedRows } = await db
        .updateTable('oauth_native_clients')
        .set({ retired_at: at })
        .where('provider', '=', provider)
        .where('client_id', '=', clientId)
        .where('retired_at', 'is', null)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    retireUnused: async ({ provider, unusedSince, idleSince, at, limit }) => {
      const unused = living(provider)
        .select('client_id')
        .where('created_at', '<', unusedSince)
        .where((where) => where.or([where('used_at', 'is', null), where('used_at', '<', idleSince)]))
        .orderBy('created_at')
        .limit(limit);
      const { numUpdatedRows } = await db
        .updateTable('oauth_native_clients')
        .set({ retired_at: at })
        .where('provider', '=', provider)
        .where('retired_at', 'is', null)
        .where('client_id', 'in', unused)
        .executeTakeFirst();
      return Number(numUpdatedRows);
    },
    retired: async (provider, limit) => {
      const oldest = db
        .selectFrom('oauth_native_clients')
        .selectAll()
        .where('provider', '=', provider)
        .where('retired_at', 'is not', null)
        .orderBy('retired_at')
        .limit(limit);
      return (await oldest.execute()).map(toRow);
    },
    delete: async (provider, clientId) => {
      await db
        .deleteFrom('oauth_native_clients')
        .where('provider', '=', provider)
        .where('client_id', '=', clientId)
        .where('retired_at', 'is not', null)
        .execute();
    },
  };
}

function toColumns(row: OAuthNativeClientRow): Schema['oauth_native_clients'] {
  return {
    provider: row.provider,
    client_id: row.clientId,
    ref: row.ref,
    digest: row.digest,
    created_at: row.createdAt,
    used_at: row.usedAt,
    retired_at: row.retiredAt,
  };
}

function toRow(columns: Selectable<Schema['oauth_native_clients']>): OAuthNativeClientRow {
  return {
    provider: columns.provider,
    clientId: columns.client_id,
    ref: columns.ref,
    digest: columns.digest,
    createdAt: columns.created_at,
    usedAt: columns.used_at,
    retiredAt: columns.retired_at,
  };
}
