import type { Expression, Kysely, Selectable } from 'kysely';
import type { ConnectionKind, ConnectionRow, ConnectionTable } from '../../core/connections.ts';
import { createPendingTable } from './pending-accounts.ts';
import { behind } from './places.ts';
import type { Schema } from './schema.ts';

/** @param engine `text`: the type of a text that is compared byte by byte. */
export async function createConnections(
  db: Kysely<Schema>,
  { text }: { readonly text: 'text' | Expression<string> },
): Promise<void> {
  await db.schema
    .createTable('connections')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant', text, (column) => column.notNull())
    .addColumn('upstream', text, (column) => column.notNull())
    .addColumn('subject', text, (column) => column.notNull())
    .addColumn('issuer', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('base_url', text)
    .addColumn('scopes', text, (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('sealed', text, (column) => column.notNull())
    .addColumn('key_id', text, (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('connections_by_owner')
    .unique()
    .on('connections')
    .columns(['tenant', 'upstream', 'subject', 'issuer', 'name'])
    .execute();
  await db.schema.createIndex('connections_by_key').on('connections').columns(['key_id', 'id']).execute();
}

/** Accounts may be at places of their own, and tokens are had anew before they end. */
export async function addConnectionPlaces(
  db: Kysely<Schema>,
  { text }: { readonly text: 'text' | Expression<string> },
): Promise<void> {
  await db.schema.alterTable('connections').addColumn('variables', text).execute();
  await db.schema.alterTable('connections').addColumn('ends_at', 'bigint').execute();
  await db.schema.createIndex('connections_by_end').on('connections').columns(['upstream', 'ends_at']).execute();
}

/** It is known when an account was connected, however often its token was had anew since. */
export async function addConnectionTimes(db: Kysely<Schema>): Promise<void> {
  await db.schema.alterTable('connections').addColumn('connected_at', 'bigint').execute();
}

/** Connections on any engine that Kysely speaks to. Each verb is one statement. */
export function createConnectionTable(db: Kysely<Schema>): ConnectionTable {
  return {
    pending: createPendingTable(db),
    insert: async (row) => {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('connections')
        .values(toColumns(row))
        .onConflict((conflict) => conflict.columns(['tenant', 'upstream', 'subject', 'issuer', 'name']).doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    find: async (id) => {
      const found = await db.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirst();
      return found === undefined ? undefined : toRow(found);
    },
    named: async ({ tenant, upstream, subject, issuer, name }) => {
      const found = await db
        .selectFrom('connections')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('upstream', '=', upstream)
        .where('subject', '=', subject ?? '')
        .where('issuer', '=', issuer ?? '')
        .where('name', '=', name)
        .executeTakeFirst();
      return found === undefined ? undefined : toRow(found);
    },
    count: async ({ tenant, upstream, owner, most }) => {
      let some = db
        .selectFrom('connections')
        .select('id')
        .where('tenant', '=', tenant)
        .where('upstream', '=', upstream)
        .limit(most);
      if (owner !== undefined) {
        some = some.where('subject', '=', owner.subject ?? '').where('issuer', '=', owner.issuer ?? '');
      }
      const counted = db.selectFrom(some.as('some')).select(({ fn }) => fn.countAll<number>().as('rows'));
      return Number((await counted.executeTakeFirstOrThrow()).rows);
    },
    list: async ({ tenant, before, limit }) => {
      let newest = db.selectFrom('connections').selectAll().orderBy('created_at', 'desc').orderBy('id', 'desc');
      if (tenant !== undefined) newest = newest.where('tenant', '=', tenant);
      if (before !== undefined) newest = newest.where(behind('created_at', before));
      return (await newest.limit(limit).execute()).map(toRow);
    },
    usable: async ({ tenant, upstream, subject, issuer, limit }) => {
      const rows = await db
        .selectFrom('connections')
        .selectAll()
        .where('tenant', '=', tenant)
        .where('upstream', '=', upstream)
        .where((where) =>
          where.or([
            where('subject', '=', ''),
            where.and([where('subject', '=', subject ?? ''), where('issuer', '=', issuer ?? '')]),
          ]),
        )
        .orderBy('subject', 'desc')
        .orderBy('name')
        .limit(limit)
        .execute();
      return rows.map(toRow).sort(byName);
    },
    replace: async (id, version, { sealed, keyId, scopes, updatedAt, endsAt, connectedAt }) => {
      const { numUpdatedRows } = await db
        .updateTable('connections')
        .set({ sealed, key_id: keyId, scopes: JSON.stringify(scopes), updated_at: updatedAt })
        .set({ version: version + 1, state: 'connected', ends_at: endsAt })
        .set(connectedAt === undefined ? {} : { connected_at: connectedAt })
        .where('id', '=', id)
        .where('version', '=', version)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    needsReauth: async (id, version) => {
      const { numUpdatedRows } = await db
        .updateTable('connections')
        .set({ state: 'needs_reauth' })
        .where('id', '=', id)
        .where('version', '=', version)
        .where('state', '=', 'connected')
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    ending: async ({ upstream, from, until, limit }) => {
      const rows = await db
        .selectFrom('connections')
        .selectAll()
        .where('upstream', '=', upstream)
        .where('state', '=', 'connected')
        .where('ends_at', '>=', from)
        .where('ends_at', '<=', until)
        .orderBy('ends_at')
        .limit(limit)
        .execute();
      return rows.map(toRow);
    },
    sealedOtherwise: async ({ keyId, after, limit }) => {
      const rows = await db
        .selectFrom('connections')
        .selectAll()
        .where('key_id', '!=', keyId)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(toRow);
    },
    rewrap: async (id, sealed, next) => {
      const { numUpdatedRows } = await db
        .updateTable('connections')
        .set({ sealed: next.sealed, key_id: next.keyId })
        .where('id', '=', id)
        .where('sealed', '=', sealed)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    delete: async (id, version) => {
      let deletion = db.deleteFrom('connections').where('id', '=', id);
      if (version !== undefined) deletion = deletion.where('version', '=', version);
      const { numDeletedRows } = await deletion.executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}

/** What is a user's own stays before what has its name. */
function byName(a: ConnectionRow, b: ConnectionRow): number {
  return a.name < b.name ? -1 : Number(a.name > b.name);
}

function toColumns(row: ConnectionRow): Schema['connections'] {
  return {
    id: row.id,
    tenant: row.tenant,
    upstream: row.upstream,
    subject: row.subject ?? '',
    issuer: row.issuer ?? '',
    name: row.name,
    kind: row.kind,
    base_url: row.baseUrl,
    scopes: JSON.stringify(row.scopes),
    state: row.state,
    sealed: row.sealed,
    key_id: row.keyId,
    version: row.version,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
    variables: Object.keys(row.variables).length === 0 ? null : JSON.stringify(row.variables),
    ends_at: row.endsAt,
    connected_at: row.connectedAt,
  };
}

function toRow(columns: Selectable<Schema['connections']>): ConnectionRow {
  return {
    id: columns.id,
    tenant: columns.tenant,
    upstream: columns.upstream,
    subject: columns.subject === '' ? null : columns.subject,
    issuer: columns.issuer === '' ? null : columns.issuer,
    name: columns.name,
    kind: columns.kind as ConnectionKind,
    baseUrl: columns.base_url,
    scopes: JSON.parse(columns.scopes) as string[],
    state: columns.state as ConnectionRow['state'],
    sealed: columns.sealed,
    keyId: columns.key_id,
    version: columns.version,
    createdAt: columns.created_at,
    updatedAt: columns.updated_at,
    variables: columns.variables === null ? {} : (JSON.parse(columns.variables) as ConnectionRow['variables']),
    endsAt: columns.ends_at,
    connectedAt: columns.connected_at ?? columns.created_at,
  };
}
