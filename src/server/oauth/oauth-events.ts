import type { AuditLog } from '../../observe/audit-log.ts';
import type { Counters } from '../../observe/counters.ts';
import type { Log } from '../../observe/log.ts';
import { auditedEvent } from './audit-events.ts';
import type { OAuthEvent } from './oauth-event.ts';

export type { OAuthEvent };

/** What somebody should look at; the rest is the day's work. */
const UNUSUAL: ReadonlySet<unknown> = new Set([
  'name_borrowed',
  'registration_spike',
  'registration_closed',
  'registrations_unused',
  'document_refused',
  'login_failed',
  'idp_refused',
  'refresh_reused',
  'code_replayed',
]);

/** Writes down what happens at the authorization server: in the log, the audit trail, and counted by kind. */
export function noteOAuth(log: Log, counters: Counters, audit: AuditLog): (event: OAuthEvent) => void {
  return (event) => {
    const kept = auditedEvent(event);
    if (kept !== undefined) audit.record(kept);
    const { kind, clientId, tenant, requestId, count, problem, name } = event;
    const reason = event['reason'] ?? event['because'] ?? event['error'];
    counters.add('oauth', kind);
    const unusual = UNUSUAL.has(kind) || UNUSUAL.has(reason);
    const facts = { client: clientId, tenant, requestId, count, reason, message: problem ?? name };
    const known = Object.entries(facts).filter(([, value]) => value !== undefined);
    const ms = event['closedMs'] ?? event['windowMs'];
    log.event(
      `oauth ${kind.replaceAll('_', ' ')}`,
      { ...Object.fromEntries(known), ...(ms === undefined ? {} : { ms }) },
      unusual ? 'warn' : 'info',
    );
  };
}
