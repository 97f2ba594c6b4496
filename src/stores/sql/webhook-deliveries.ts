import type { Kysely, Selectable } from 'kysely';
import type {
  DeliveryQuery,
  DeliveryRow,
  DeliveryState,
  DueDelivery,
  DueQuery,
  WebhookTable,
  WebhookType,
} from '../../core/webhooks.ts';
import { behind } from './places.ts';
import type { Schema } from './schema.ts';
import type { Part, Shares } from './shares.ts';
import { windowsOf } from './windows.ts';

type DeliveryVerbs = Pick<WebhookTable, 'due' | 'claim' | 'settle' | 'deliveries' | 'findDelivery' | 'replay'>;

/** More than are sent to at one time, and few enough to look at each. */
const WEBHOOKS_AT_ONCE = 256;

/** The outbox of webhooks. Each verb is one statement. */
export function createDeliveryVerbs(db: Kysely<Schema>): DeliveryVerbs {
  return {
    due: (query) => selectDue(db, query),
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
    settle: async (id, lease, { state, dueAt, status, problem, at, counts }) => {
      const { numUpdatedRows } = await db
        .updateTable('webhook_deliveries')
        .set({ state, due_at: dueAt, status, problem, lease: null, settled_at: state === 'due' ? null : at })
        // It was counted when it was taken: a node that is killed counts, too.
        .$if(!counts, (update) => update.set((set) => ({ attempts: set('attempts', '-', 1) })))
        .where('id', '=', id)
        .where('lease', '=', lease)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    deliveries: async (query) => {
      const { tenant, webhookId, state, before, limit } = query;
      // What an index answers.
      if (state === undefined && (tenant === undefined || webhookId !== undefined))
        return (await select(db, query).execute()).map(toRow);
      const found: DeliveryRow[] = [];
      const until = before === undefined ? undefined : before.at + 1;
      for await (const window of windowsOf(db, 'webhook_deliveries', { until })) {
        const rows = select(db, { ...query, limit: limit - found.length }).where('created_at', '>=', window.since);
        found.push(...(await rows.where('created_at', '<', window.until).execute()).map(toRow));
        if (found.length >= limit) break;
      }
      return found;
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

function select(db: Kysely<Schema>, { tenant, webhookId, state, before, limit }: DeliveryQuery) {
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
  return before === undefined ? query : query.where(behind('created_at', before));
}

/** By webhook, so that the thousands that wait for one are not read to find the first of another. */
async function selectDue(
  db: Kysely<Schema>,
  { now, except, exceptOwners = [], each, limit, eachOwner = limit }: DueQuery,
): Promise<DueDelivery[]> {
  const found: DueDelivery[] = [];
  const perOwner = new Map<string | null, number>();
  for (const { id, tenant } of await waitingWebhooks(db, now, except, exceptOwners)) {
    const room = Math.min(each, eachOwner - (perOwner.get(tenant) ?? 0), limit - found.length);
    if (room <= 0) continue;
    const due = db.selectFrom('webhook_deliveries').selectAll().where('webhook_id', '=', id);
    const rows = await due
      .where('state', '=', 'due')
      .where('due_at', '<=', now)
      .orderBy('due_at')
      .limit(room)
      .execute();
    found.push(...rows.map((row) => ({ ...toRow(row), owner: tenant })));
    perOwner.set(tenant, (perOwner.get(tenant) ?? 0) + rows.length);
    if (found.length === limit) break;
  }
  return found;
}

/** Who waits the longest is first, so that nobody waits for ever for those who always have something. */
function waitingWebhooks(
  db: Kysely<Schema>,
  now: number,
  except: readonly string[],
  exceptOwners: readonly (string | null)[],
) {
  const waiting = db
    .selectFrom('webhooks')
    .select(({ selectFrom }) => [
      'webhooks.id',
      'webhooks.tenant',
      selectFrom('webhook_deliveries')
        .select('webhook_deliveries.due_at')
        .whereRef('webhook_deliveries.webhook_id', '=', 'webhooks.id')
        .where('webhook_deliveries.state', '=', 'due')
        .orderBy('webhook_deliveries.due_at')
        .limit(1)
        .as('since'),
    ])
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
    );
  let due = db.selectFrom(waiting.as('waiting')).select(['id', 'tenant']).where('since', '<=', now);
  const owners = exceptOwners.filter((owner) => owner !== null);
  if (except.length > 0) due = due.where('id', 'not in', [...except]);
  if (owners.length > 0)
    due = due.where((where) => where.or([where('tenant', 'is', null), where('tenant', 'not in', owners)]));
  if (exceptOwners.includes(null)) due = due.where('tenant', 'is not', null);
  return due.orderBy('since').orderBy('id').limit(WEBHOOKS_AT_ONCE).execute();
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

/** What may be lost last. */
const KEPT_FIRST: readonly string[] = ['due', 'dead', 'done'] satisfies DeliveryState[];

/**
 * By whose events they are: who sets off many loses some of their own, whoever is told of them. What was delivered goes
 * before what was given up, and that before what is still due.
 */
export const deliveryShares: Shares = {
  parts: async (db) => {
    const counts = db
      .selectFrom('webhook_deliveries')
      .select(({ fn }) => ['tenant', 'state', fn.countAll<number>().as('count')]);
    const rows = await counts.groupBy(['tenant', 'state']).execute();
    const parts = rows.map(({ tenant, state, count }) => ({ tenant, state, count: Number(count) }));
    return parts.sort((one, other) => KEPT_FIRST.indexOf(one.state) - KEPT_FIRST.indexOf(other.state));
  },
  startOfNewest: async (db, part, count) => {
    const newest = ofPart(db, part).select('created_at').orderBy('created_at', 'desc').limit(1);
    return (await newest.offset(count - 1).executeTakeFirst())?.created_at;
  },
  deleteOldest: async (db, part, limit, before) => {
    const oldest = ofPart(db, part).select('id').where('created_at', '<', before).orderBy('created_at').limit(limit);
    const { numDeletedRows } = await db.deleteFrom('webhook_deliveries').where('id', 'in', oldest).executeTakeFirst();
    return numDeletedRows === BigInt(limit);
  },
};

function ofPart(db: Kysely<Schema>, { tenant, state = '' }: Part) {
  return db
    .selectFrom('webhook_deliveries')
    .where('tenant', tenant === null ? 'is' : '=', tenant)
    .where('state', '=', state);
}

/** What is counted by whose events they are is read from an index. */
export async function createDeliveryShares(db: Kysely<Schema>): Promise<void> {
  const index = db.schema.createIndex('webhook_deliveries_by_tenant').on('webhook_deliveries');
  await index.columns(['tenant', 'state', 'created_at']).execute();
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
