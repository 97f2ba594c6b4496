import type { Expression, ExpressionBuilder, Kysely, Selectable } from 'kysely';
import type { AskedBy, PendingAccount, PendingQuery, PendingTable } from '../../core/pending-accounts.ts';
import type { Schema } from './schema.ts';

/** @param engine `text`: the type of a text that is compared byte by byte. */
export async function createPendingAccounts(
  db: Kysely<Schema>,
  { text }: { readonly text: 'text' | Expression<string> },
): Promise<void> {
  await db.schema
    .createTable('pending_accounts')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant', text, (column) => column.notNull())
    .addColumn('upstream', text, (column) => column.notNull())
    .addColumn('subject', text, (column) => column.notNull())
    .addColumn('issuer', text, (column) => column.notNull())
    .addColumn('asked_by', text, (column) => column.notNull())
    .addColumn('digest', text, (column) => column.notNull())
    .addColumn('sealed', text, (column) => column.notNull())
    .addColumn('tries', 'integer', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('pending_accounts_by_owner')
    .on('pending_accounts')
    .columns(['tenant', 'upstream', 'subject', 'issuer'])
    .execute();
  await db.schema.createIndex('pending_accounts_by_end').on('pending_accounts').column('expires_at').execute();
}

/** Accounts that wait for a code, on any engine that Kysely speaks to. Each verb is one statement. */
export function createPendingTable(db: Kysely<Schema>): PendingTable {
  return {
    insert: async (row) => {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('pending_accounts')
        .values(toColumns(row))
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst();
      return (numInsertedOrUpdatedRows ?? 0n) > 0n;
    },
    list: async ({ limit, ...query }) => {
      const found = db.selectFrom('pending_accounts').selectAll().where(meant(query)).orderBy('id').limit(limit);
      return (await found.execute()).map(toRow);
    },
    tried: async ({ most, ...query }) => {
      const counted = db
        .updateTable('pending_accounts')
        .set(({ eb }) => ({ tries: eb('tries', '+', 1) }))
        .where(meant(query))
        .where('tries', '<', most)
        .returningAll();
      return (await counted.execute()).map(toRow);
    },
    spare: async (ids) => {
      if (ids.length === 0) return;
      await db
        .updateTable('pending_accounts')
        .set(({ eb }) => ({ tries: eb('tries', '-', 1) }))
        .where('id', 'in', ids)
        .execute();
    },
    delete: async (id) => {
      const { numDeletedRows } = await db.deleteFrom('pending_accounts').where('id', '=', id).executeTakeFirst();
      return numDeletedRows > 0n;
    },
    forget: async (now) => {
      await db.deleteFrom('pending_accounts').where('expires_at', '<=', now).execute();
    },
  };
}

function meant({ tenant, upstream, subject, issuer, askedBy, now }: PendingQuery) {
  return ({ and, eb }: ExpressionBuilder<Schema, 'pending_accounts'>) =>
    and([
      eb('tenant', '=', tenant),
      eb('upstream', '=', upstream),
      eb('subject', '=', subject ?? ''),
      eb('issuer', '=', issuer ?? ''),
      eb('expires_at', '>', now),
      ...(askedBy === undefined ? [] : [eb('asked_by', '=', askedBy)]),
    ]);
}

function toColumns({ subject, issuer, askedBy, expiresAt, ...row }: PendingAccount): Schema['pending_accounts'] {
  return { ...row, subject: subject ?? '', issuer: issuer ?? '', asked_by: askedBy, expires_at: expiresAt };
}

function toRow({
  asked_by: askedBy,
  expires_at: expiresAt,
  ...columns
}: Selectable<Schema['pending_accounts']>): PendingAccount {
  const { subject, issuer } = columns;
  return {
    ...columns,
    subject: subject === '' ? null : subject,
    issuer: issuer === '' ? null : issuer,
    askedBy: askedBy as AskedBy,
    expiresAt,
  };
}
