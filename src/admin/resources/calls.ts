import { z } from 'zod';
import type { CallRecord } from '../../core/call.ts';
import type { CallTable } from '../../core/database.ts';
import { givenTime, iso, millis, text, time } from '../fields.ts';
import type { Resource } from '../resource.ts';

const filter = z.object({
  tool: text(100).optional().meta({ description: 'Calls of one tool.' }),
  status: z.enum(['ok', 'failed']).optional().meta({ description: 'Calls that went well, or that failed.' }),
  code: text(64).optional().meta({ description: 'Calls that failed with one code: see errors.md.' }),
  since: givenTime().optional().meta({ description: 'Begun at this time or later.' }),
  until: givenTime().optional().meta({ description: 'Begun before this time.' }),
});

const shown = z.object({
  id: z.string(),
  at: time(),
  tenant: z.string(),
  subject: z.string().meta({ description: 'Who called: a user, the id of a key or of a link.' }),
  client: z.string().meta({ description: "The client's own word for itself, which nobody has checked." }),
  tool: z.string(),
  upstream: z.string(),
  ms: z.number(),
  upstreamMs: z.number(),
  upstreamStatus: z.int().nullable(),
  code: z.string().meta({ description: '`ok`, or the code of the failure.' }),
  requestId: z.string(),
  arguments: z.string().nullable().meta({ description: 'As observe.arguments says.' }),
});

/** Calls of tools, as the call log has them. */
export function callsResource(table: CallTable): Resource<CallRecord, z.output<typeof filter>> {
  return {
    ...{ path: 'calls', type: 'Call', one: 'a call', many: 'calls of tools', shown },
    show: ({ at, ...row }) => ({ ...row, at: iso(at) }),
    tenantOf: ({ tenant }) => tenant,
    list: {
      filter,
      cost: 5,
      page: ({ filter: { tool, status, code, since, until }, ...query }) =>
        table.page({
          ...query,
          ...(tool === undefined ? {} : { tool }),
          ...(code === undefined ? {} : { code }),
          ...(status === undefined ? {} : { failed: status === 'failed' }),
          ...(since === undefined ? {} : { since: millis(since) }),
          ...(until === undefined ? {} : { until: millis(until) }),
        }),
      placeOf: ({ at, id }) => ({ at, id }),
    },
    detail: () => ({}),
  };
}
