import type { Expression, Kysely, Selectable, Transaction } from 'kysely';
import type { AuditRecord } from '../../core/audit.ts';
import type { WebhookChanges, WebhookRow, WebhookTable, WebhookType } from '../../core/webhooks.ts';
import { webhookEvent } from '../../webhooks/events.ts';
import { behind } from './places.ts';
import type { Schema } from './schema.ts';
import { createDeliveryVerbs } from './webhook-deliveries.ts';

/** Well below the parameters that a statement may have in either engine. */
const ROWS_AT_ONCE = 50;

/** @param engine `text`: the type of a text that is compared byte by byte. */
export async function createWebhooks(
  db: Kysely<Schema>,
  { text }: { readonly text: 'text' | Expression<string> },
): Promise<void> {
  await db.schema
    .createTable('webhooks')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('tenant', text)
    .addColumn('url', text, (column) => column.notNull())
    .addColumn('types', text, (column) => column.notNull())
    .addColumn('enabled', 'integer', (column) => column.notNull())
    .addColumn('reason', text)
    .addColumn('sealed', text, (column) => column.notNull())
    .addColumn('key_id', text, (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('webhooks_by_tenant').on('webhooks').columns(['tenant', 'created_at']).execute();
  await db.schema
    .createTable('webhook_deliveries')
    .addColumn('id', text, (column) => column.primaryKey().notNull())
    .addColumn('webhook_id', text, (column) => column.notNull())
    .addColumn('event_id', text, (column) => column.notNull())
    .addColumn('type', text, (column) => column.notNull())
    .addColumn('tenant', text)
    .addColumn('body', text, (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('due_at', 'bigint', (column) => column.notNull())
    .addColumn('lease', text)
    .addColumn('status', 'integer')
    .addColumn('problem', text)
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('settled_at', 'bigint')
    .execute();
  const index = (name: string, columns: ('webhook_id' | 'state' | 'due_at' | 'created_at' | 'id')[]) =>
    db.schema.createIndex(name).on('webhook_deliveries').columns(columns).execute();
  await index('webhook_deliveries_by_due', ['webhook_id', 'state', 'due_at']);
  await index('webhook_deliveries_by_time', ['created_at', 'id']);
  await index('webhook_deliveries_by_webhook', ['webhook_id', 'created_at', 'id']);
}

/** Webhooks and their deliveries on any engine that Kysely speaks to. */
export function createWebhookTable(db: Kysely<Schema>): WebhookTable {
  return {
    ...createDeliveryVerbs(db),
    insert: async (row) => {
      await db.insertInto('webhooks').values(toColumns(row)).execute();
    },
    find: async (id) => asRow(await db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst()),
    list: async ({ tenant, before, limit }) => {
      let query = db
        .selectFrom('webhooks')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit);
      if (tenant !== undefined) query = query.where('tenant', '=', tenant);
      if (before !== undefined) query = query.where(behind('created_at', before));
      return (await query.execute()).map(toRow);
    },
    change: async (id, version, changes) =>
      asRow(
        await db
          .updateTable('webhooks')
          .set({ ...changedColumns(changes), version: version + 1 })
          .where('id', '=', id)
          .where('version', '=', version)
          .returningAll()
          .executeTakeFirst(),
      ),
    delete: (id, version) =>
      db.transaction().execute(async (transaction) => {
        let deletion = transaction.deleteFrom('webhooks').where('id', '=', id);
        if (version !== undefined) deletion = deletion.where('version', '=', version);
        const { numDeletedRows } = await deletion.executeTakeFirst();
        if (numDeletedRows === 0n) return false;
        await transaction.deleteFrom('webhook_deliveries').where('webhook_id', '=', id).execute();
        return true;
      }),
    sealedOtherwise: async ({ keyId, after, limit }) => {
      const others = db.selectFrom('webhooks').selectAll().where('key_id', '!=', keyId).where('id', '>', after);
      return (await others.orderBy('id').limit(limit).execute()).map(toRow);
    },
    rewrap: async (id, sealed, next) => {
      const { numUpdatedRows } = await db
        .updateTable('webhooks')
        .set({ sealed: next.sealed, key_id: next.keyId })
        .where('id', '=', id)
        .where('sealed', '=', sealed)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
  };
}

/**
 * Puts what receivers are told of rows of the audit trail into the outbox: one delivery for each webhook that wants it.
 * In the transaction that writes the rows: what is in the trail is told, and nothing else.
 * @returns how many deliveries there are.
 */
export async function enqueueDeliveries(
  transaction: Transaction<Schema>,
  records: readonly AuditRecord[],
): Promise<number> {
  const events = records.flatMap((record) => webhookEvent(record) ?? []);
  if (events.length === 0) return 0;
  const webhooks = await transaction
    .selectFrom('webhooks')
    .select(['id', 'tenant', 'types'])
    .where('enabled', '=', 1)
    .where((where) =>
      where.or([
        where('tenant', 'is', null),
        where('tenant', 'in', [...new Set(events.map(({ tenant }) => tenant ?? ''))]),
      ]),
    )
    .execute();
  const rows = events.flatMap(({ eventId, createdAt, type, tenant, body }) =>
    webhooks
      .filter((each) => wants(each, type, tenant))
      .map((each, index) => ({
        ...{ webhook_id: each.id, event_id: eventId, type, tenant, body, state: 'due', attempts: 0 },
        id: `${eventId.replace(/^evt/, 'del')}_${index}`,
        ...{ due_at: createdAt, lease: null, status: null, problem: null, created_at: createdAt, settled_at: null },
      })),
  );
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    await transaction
      .insertInto('webhook_deliveries')
      .values(rows.slice(from, from + ROWS_AT_ONCE))
      .execute();
  }
  return rows.length;
}

function wants(
  webhook: { readonly tenant: string | null; readonly types: string },
  type: WebhookType,
  tenant: string | null,
): boolean {
  if (webhook.tenant !== null && webhook.tenant !== tenant) return false;
  const types = JSON.parse(webhook.types) as readonly string[];
  return types.length === 0 || types.includes(type);
}

function changedColumns({ url, types, enabled, reason, sealed, keyId, updatedAt }: WebhookChanges) {
  return {
    ...(url === undefined ? {} : { url }),
    ...(types === undefined ? {} : { types: JSON.stringify(types) }),
    ...(enabled === undefined ? {} : { enabled: enabled ? 1 : 0 }),
    ...(reason === undefined ? {} : { reason }),
    ...(sealed === undefined ? {} : { sealed }),
    ...(keyId === undefined ? {} : { key_id: keyId }),
    updated_at: updatedAt,
  };
}

function toColumns(row: WebhookRow): Schema['webhooks'] {
  const { id, tenant, url, reason, sealed, version } = row;
  return {
    ...{ id, tenant, url, reason, sealed, version },
    types: JSON.stringify(row.types),
    enabled: row.enabled ? 1 : 0,
    key_id: row.keyId,
    created_at: row.createdAt,
    updated_at: row.updatedAt,
  };
}

function asRow(columns: Selectable<Schema['webhooks']> | undefined): WebhookRow | undefined {
  return columns === undefined ? undefined : toRow(columns);
}

function toRow(columns: Selectable<Schema['webhooks']>): WebhookRow {
  const { id, tenant, url, reason, sealed, version } = columns;
  return {
    ...{ id, tenant, url, reason, sealed, version },
    types: JSON.parse(columns.types) as WebhookRow['types'],
    enabled: columns.enabled === 1,
    keyId: columns.key_id,
    createdAt: columns.created_at,
    updatedAt: columns.updated_at,
  };
}
