import { z } from 'zod';
import type { LimitStanding } from '../../quota/standing.ts';
import { iso, tenantId, time } from '../fields.ts';
import type { Operation } from '../operation.ts';
import { tenantAsked } from '../tenancy.ts';

const query = z.strictObject({
  tenant: tenantId()
    .optional()
    .meta({ description: 'What holds for one tenant, and what it has used. Default: yours.' }),
});

const limit = z.object({
  name: z.string(),
  per: z.array(z.enum(['tenant', 'principal', 'client', 'tool'])).meta({ description: 'What is counted by itself.' }),
  windowSeconds: z.int().optional(),
  period: z.enum(['day', 'month']).optional(),
  calls: z.int().nullable().meta({ description: 'How many there may be in a window; null for any number.' }),
  used: z
    .int()
    .nullable()
    .meta({ description: 'By the tenant as a whole, in the window that is now; null where that is not one count.' }),
  endsAt: time().nullable().meta({ description: 'When that window ends.' }),
});

/** @param standing of a tenant, or without what anybody has used. */
export function quotasOperation(
  standing: (tenant: string | undefined) => Promise<readonly LimitStanding[]>,
): Operation {
  return {
    ...{ id: 'list_quotas', method: 'GET', path: '/quotas', tag: 'quotas', right: 'read' },
    summary: 'List the quotas of the config, and what is used of them',
    query,
    answer: { status: 200, body: { name: 'Quotas', schema: z.object({ items: z.array(limit) }) } },
    run: async (asked) => {
      const { tenant } = asked.query as z.output<typeof query>;
      const items = await standing(tenantAsked(asked.rights, tenant));
      return {
        body: {
          items: items.map(({ window, calls, endsAt, ...rest }) => ({
            ...rest,
            ...('period' in window ? { period: window.period } : { windowSeconds: window.seconds }),
            calls: Number.isFinite(calls) ? calls : null,
            endsAt: endsAt === null ? null : iso(endsAt),
          })),
        },
      };
    },
  };
}
