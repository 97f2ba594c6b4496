import type { Expression, Kysely, Selectable } from 'kysely';
import type { AuditQuery, AuditRecord, AuditTable } from '../../core/audit.ts';
import { behind } from './places.ts';
import type { Schema } from './schema.ts';
import type { Shares } from './shares.ts';
import { enqueueDeliveries } from './webhooks.ts';
import { windowsOf } from './windows.ts';

/** Well below the parameters that a statement may have in either engine. */
const ROWS_AT_ONCE = 100;

export async function createAudit(
  db: Kysely<Schema>,
  { text }: { readonly text: 'text' | Expression<string> },
): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('tenant', text)
    .addColumn('actor_kind', text, (column) => column.notNull())
    .addColumn('actor', text)
    .addColumn('client_id', text)
    .addColumn('event', text, (column) => column.notNull())
    .addColumn('request_id', text)
    .addColumn('detail', text, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('audit_by_time').on('audit').columns(['at', 'id']).execute();
  await db.schema.createIndex('audit_by_tenant').on('audit').columns(['tenant', 'at', 'id']).execute();
}

/**
 * The audit trail on any engine that Kysely speaks to.
 * @param added hears how many rows were written, and how many deliveries to webhooks came of them.
 */
export function createAuditTable(
  db: Kysely<Schema>,
  added: { readonly rows: (count: number) => void; readonly deliveries: (count: number) => void },
): AuditTable {
  return {
    append: async (records) => {
      if (records.length === 0) return;
      const deliveries = await db.transaction().execute(async (transaction) => {
        for (let from = 0; from < records.length; from += ROWS_AT_ONCE) {
          const rows = records.slice(from, from + ROWS_AT_ONCE).map(toRow);
          await transaction.insertInto('audit').values(rows).execute();
        }
        return enqueueDeliveries(transaction, records);
      });
      added.rows(records.length);
      added.deliveries(deliveries);
    },
    list: async (query) => {
      const { tenant, since, event, before, limit } = query;
      // What an index answers.
      if (event === undefined) return (await select(db, query).execute()).map(toRecord);
      const found: AuditRecord[] = [];
      const until = before === undefined ? undefined : before.at + 1;
      for await (const window of windowsOf(db, 'audit', { tenant, since, until })) {
        const rows = select(db, { ...query, limit: limit - found.length }).where('at', '<', window.until);
        found.push(...(await rows.where('at', '>=', window.since).execute()).map(toRecord));
        if (found.length >= limit) break;
      }
      return found;
    },
  };
}

function select(db: Kysely<Schema>, { tenant, since, event, before, limit }: AuditQuery) {
  let query = db.selectFrom('audit').selectAll().orderBy('at', 'desc').orderBy('id', 'desc').limit(limit);
  if (tenant !== undefined) query = query.where('tenant', '=', tenant);
  if (event !== undefined) query = query.where('event', '=', event);
  if (since !== undefined) query = query.where('at', '>=', since);
  return before === undefined ? query : query.where(behind('at', before));
}

/**
 * Deletes up to `limit` records that are older than a time, the oldest first.
 * @returns whether there may be more. Another node may have deleted some of them, or all.
 */
export async function deleteOldestAudit(db: Kysely<Schema>, limit: number, before: number): Promise<boolean> {
  const oldest = db.selectFrom('audit').select(['at', 'id']).where('at', '<', before);
  const rows = await oldest.orderBy('at').orderBy('id').limit(limit).execute();
  const last = rows.at(-1);
  if (last === undefined) return false;
  await db
    .deleteFrom('audit')
    .where(({ eb, refTuple, tuple }) => eb(refTuple('at', 'id'), '<=', tuple(last.at, last.id)))
    .execute();
  return rows.length === limit;
}

/** When the oldest of the newest so many was written; nothing where there are fewer. */
export async function startOfNewestAudit(db: Kysely<Schema>, count: number): Promise<number | undefined> {
  const newest = db.selectFrom('audit').select('at').orderBy('at', 'desc').limit(1);
  return (await newest.offset(count - 1).executeTakeFirst())?.at;
}

/** By tenant, so that who does much takes nothing from the trail of others. */
export const auditShares: Shares = {
  parts: async (db) => {
    const counts = db.selectFrom('audit').select(({ fn }) => ['tenant', fn.countAll<number>().as('count')]);
    const rows = await counts.groupBy('tenant').execute();
    return rows.map(({ tenant, count }) => ({ tenant, count: Number(count) }));
  },
  startOfNewest: async (db, { tenant }, count) => {
    const newest = db
      .selectFrom('audit')
      .select('at')
      .where('tenant', tenant === null ? 'is' : '=', tenant);
    return (
      await newest
        .orderBy('at', 'desc')
        .limit(1)
        .offset(count - 1)
        .executeTakeFirst()
    )?.at;
  },
  deleteOldest: async (db, { tenant }, limit, before) => {
    const is = tenant === null ? 'is' : '=';
    const oldest = db.selectFrom('audit').select(['at', 'id']).where('tenant', is, tenant).where('at', '<', before);
    const rows = await oldest.orderBy('at').orderBy('id').limit(limit).execute();
    const last = rows.at(-1);
    if (last === undefined) return false;
    await db
      .deleteFrom('audit')
      .where('tenant', is, tenant)
      .where(({ eb, refTuple, tuple }) => eb(refTuple('at', 'id'), '<=', tuple(last.at, last.id)))
      .execute();
    return rows.length === limit;
  },
};

function toRow(record: AuditRecord): Schema['audit'] {
  const { id, at, tenant, actorKind, actor, clientId, event, requestId, detail } = record;
  return { id, at, tenant, actor_kind: actorKind, actor, client_id: clientId, event, request_id: requestId, detail };
}

function toRecord(row: Selectable<Schema['audit']>): AuditRecord {
  const { id, at, tenant, actor, event, detail } = row;
  return {
    ...{ id, at, tenant, actor, detail },
    actorKind: row.actor_kind as AuditRecord['actorKind'],
    clientId: row.client_id,
    event: event as AuditRecord['event'],
    requestId: row.request_id,
  };
}
