import { type Kysely, sql } from 'kysely';
import type { CallPageQuery, CallSum, UsageQuery } from '../../core/database.ts';
import { behind } from './places.ts';
import type { Schema } from './schema.ts';

const DAY_MS = 86_400_000;

/** Records by what they are about, newest first. */
export function selectCalls(db: Kysely<Schema>, query: CallPageQuery) {
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
  const { tenant, tool, since, until, before, limit } = query;
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
    .groupBy([day, 'tenant', 'tool'])
    .orderBy('day', 'desc')
    .orderBy('tenant', 'desc')
    .orderBy('tool', 'desc')
    .limit(limit);
  if (tenant !== undefined) sums = sums.where('tenant', '=', tenant);
  if (tool !== undefined) sums = sums.where('tool', '=', tool);
  if (before !== undefined) {
    sums = sums.where(sql<boolean>`(${day}, tenant, tool) < (${before.day}, ${before.tenant}, ${before.tool})`);
  }
  return (await sums.execute()).map((row) => ({
    ...{ day: Number(row.day), tenant: row.tenant, tool: row.tool },
    ...{ calls: Number(row.calls), failed: Number(row.failed) },
    ...{ ms: Number(row.ms), upstreamMs: Number(row.upstream_ms) },
  }));
}
