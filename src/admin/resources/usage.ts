import { z } from 'zod';
import type { Clock } from '../../core/clock.ts';
import type { CallSum, CallTable } from '../../core/database.ts';
import { PosternError } from '../../core/errors.ts';
import type { Cursors } from '../cursor.ts';
import { givenTime, iso, millis, tenantId, text } from '../fields.ts';
import type { Operation } from '../operation.ts';
import { pageFields } from '../resource.ts';
import { tenantAsked } from '../tenancy.ts';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
/** As much as one request may ask for. */
const MOST_DAYS = 92;

const query = z.strictObject({
  ...pageFields,
  tenant: tenantId().optional().meta({ description: 'Of one tenant. Default: of every tenant that you see.' }),
  tool: text(100).optional().meta({ description: 'Of one tool.' }),
  since: givenTime()
    .optional()
    .meta({ description: 'Begun at this time or later, 92 days before until at the most. Default: 30 days.' }),
  until: givenTime().optional().meta({ description: 'Begun before this time. Default: now.' }),
});

const sum = z.object({
  day: z.string().meta({ format: 'date', description: 'UTC.' }),
  tenant: z.string(),
  tool: z.string(),
  calls: z.int(),
  failed: z.int(),
  ms: z.number().meta({ description: 'Of all of them together.' }),
  upstreamMs: z.number().meta({ description: 'Of these, those spent waiting for the API behind the tool.' }),
});
const next = z.string().nullable().meta({ description: 'The cursor of the next page; null where this is the last.' });

/** How much is called, by day, tenant and tool. */
export function usageOperation(table: CallTable, clock: Clock, cursors: Cursors): Operation {
  return {
    ...{ id: 'list_usage', method: 'GET', path: '/usage', tag: 'usage', right: 'read' },
    summary: 'Sum calls up by day, tenant and tool, the last day first',
    description: 'As far back as the call log is kept: observe.callsKeepDays.',
    query,
    cost: 10,
    answer: { status: 200, body: { name: 'UsagePage', schema: z.object({ items: z.array(sum), next }) } },
    run: async (asked) => {
      const { tenant: named, tool, since, until, limit, cursor } = asked.query as z.output<typeof query>;
      const tenant = tenantAsked(asked.rights, named);
      const name = JSON.stringify(['usage', tenant ?? null, tool ?? null, since ?? null, until ?? null]);
      const before = cursor === undefined ? undefined : placeOf(cursors.read(cursor, name));
      const end = millis(until) ?? clock.now();
      const start = millis(since) ?? end - USUAL_DAYS * DAY_MS;
      if (end - start > MOST_DAYS * DAY_MS) throw tooLong();
      const rows = await table.usage({
        ...{ since: start, until: end },
        limit: limit + 1,
        ...(tenant === undefined ? {} : { tenant }),
        ...(tool === undefined ? {} : { tool }),
        ...(before === undefined ? {} : { before }),
      });
      const items = rows.slice(0, limit);
      const last = rows.length > limit ? items.at(-1) : undefined;
      const more = last && cursors.write({ at: last.day, id: JSON.stringify([last.tenant, last.tool]) }, name);
      const shown = items.map(({ day, ...rest }) => ({ ...rest, day: iso(day * DAY_MS).slice(0, 10) }));
      return { body: { items: shown, next: more ?? null } };
    },
  };
}

function tooLong(): PosternError {
  const errors = [{ field: 'since', message: `${MOST_DAYS} days before until at the most` }];
  const message = `The query does not fit: since: ${MOST_DAYS} days before until at the most.`;
  return new PosternError('invalid_arguments', { message, data: { errors } });
}

function placeOf({
  at: day,
  id,
}: {
  readonly at: number;
  readonly id: string;
}): Pick<CallSum, 'day' | 'tenant' | 'tool'> {
  const [tenant, tool] = JSON.parse(id) as [string, string];
  return { day, tenant, tool };
}
