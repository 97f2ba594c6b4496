import { z } from 'zod';
import { toolSelector } from './endpoints.ts';
import { choice, count, list, matching, text } from './fields.ts';

/** What lifts a limit. */
export const UNLIMITED = 'unlimited';

/** Stands in headers as the name of a policy. */
const limitName = () => matching(/^[a-z][a-z0-9_-]{0,31}$/, 'a short name in lower case, such as burst');

const numberOf = (of: string) => z.union([z.literal(UNLIMITED), count(of, 1)], { error: wanted(of) });
const wanted = (of: string) => `a whole number of ${of}, at least 1, or ${UNLIMITED}`;

const part = () => choice(['tenant', 'principal', 'client', 'tool']);

const limit = z
  .strictObject({
    per: z
      .union([part(), z.array(part()).min(1)], { error: 'tenant, principal, client or tool, or a list of them' })
      .default('principal')
      .describe(
        'What is counted by itself, always within a tenant: each `principal`, each `client` of OAuth, each `tool`, ' +
          'several of them together, or the `tenant` as a whole.',
      ),
    calls: numberOf('calls').describe('How many calls it may make in a window.'),
    windowSeconds: count('seconds', 1, 86_400)
      .optional()
      .describe('How long a window is, in seconds. A count has one after another.'),
    period: choice(['day', 'month'])
      .optional()
      .describe('A window of the calendar instead, in UTC. What was counted in it outlives a restart.'),
    tools: list(toolSelector, 'a list of selectors')
      .default([])
      .describe('Only calls of these tools count; empty means all of them.'),
  })
  .refine((given) => (given.windowSeconds === undefined) !== (given.period === undefined), {
    error: 'one of windowSeconds and period',
  });

const inFlight = () => numberOf('calls at the same time');

const OVERRIDE = `limits and inFlight of the tenant, or ${UNLIMITED}`;
const override = z.strictObject({
  limits: z
    .record(limitName(), numberOf('calls'), { error: 'a mapping of the names of limits to calls' })
    .default({})
    .describe('Calls in a window for this tenant, by the name of the limit.'),
  inFlight: z
    .strictObject({
      principal: inFlight().optional().describe('Calls of one principal at the same time, for this tenant.'),
      tenant: inFlight().optional().describe('Calls of the tenant at the same time, for this tenant.'),
    })
    .prefault({})
    .describe('Calls at the same time, for this tenant.'),
});

export const quotas = z.strictObject({
  limits: z
    .record(limitName(), limit, { error: 'a mapping of names to limits' })
    .default({})
    .describe('How many calls may be made in a window, by a name that callers are told. None by default.'),
  inFlight: z
    .strictObject({
      principal: inFlight()
        .default(256)
        .describe('How many calls of one principal one process works on at the same time.'),
      tenant: inFlight().default(1024).describe('How many calls of one tenant one process works on at the same time.'),
    })
    .prefault({})
    .describe('Calls at the same time.'),
  tenants: z
    .record(text('the name of a tenant'), z.union([z.literal(UNLIMITED), override], { error: OVERRIDE }), {
      error: 'a mapping of tenants to their limits',
    })
    .default({})
    .describe('What differs for some tenants, by their names; `unlimited` lifts every limit.'),
  respondWith: choice(['auto', 'status', 'result'])
    .default('auto')
    .describe(
      'How a call over a limit is answered: `result` with HTTP 200, as clients that speak MCP want it; `status` with ' +
        '429, as other programs do; `auto` with 429 on links and for callers that neither name their client nor came ' +
        'through OAuth.',
    ),
});
