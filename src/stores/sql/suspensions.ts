import type { Expression, Kysely } from 'kysely';
import type { SuspendedKind, SuspensionTable } from '../../core/suspensions.ts';
import type { Schema } from './schema.ts';

/** @param engine `text`: the type of a text that is compared byte by byte. */
export async function createSuspensions(
  db: Kysely<Schema>,
  { text }: { readonly text: 'text' | Expression<string> },
): Promise<void> {
  await db.schema
    .createTable('suspensions')
    .addColumn('kind', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('suspensions_key', ['kind', 'id'])
    .execute();
}

/** Suspensions on any engine that Kysely speaks to. Each verb is one statement. */
export function createSuspensionTable(db: Kysely<Schema>): SuspensionTable {
  return {
    add: async (row) => {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('suspensions')
        .values(row)
        .onConflict((conflict) => conflict.columns(['kind', 'id']).doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    remove: async (kind, id) => {
      const removed = db.deleteFrom('suspensions').where('kind', '=', kind).where('id', '=', id);
      return (await removed.executeTakeFirst()).numDeletedRows > 0n;
    },
    find: async (kind, id) => {
      const found = db.selectFrom('suspensions').selectAll().where('kind', '=', kind).where('id', '=', id);
      const row = await found.executeTakeFirst();
      return row === undefined ? undefined : { ...row, kind };
    },
    list: async ({ kind, after, limit }) => {
      let query = db.selectFrom('suspensions').selectAll().orderBy('kind').orderBy('id').limit(limit);
      if (kind !== undefined) query = query.where('kind', '=', kind);
      if (after !== undefined) {
        query = query.where(({ eb, refTuple, tuple }) => eb(refTuple('kind', 'id'), '>', tuple(after.kind, after.id)));
      }
      return (await query.execute()).map((row) => ({ ...row, kind: row.kind as SuspendedKind }));
    },
  };
}
