import { type Expression, type Kysely, type Selectable, sql } from 'kysely';
import type { LinkChanges, LinkRow, LinkTable } from '../../core/links.ts';
import { behind } from './places.ts';
import type { Schema } from './schema.ts';

export async function createLinks(
  db: Kysely<Schema>,
  { text }: { readonly text: 'text' | Expression<string> },
): Promise<void> {
  await db.schema
    .createTable('links')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant', text, (column) => column.notNull())
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('digest', text, (column) => column.notNull())
    .addColumn('connection_id', text)
    .addColumn('methods', text, (column) => column.notNull())
    .addColumn('tags', text, (column) => column.notNull())
    .addColumn('tools', text, (column) => column.notNull())
    .addColumn('toolset', text)
    .addColumn('require_key', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .execute();
  await db.schema.createIndex('links_by_digest').on('links').column('digest').unique().execute();
  await db.schema.createIndex('links_by_time').on('links').columns(['created_at', 'id']).execute();
  await db.schema.createIndex('links_by_tenant').on('links').columns(['tenant', 'created_at', 'id']).execute();
  await db.schema.createIndex('links_by_expiry').on('links').column('expires_at').execute();
}

/** Capability links on any engine that Kysely speaks to. */
export function createLinkTable(db: Kysely<Schema>): LinkTable {
  return {
    insert: async (row) => {
      await db.insertInto('links').values(toColumns(row)).execute();
    },
    find: async (id) => asRow(await db.selectFrom('links').selectAll().where('id', '=', id).executeTakeFirst()),
    findByDigest: async (digest) =>
      asRow(await db.selectFrom('links').selectAll().where('digest', '=', digest).executeTakeFirst()),
    list: async ({ tenant, aliveAt, before, limit }) => {
      let query = db
        .selectFrom('links')
        .selectAll()
        .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', aliveAt)]))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit);
      if (tenant !== undefined) query = query.where('tenant', '=', tenant);
      if (before !== undefined) query = query.where(behind('created_at', { at: before.createdAt, id: before.id }));
      return (await query.execute()).map(toRow);
    },
    count: async (tenant, aliveAt) => {
      const { count } = await db
        .selectFrom('links')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('tenant', '=', tenant)
        .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', aliveAt)]))
        .executeTakeFirstOrThrow();
      return Number(count);
    },
    tenants: async (aliveAt, limit) => {
      const living = db
        .selectFrom('links')
        .select('tenant')
        .distinct()
        .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', aliveAt)]));
      return (await living.orderBy('tenant').limit(limit).execute()).map(({ tenant }) => tenant);
    },
    change: async (id, changes, aliveAt, was) => {
      let update = db
        .updateTable('links')
        // A statement that sets nothing is none.
        .set({ id, ...changedColumns(changes) })
        .where('id', '=', id)
        .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', aliveAt)]));
      for (const [column, value] of Object.entries(was === undefined ? {} : changedColumns(was))) {
        update = update.where(sql.ref(column), value === null ? 'is' : '=', value);
      }
      return asRow(await update.returningAll().executeTakeFirst());
    },
    delete: async (id, was) => {
      let deletion = db.deleteFrom('links').where('id', '=', id);
      for (const [column, value] of Object.entries(was === undefined ? {} : changedColumns(was))) {
        deletion = deletion.where(sql.ref(column), value === null ? 'is' : '=', value);
      }
      const { numDeletedRows } = await deletion.executeTakeFirst();
      return numDeletedRows > 0n;
    },
    prune: async (expiredBy, limit) => {
      const expired = db.selectFrom('links').select('id').where('expires_at', '<=', expiredBy).limit(limit);
      // Asked again: another node may have given one of them more time in between.
      const deleted = await db
        .deleteFrom('links')
        .where('id', 'in', expired)
        .where('expires_at', '<=', expiredBy)
        .returningAll()
        .execute();
      return deleted.map(toRow);
    },
  };
}

function changedColumns({ requireKey, expiresAt, methods, tags, tools, name, toolset }: LinkChanges) {
  return {
    ...(name === undefined ? {} : { name }),
    ...(methods === undefined ? {} : { methods: JSON.stringify(methods) }),
    ...(tags === undefined ? {} : { tags: JSON.stringify(tags) }),
    ...(tools === undefined ? {} : { tools: JSON.stringify(tools) }),
    ...(toolset === undefined ? {} : { toolset }),
    ...(requireKey === undefined ? {} : { require_key: requireKey ? 1 : 0 }),
    ...(expiresAt === undefined ? {} : { expires_at: expiresAt }),
  };
}

function toColumns(row: LinkRow): Schema['links'] {
  const { id, tenant, name, digest, toolset } = row;
  return {
    ...{ id, tenant, name, digest, toolset },
    connection_id: row.connectionId,
    methods: JSON.stringify(row.methods),
    tags: JSON.stringify(row.tags),
    tools: JSON.stringify(row.tools),
    require_key: row.requireKey ? 1 : 0,
    created_at: row.createdAt,
    expires_at: row.expiresAt,
  };
}

function asRow(columns: Selectable<Schema['links']> | undefined): LinkRow | undefined {
  return columns === undefined ? undefined : toRow(columns);
}

function toRow(columns: Selectable<Schema['links']>): LinkRow {
  const { id, tenant, name, digest, toolset } = columns;
  return {
    ...{ id, tenant, name, digest, toolset },
    connectionId: columns.connection_id,
    methods: JSON.parse(columns.methods) as LinkRow['methods'],
    tags: JSON.parse(columns.tags) as string[],
    tools: JSON.parse(columns.tools) as string[],
    requireKey: columns.require_key === 1,
    createdAt: columns.created_at,
    expiresAt: columns.expires_at,
  };
}
