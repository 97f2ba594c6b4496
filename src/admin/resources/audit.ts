import { z } from 'zod';
import { AUDIT_EVENTS, type AuditRecord, type AuditTable } from '../../core/audit.ts';
import { givenTime, iso, millis, time } from '../fields.ts';
import type { Resource } from '../resource.ts';

const filter = z.object({
  event: z.enum(AUDIT_EVENTS).optional().meta({ description: 'What happened.' }),
  since: givenTime().optional().meta({ description: 'Not older than this.' }),
});

const shown = z.object({
  id: z.string(),
  at: time(),
  event: z.enum(AUDIT_EVENTS),
  tenant: z.string().nullable(),
  actor: z.object({
    kind: z.enum(['user', 'client', 'operator', 'admin', 'system']),
    subject: z.string().nullable(),
  }),
  client: z.string().nullable(),
  requestId: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
});

/** Who did what, and when. */
export function auditResource(table: AuditTable): Resource<AuditRecord, z.output<typeof filter>> {
  return {
    ...{ path: 'audit', type: 'AuditEvent', one: 'an event', many: 'events of the audit trail', shown },
    show: ({ id, at, event, tenant, actorKind, actor, clientId, requestId, detail }) => ({
      ...{ id, at: iso(at), event, tenant, actor: { kind: actorKind, subject: actor }, client: clientId, requestId },
      detail: JSON.parse(detail) as unknown,
    }),
    tenantOf: ({ tenant }) => tenant,
    list: {
      filter,
      cost: 5,
      page: ({ filter: { event, since }, ...query }) =>
        table.list({
          ...query,
          ...(event === undefined ? {} : { event }),
          ...(since === undefined ? {} : { since: millis(since) }),
        }),
      placeOf: ({ at, id }) => ({ at, id }),
    },
    detail: () => ({}),
  };
}
