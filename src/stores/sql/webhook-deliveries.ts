import type { Kysely, Selectable } from 'kysely';
import type { DeliveryRow, DeliveryState, WebhookTable, WebhookType } from '../../core/webhooks.ts';
import type { Schema } from './schema.ts';

type DeliveryVerbs = Pick<WebhookTable, 'due' | 'claim' | 'settle' | 'deliveries' | 'findDelivery' | 'replay'>;

/** The outbox of webhooks. Each verb is one statement. */
export function createDeliveryVerbs(db: Kysely<Schema>): DeliveryVerbs {
  return {
    // By webhook, so that the thousands that wait for one are not read to find the first of another.
    due: async ({ now, except, limit, each }) => {
      let waiting = db
        .selectFrom('webhooks')
        .select('webhooks.id')
        .where('webhooks.enabled', '=', 1)
        .where(({ not, exists, selectFrom }) =>
          not(
            exists(
              selectFrom('suspensions')
                .select('suspensions.id')
                .where('suspensions.kind', '=', 'tenant')
                .whereRef('suspensions.id', '=', 'webhooks.tenant'),
            ),
          ),
        )
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('webhook_deliveries')
              .select('webhook_deliveries.id')
              .whereRef('webhook_deliveries.webhook_id', '=', 'webhooks.id')
              .where('webhook_deliveries.state', '=', 'due')
              .where('webhook_deliveries.due_at', '<=', now),
          ),
        )
        .limit(limit);
      if (except.length > 0) waiting = waiting.where('webhooks.id', 'not in', [...except]);
      const found: DeliveryRow[] = [];
      for (const { id } of await waiting.execute()) {
        const due = db.selectFrom('webhook_deliveries').selectAll().where('webhook_id', '=', id);
        const rows = await due
          .where('state', '=', 'due')
          .where('due_at', '<=', now)
          .orderBy('due_at')
          .limit(Math.min(each, limit - found.length))
          .execute();
        found.push(...rows.map(toRow));
        if (found.length === limit) break;
      }
      return found;
    },
    claim: async (ids, { lease, now, until }) => {
      if (ids.length === 0) return [];
      const taken = await db
        .updateTable('webhook_deliveries')
        .set((set) => ({ lease, due_at: until, attempts: set('attempts', '+', 1) }))
        .where('id', 'in', [...ids])
        // Asked again: whoever was faster has put it off.
        .where('state', '=', 'due')
        .where('due_at', '<=', now)
        .returningAll()
        .execute();
      return taken.map(toRow);
    },
    settle: async (id, lease, { state, dueAt, status, problem, at }) => {
      const { numUpdatedRows } = await db
        .updateTable('webhook_deliveries')
        .set({ state, due_at: dueAt, status, problem, lease: null, settled_at: state === 'due' ? null : at })
        .where('id', '=', id)
        .where('lease', '=', lease)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    deliveries: async ({ tenant, webhookId, state, before, limit }) => {
      let query = db
        .selectFrom('webhook_deliveries')
        .selectAll()
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit);
      if (tenant !== undefined) {
        const theirs = db.selectFrom('webhooks').select('webhooks.id').where('webhooks.tenant', '=', tenant);
        query = query.where('webhook_id', 'in', theirs);
      }
      if (webhookId !== undefined) query = query.where('webhook_id', '=', webhookId);
      if (state !== undefined) query = query.where('state', '=', state);
      if (before !== undefined) {
        const { at, id } = before;
        query = query.where(({ eb, refTuple, tuple }) => eb(refTuple('created_at', 'id'), '<', tuple(at, id)));
      }
      return (await query.execute()).map(toRow);
    },
    findDelivery: async (id) => {
      const found = await db.selectFrom('webhook_deliveries').selectAll().where('id', '=', id).executeTakeFirst();
      return found === undefined ? undefined : toRow(found);
    },
    replay: async (id, at) => {
      const { numUpdatedRows } = await db
        .updateTable('webhook_deliveries')
        .set({ state: 'due', due_at: at, attempts: 0, lease: null, settled_at: null })
        .where('id', '=', id)
        .where('state', '!=', 'due')
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
  };
}

/**
 * Deletes up to `limit` deliveries that are older than a time, the oldest first, whether they were made or not.
 * @returns whether there may be more.
 */
export async function deleteOldestDeliveries(db: Kysely<Schema>, limit: number, before: number): Promise<boolean> {
  const oldest = db.selectFrom('webhook_deliveries').select('id').where('created_at', '<', before);
  const { numDeletedRows } = await db
    .deleteFrom('webhook_deliveries')
    .where('id', 'in', oldest.orderBy('created_at').limit(limit))
    .executeTakeFirst();
  return numDeletedRows === BigInt(limit);
}

/** When the oldest of the newest so many was made; nothing where there are fewer. */
export async function startOfNewestDeliveries(db: Kysely<Schema>, count: number): Promise<number | undefined> {
  const newest = db.selectFrom('webhook_deliveries').select('created_at').orderBy('created_at', 'desc').limit(1);
  return (await newest.offset(count - 1).executeTakeFirst())?.created_at;
}

function toRow(columns: Selectable<Schema['webhook_deliveries']>): DeliveryRow {
  const { id, type, tenant, body, state, attempts, lease, status, problem } = columns;
  return {
    ...{ id, tenant, body, attempts, lease, status, problem },
    type: type as WebhookType,
    state: state as DeliveryState,
    webhookId: columns.webhook_id,
    eventId: columns.event_id,
    dueAt: columns.due_at,
    createdAt: columns.created_at,
    settledAt: columns.settled_at,
  };
}
