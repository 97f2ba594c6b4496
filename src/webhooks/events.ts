import type { AuditEvent, AuditRecord } from '../core/audit.ts';
import type { WebhookEvent, WebhookType } from '../core/webhooks.ts';

interface Rule {
  readonly type: WebhookType;
  /** What is told besides the tenant: the name it has there, and where it stands in the detail of the record. */
  readonly data: { readonly [member: string]: string };
}

const CONNECTION = { connectionId: 'id', upstream: 'upstream', name: 'name' };
const KEY = { keyId: 'keyId', name: 'name' };

/**
 * Which of the events in the audit trail receivers are told of, and what they are told: ids and names, nothing else. What
 * is audited is told, whoever did it and on whatever node.
 */
const RULES: { readonly [event in AuditEvent]?: Rule } = {
  client_registered: { type: 'client.registered', data: { name: 'name' } },
  connection_created: { type: 'connection.connected', data: CONNECTION },
  connection_changed: { type: 'connection.connected', data: CONNECTION },
  connection_deleted: { type: 'connection.revoked', data: CONNECTION },
  connection_lost: { type: 'connection.needs_reauth', data: CONNECTION },
  grant_ended: { type: 'grant.revoked', data: { grantId: 'grantId', subject: 'subject', reason: 'reason' } },
  key_created: { type: 'key.created', data: KEY },
  key_revoked: { type: 'key.revoked', data: KEY },
  link_expired: { type: 'link.expired', data: { linkId: 'linkId', name: 'name' } },
  quota_exceeded: {
    type: 'quota.exceeded',
    data: { limit: 'limit', calls: 'calls', subject: 'subject', endsAt: 'endsAt' },
  },
  upstream_degraded: { type: 'upstream.degraded', data: { upstream: 'upstream' } },
};

/** The audited events that receivers are told of, and as what. */
export const TOLD: readonly (readonly [event: AuditEvent, type: WebhookType])[] = Object.entries(RULES).map(
  ([event, { type }]) => [event as AuditEvent, type],
);

/** What receivers are told of a row of the audit trail; nothing of what is not for them. */
export function webhookEvent(record: AuditRecord): WebhookEvent | undefined {
  const rule = RULES[record.event];
  if (rule === undefined) return undefined;
  const { tenant, clientId, at } = record;
  const detail = JSON.parse(record.detail) as { readonly [member: string]: unknown };
  const told = Object.entries(rule.data).flatMap(([name, member]) =>
    detail[member] === undefined ? [] : [[name, detail[member]] as const],
  );
  const data = {
    ...(tenant === null ? {} : { tenant }),
    ...(clientId === null ? {} : { clientId }),
    ...Object.fromEntries(told),
  };
  return {
    eventId: record.id.replace(/^aud/, 'evt'),
    type: rule.type,
    tenant,
    body: JSON.stringify({ type: rule.type, timestamp: new Date(at).toISOString(), data }),
    createdAt: at,
  };
}
