import type { AuditEvent } from '../../core/audit.ts';
import type { Json } from '../../core/json.ts';
import type { Audited } from '../../observe/audit-log.ts';
import type { OAuthEvent } from './oauth-event.ts';

interface Rule {
  /** Whose doing it is. */
  readonly actor: Audited['actorKind'];
  /** The members of the event that are written; the others are not. */
  readonly detail: readonly string[];
  /** Whether anybody can set it off. */
  readonly open?: true;
}

/** Events that commands and the observers write themselves. */
type ToldElsewhere =
  | `tenant_${string}`
  | `webhook_${string}`
  | 'client_suspended'
  | 'client_resumed'
  | 'quota_exceeded'
  | 'grant_revoked'
  | 'connect_url_made'
  | 'upstream_degraded'
  | `key_${string}`
  | `admin_${string}`
  | `link_${string}`
  | `connection_${string}`
  | 'vault_rotated';

/** What of an event is kept. Texts in `detail` are our own words, ids, or names that clients gave themselves. */
const RULES: { readonly [event in Exclude<AuditEvent, ToldElsewhere>]: Rule } = {
  client_registered: { actor: 'client', detail: ['name', 'authMethod', 'places'], open: true },
  client_refused: { actor: 'client', detail: ['error'], open: true },
  clients_pruned: { actor: 'system', detail: ['clients', 'count'] },
  name_borrowed: { actor: 'client', detail: ['name', 'of', 'places'], open: true },
  registration_spike: { actor: 'system', detail: ['count', 'windowMs'] },
  registration_closed: { actor: 'system', detail: ['because', 'closedMs'] },
  registrations_unused: { actor: 'system', detail: ['count'] },
  document_changed: { actor: 'client', detail: [], open: true },
  document_refused: { actor: 'client', detail: ['problem'], open: true },
  consent_given: { actor: 'user', detail: ['scopes', 'resource'], open: true },
  consent_denied: { actor: 'user', detail: [], open: true },
  login_succeeded: { actor: 'user', detail: ['scopes', 'resource'] },
  login_failed: { actor: 'user', detail: ['reason'], open: true },
  grant_created: { actor: 'user', detail: ['grantId', 'scopes', 'resource'] },
  grant_ended: { actor: 'system', detail: ['grantId', 'subject', 'reason'] },
  refresh_reused: { actor: 'client', detail: ['grantId', 'subject'] },
  idp_ended: { actor: 'system', detail: ['grantId', 'error'] },
  idp_refused: { actor: 'system', detail: ['grantId', 'error'] },
  signing_key_made: { actor: 'system', detail: ['keyId'] },
};

/** What the audit trail keeps of something that happened at the authorization server; nothing of what it is not for. */
export function auditedEvent(event: OAuthEvent): Audited | undefined {
  if (!isAudited(event.kind)) return undefined;
  const { actor: actorKind, detail, open } = RULES[event.kind];
  const text = (member: string) => {
    const value = event[member];
    return typeof value === 'string' ? value : undefined;
  };
  const actor = actorKind === 'user' ? text('subject') : actorKind === 'client' ? text('clientId') : undefined;
  return {
    event: event.kind,
    actorKind,
    ...optional('actor', actor),
    ...optional('tenant', text('tenant')),
    ...optional('clientId', text('clientId')),
    ...optional('requestId', text('requestId')),
    detail: Object.fromEntries(detail.map((member) => [member, event[member] as Json | undefined])),
    open: open === true,
  };
}

function isAudited(kind: string): kind is keyof typeof RULES {
  return Object.hasOwn(RULES, kind);
}

function optional<Name extends string>(name: Name, value: string | undefined): { readonly [name in Name]?: string } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [name in Name]?: string });
}
