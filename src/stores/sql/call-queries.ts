import { type Kysely, sql } from 'kysely';
import type { CallPageQuery, CallSum, UsageQuery } from '../../core/database.ts';
import { behind } from './places.ts';
import type { Schema } from './schema.ts';
import { windowsOf } from './windows.ts';

const DAY_MS = 86_400_000;

/** Records by what they are about, newest first. */
export async function selectCalls(db: Kysely<Schema>, query: CallPageQuery) {
  const { tool, code, failed, limit } = query;
  // What an index answers.
  if (tool === undefined && code === undefined && failed === undefined) return callsOf(db, query).execute();
  const { tenant, since, before } = query;
  const until = before === undefined ? query.until : Math.min(query.until ?? before.at + 1, before.at + 1);
  const found: Awaited<ReturnType<ReturnType<typeof callsOf>['execute']>> = [];
  for await (const window of windowsOf(db, 'calls', { tenant, since, until })) {
    found.push(...(await callsOf(db, { ...query, ...window, limit: limit - found.length }).execute()));
    if (found.length >= limit) break;
  }
  return found;
}

function callsOf(db: Kysely<Schema>, query: CallPageQuery) {
  const { tenant, tool, code, failed, since, until, before, limit } = query;
  let rows = db.selectFrom('calls').selectAll().orderBy('at', 'desc').orderBy('id', 'desc').limit(limit);
  if (tenant !== undefined) rows = rows.where('tenant', '=', tenant);
  if (tool !== undefined) rows = rows.where('tool', '=', tool);
  if (code !== undefined) rows = rows.where('code', '=', code);
  if (failed !== undefined) rows = rows.where('code', failed ? '!=' : '=', 'ok');
  if (since !== undefined) rows = rows.where('at', '>=', since);
  if (until !== undefined) rows = rows.where('at', '<', until);
  return before === undefined ? rows : rows.where(behind('at', before));
}

/** How many calls there were of each tool of each tenant on each day, the last day first. */
export async function sumCalls(db: Kysely<Schema>, query: UsageQuery): Promise<CallSum[]> {
  const { before, limit } = query;
  const until = before === undefined ? query.until : Math.min(query.until, (before.day + 1) * DAY_MS);
  const sums = new Map<string, CallSum>();
  for await (const window of windowsOf(db, 'calls', { ...query, until })) {
    for (const sum of await sumWindow(db, { ...query, ...window })) {
      if (before !== undefined && order(before, sum) >= 0) continue;
      const name = JSON.stringify([sum.day, sum.tenant, sum.tool]);
      sums.set(name, together(sums.get(name), sum));
    }
    // Days that are in earlier windows, too, are not summed up yet.
    const complete = [...sums.values()].filter(({ day }) => day * DAY_MS >= window.since);
    if (complete.length >= limit) return complete.sort(order).slice(0, limit);
  }
  return [...sums.values()].sort(order).slice(0, limit);
}

type Group = Pick<CallSum, 'day' | 'tenant' | 'tool'>;

/** The last first. */
function order(one: Group, other: Group): number {
  if (one.day !== other.day) return other.day - one.day;
  if (one.tenant !== other.tenant) return one.tenant < other.tenant ? 1 : -1;
  if (one.tool === other.tool) return 0;
  return one.tool < other.tool ? 1 : -1;
}

function together(one: CallSum | undefined, other: CallSum): CallSum {
  if (one === undefined) return other;
  return {
    ...other,
    calls: one.calls + other.calls,
    failed: one.failed + other.failed,
    ms: one.ms + other.ms,
    upstreamMs: one.upstreamMs + other.upstreamMs,
  };
}

async function sumWindow(db: Kysely<Schema>, { tenant, tool, since, until }: UsageQuery): Promise<CallSum[]> {
  // Whole numbers, so the division gives one in both engines.
  const day = sql<number>`at / ${sql.lit(DAY_MS)}`;
  let sums = db
    .selectFrom('calls')
    .select(({ fn }) => [
      day.as('day'),
      'tenant',
      'tool',
      fn.countAll<number>().as('calls'),
      sql<number>`sum(case when code = 'ok' then 0 else 1 end)`.as('failed'),
      sql<number>`sum(ms)`.as('ms'),
      sql<number>`sum(upstream_ms)`.as('upstream_ms'),
    ])
    .where('at', '>=', since)
    .where('at', '<', until)
    .groupBy([day, 'tenant', 'tool']);
  if (tenant !== undefined) sums = sums.where('tenant', '=', tenant);
  if (tool !== undefined) sums = sums.where('tool', '=', tool);
  return (await sums.execute()).map((row) => ({
    ...{ day: Number(row.day), tenant: row.tenant, tool: row.tool },
    ...{ calls: Number(row.calls), failed: Number(row.failed) },
    ...{ ms: Number(row.ms), upstreamMs: Number(row.upstream_ms) },
  }));
}
