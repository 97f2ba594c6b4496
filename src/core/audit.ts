/**
 * Who did something: a user, a client by itself, whoever has a shell on the server, somebody at the admin API, or the
 * server itself.
 */
export type AuditActorKind = 'user' | 'client' | 'operator' | 'admin' | 'system';

/** What happened that somebody may ask about later. */
export const AUDIT_EVENTS = [
  'client_registered',
  'client_refused',
  'clients_pruned',
  'name_borrowed',
  'registration_spike',
  'registration_closed',
  'registrations_unused',
  'document_changed',
  'document_refused',
  'consent_given',
  'consent_denied',
  'login_succeeded',
  'login_failed',
  'grant_created',
  'grant_ended',
  'grant_revoked',
  'refresh_reused',
  'idp_ended',
  'idp_refused',
  'key_created',
  'key_changed',
  'key_revoked',
  'admin_key_created',
  'admin_key_revoked',
  'connect_url_made',
  'connection_pending',
  'connection_refused',
  'connection_created',
  'connection_changed',
  'connection_deleted',
  'connection_lost',
  'vault_rotated',
  'link_created',
  'link_changed',
  'link_deleted',
  'link_expired',
  'tenant_suspended',
  'tenant_resumed',
  'client_suspended',
  'client_resumed',
  'quota_exceeded',
  'upstream_degraded',
  'webhook_created',
  'webhook_changed',
  'webhook_deleted',
  'webhook_disabled',
  'webhook_replayed',
  'signing_key_made',
] as const;

export type AuditEvent = (typeof AUDIT_EVENTS)[number];

/** One row of the audit trail. No field holds a token, a code or a secret. */
export interface AuditRecord {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Nothing for what concerns no tenant, or none that is known. */
  readonly tenant: string | null;
  readonly actorKind: AuditActorKind;
  /** Who, within the tenant and the kind, where that is known. */
  readonly actor: string | null;
  /** The OAuth client it was about. */
  readonly clientId: string | null;
  readonly event: AuditEvent;
  readonly requestId: string | null;
  /** A small JSON object. */
  readonly detail: string;
}

/** A place in the trail: what comes behind it is older. */
export interface AuditPlace {
  readonly at: number;
  readonly id: string;
}

export interface AuditQuery {
  /** Default: every tenant, and what concerns none. */
  readonly tenant?: string;
  /** Not older than this; milliseconds since the epoch. */
  readonly since?: number;
  /** What happened. Default: anything. */
  readonly event?: AuditEvent;
  /** Older than this record. */
  readonly before?: AuditPlace;
  /** This many at the most. */
  readonly limit: number;
}

export interface AuditTable {
  /** All rows, or none. */
  append(rows: readonly AuditRecord[]): Promise<void>;
  /** Newest first. */
  list(query: AuditQuery): Promise<AuditRecord[]>;
}
