import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** How many rows are looked at in one statement: few enough that nobody waits for more than some milliseconds. */
const ROWS = 10_000;

export interface Window {
  /** Milliseconds since the epoch: from this time on, and before that one. */
  readonly since: number;
  readonly until: number;
}

export interface Windowed {
  readonly tenant?: string | undefined;
  /** Default: the first row. */
  readonly since?: number | undefined;
  /** Default: the last row. */
  readonly until?: number | undefined;
}

/**
 * The time of a table in pieces, the last first, each with about {@link ROWS} rows: for what no index answers, so that
 * who asks for it holds up nobody else. Between two of them others have their turn.
 */
export async function* windowsOf(
  db: Kysely<Schema>,
  table: 'calls' | 'audit' | 'webhook_deliveries',
  { tenant, since = 0, until = Number.MAX_SAFE_INTEGER }: Windowed,
): AsyncGenerator<Window, void> {
  const time = sql.ref<number>(table === 'webhook_deliveries' ? 'created_at' : 'at');
  for (let end = until; end > since; ) {
    let rows = db.selectFrom(table).select(time.as('time')).where(time, '<', end).where(time, '>=', since);
    if (tenant !== undefined) rows = rows.where('tenant', '=', tenant);
    const last = rows.orderBy(time, 'desc').offset(ROWS - 1);
    const edge = (await last.limit(1).executeTakeFirst())?.time ?? since;
    yield { since: edge, until: end };
    end = edge;
    await nextTurn();
  }
}
