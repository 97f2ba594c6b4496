import type { Kysely } from 'kysely';
import type { TenantTable } from '../../core/database.ts';
import type { Schema } from './schema.ts';

const HOLDERS = ['api_keys', 'admin_keys', 'links', 'connections', 'oauth_grants'] as const;

/** The tenants that something is of, on any engine that Kysely speaks to. */
export function createTenantTable(db: Kysely<Schema>): TenantTable {
  return {
    list: async ({ after, limit }) => {
      // Each holder gives its first: of their union no more are needed.
      const found = await Promise.all(
        HOLDERS.map((holder) =>
          db
            .selectFrom(holder)
            .select('tenant')
            .distinct()
            .where('tenant', '>', after)
            .orderBy('tenant')
            .limit(limit)
            .execute(),
        ),
      );
      const tenants = new Set(found.flat().flatMap(({ tenant }) => tenant ?? []));
      return [...tenants].sort(byBytes).slice(0, limit);
    },
    has: async (tenant) => {
      // All of them, whatever is found: how long it takes says nothing of the tenant.
      const found = await Promise.all(
        HOLDERS.map((holder) => db.selectFrom(holder).select('tenant').where('tenant', '=', tenant).limit(1).execute()),
      );
      return found.some((rows) => rows.length > 0);
    },
  };
}

/** As both engines compare: tenants are ASCII. */
function byBytes(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
