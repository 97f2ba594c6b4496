import type { Kysely } from 'kysely';
import type { QuotaTable } from '../../core/database.ts';
import type { Schema } from './schema.ts';

/** Sums of calls on any engine that Kysely speaks to. Each verb is one statement. */
export function createQuotaTable(db: Kysely<Schema>): QuotaTable {
  return {
    add: async (key, by, endsAt) => {
      const { sum } = await db
        .insertInto('quota_sums')
        .values({ key, sum: by, ends_at: endsAt })
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet((at) => ({ sum: at('quota_sums.sum', '+', at.ref('excluded.sum')) })),
        )
        .returning('sum')
        .executeTakeFirstOrThrow();
      return sum;
    },
    prune: async (endedBefore, limit) => {
      const { numDeletedRows } = await db
        .deleteFrom('quota_sums')
        .where('key', 'in', (from) =>
          from
            .selectFrom('quota_sums as ended')
            .select('ended.key')
            .where('ended.ends_at', '<', endedBefore)
            .limit(limit),
        )
        .executeTakeFirst();
      return Number(numDeletedRows);
    },
  };
}
