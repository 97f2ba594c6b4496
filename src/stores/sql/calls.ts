import type { Kysely, Selectable } from 'kysely';
import type { CallRecord } from '../../core/call.ts';
import type { CallTable } from '../../core/database.ts';
import { selectCalls, sumCalls } from './call-queries.ts';
import type { Schema } from './schema.ts';

type Value = string | number | null;

/** Rows of a full statement: several in one cost a third less than each in its own, and more in one gain nothing. */
const ROWS = 20;

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly Value[];
}

/**
 * Runs statements in one transaction, the fastest way the engine has.
 * @param rows how many they insert.
 */
export type RunAll = (statements: readonly Statement[], rows: number) => Promise<void>;

/** The call records on any engine that Kysely speaks to. */
export function createCallTable(db: Kysely<Schema>, runAll: RunAll): CallTable {
  const insertOne = insertStatement(db, 1);
  const insertMany = insertStatement(db, ROWS);
  return {
    append: async (records) => {
      if (records.length === 0) return;
      const full = records.length - (records.length % ROWS);
      const statements: Statement[] = [];
      for (let from = 0; from < full; from += ROWS) {
        statements.push({ sql: insertMany, parameters: parameters(records, from, from + ROWS) });
      }
      for (let at = full; at < records.length; at++) {
        statements.push({ sql: insertOne, parameters: parameters(records, at, at + 1) });
      }
      await runAll(statements, records.length);
    },
    recent: async ({ tenant, limit }) => {
      const all = db.selectFrom('calls').selectAll().orderBy('at', 'desc').orderBy('id', 'desc').limit(limit);
      const rows = await (tenant === undefined ? all : all.where('tenant', '=', tenant)).execute();
      return rows.map(toRecord);
    },
    page: async (query) => (await selectCalls(db, query)).map(toRecord),
    usage: (query) => sumCalls(db, query),
    count: () => countCalls(db),
  };
}

/**
 * Deletes up to `limit` records that began before a time, the oldest first.
 * @returns whether there may be more. Another node may have deleted some of them, or all.
 */
export async function deleteOldestCalls(db: Kysely<Schema>, limit: number, before: number): Promise<boolean> {
  // The limit's last row, then all up to it: a comparison of rows that both engines answer from an index.
  const rows = await db
    .selectFrom('calls')
    .select(['at', 'id'])
    .where('at', '<', before)
    .orderBy('at')
    .orderBy('id')
    .limit(limit)
    .execute();
  const last = rows.at(-1);
  if (last === undefined) return false;
  await db
    .deleteFrom('calls')
    .where(({ eb, refTuple, tuple }) => eb(refTuple('at', 'id'), '<=', tuple(last.at, last.id)))
    .execute();
  return rows.length === limit;
}

/** When the oldest of the newest so many began; nothing where there are fewer. */
export async function startOfNewestCalls(db: Kysely<Schema>, count: number): Promise<number | undefined> {
  const newest = db.selectFrom('calls').select('at').orderBy('at', 'desc').limit(1);
  return (await newest.offset(count - 1).executeTakeFirst())?.at;
}

export async function countCalls(db: Kysely<Schema>): Promise<number> {
  const { rows } = await db
    .selectFrom('calls')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .executeTakeFirstOrThrow();
  return Number(rows);
}

function insertStatement(db: Kysely<Schema>, rows: number): string {
  const columns: Schema['calls'] = {
    at: 0,
    id: '',
    tenant: '',
    subject: '',
    client: '',
    tool: '',
    upstream: '',
    request_id: '',
    ms: 0,
    upstream_ms: 0,
    upstream_status: 0,
    code: '',
    arguments: '',
  };
  return db.insertInto('calls').values(Array(rows).fill(columns)).compile().sql;
}

/** Row after row, in the order of `insertStatement`. */
function parameters(records: readonly CallRecord[], from: number, to: number): Value[] {
  const values: Value[] = [];
  for (const record of records.slice(from, to)) {
    const { at, id, tenant, subject, client, tool, upstream, requestId } = record;
    values.push(at, id, tenant, subject, client, tool, upstream, requestId);
    values.push(record.ms, record.upstreamMs, record.upstreamStatus, record.code, record.arguments);
  }
  return values;
}

function toRecord(columns: Selectable<Schema['calls']>): CallRecord {
  return {
    id: columns.id,
    at: columns.at,
    tenant: columns.tenant,
    subject: columns.subject,
    client: columns.client,
    tool: columns.tool,
    upstream: columns.upstream,
    requestId: columns.request_id,
    ms: columns.ms,
    upstreamMs: columns.upstream_ms,
    upstreamStatus: columns.upstream_status,
    code: columns.code,
    arguments: columns.arguments,
  };
}
