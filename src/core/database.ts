import type { AdminKeyTable, Place } from './admin.ts';
import type { AuditTable } from './audit.ts';
import type { CallRecord } from './call.ts';
import type { ConnectionTable } from './connections.ts';
import type { LinkTable } from './links.ts';
import type { OAuthTables } from './oauth-tables.ts';
import type { SuspensionTable } from './suspensions.ts';
import type { WebhookTable } from './webhooks.ts';

/** An API key as it is stored: the secret itself is never here. */
export interface ApiKeyRow {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  /** HMAC-SHA256 of the secret under the pepper, lower-case hex. */
  readonly digest: string;
  readonly scopes: readonly string[];
  /** The toolset it is bound to, if it is. */
  readonly toolset: string | null;
  /** All times are milliseconds since the epoch. */
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** What of an API key may be changed. */
export type ApiKeyChanges = Partial<Pick<ApiKeyRow, 'name' | 'scopes' | 'expiresAt'>>;

export interface ApiKeyTable {
  /** @throws when the id is taken. */
  insert(row: ApiKeyRow): Promise<void>;
  find(id: string): Promise<ApiKeyRow | undefined>;
  /** Newest first; of one tenant, or of all. */
  list(tenant?: string): Promise<ApiKeyRow[]>;
  /** The same, so many at a time. */
  page(query: { readonly tenant?: string; readonly before?: Place; readonly limit: number }): Promise<ApiKeyRow[]>;
  /**
   * Atomic, and only where all that may be changed is as it is in `was`, and it was not revoked.
   * @returns the key as it is then; nothing where that is not so.
   */
  change(was: ApiKeyRow, changes: ApiKeyChanges): Promise<ApiKeyRow | undefined>;
  /** The tenants that keys are of which were not revoked, those of `--dev` aside; this many at the most. */
  tenants(limit: number): Promise<string[]>;
  /**
   * Atomic.
   * @param was only where all that may be changed is as it is here. Default: whatever it is.
   * @returns whether this very call revoked it: false when it does not exist or was revoked before.
   */
  revoke(id: string, at: number, was?: ApiKeyRow): Promise<boolean>;
  /** How many of a tenant are good at a time; milliseconds since the epoch. */
  standing(tenant: string, at: number): Promise<number>;
  /** Deletes those of a tenant that have ended by a time, but for so many, the newest. */
  forgetEnded(tenant: string, at: number, keep: number): Promise<void>;
  /** Notes a use. An older time never overwrites a newer one. */
  touch(id: string, at: number): Promise<void>;
}

export interface CallQuery {
  readonly tenant?: string;
  /** Newest first, this many at the most. */
  readonly limit: number;
}

export interface CallPageQuery extends CallQuery {
  readonly tool?: string;
  /** `ok`, or the code of a failure. */
  readonly code?: string;
  /** Those that failed, or those that did not. */
  readonly failed?: boolean;
  /** Begun at this time or later, and before that one; milliseconds since the epoch. */
  readonly since?: number;
  readonly until?: number;
  readonly before?: Place;
}

/** The calls of one tool in one tenant on one day. */
export interface CallSum {
  /** In days since the epoch, UTC. */
  readonly day: number;
  readonly tenant: string;
  readonly tool: string;
  readonly calls: number;
  /** Of these, those that failed. */
  readonly failed: number;
  /** Milliseconds of all of them together, and of these those spent waiting for the upstream. */
  readonly ms: number;
  readonly upstreamMs: number;
}

export interface UsageQuery {
  readonly tenant?: string;
  readonly tool?: string;
  /** Begun at this time or later, and before that one; milliseconds since the epoch. */
  readonly since: number;
  readonly until: number;
  /** What comes behind it in the list. */
  readonly before?: Pick<CallSum, 'day' | 'tenant' | 'tool'>;
  readonly limit: number;
}

export interface CallTable {
  /** All rows, or none. */
  append(rows: readonly CallRecord[]): Promise<void>;
  recent(query: CallQuery): Promise<CallRecord[]>;
  /** Newest first. */
  page(query: CallPageQuery): Promise<CallRecord[]>;
  /** By day, tenant and tool, the last first. */
  usage(query: UsageQuery): Promise<CallSum[]>;
  count(): Promise<number>;
}

/** The tenants that something is of: a key, a link, a connection, a grant. */
export interface TenantTable {
  /** In the order of their names, behind `after`. */
  list(query: { readonly after: string; readonly limit: number }): Promise<string[]>;
  has(tenant: string): Promise<boolean>;
}

/** How many calls were made in a day or a month: sums under names. */
export interface QuotaTable {
  /**
   * Adds to a sum, which begins at zero; below zero takes away. Atomic.
   * @param endsAt when it may be forgotten, in milliseconds since the epoch.
   * @returns the sum.
   */
  add(key: string, by: number, endsAt: number): Promise<number>;
  /** Forgets sums that ended before a time, this many at the most. @returns how many there were. */
  prune(endedBefore: number, limit: number): Promise<number>;
}

/**
 * The durable store. Its verbs are those that PostgreSQL and SQLite both do atomically in one statement;
 * an adapter that passes `testing/database-suite` may be used. One that cannot be reached throws `unavailable`.
 */
export interface Database {
  readonly keys: ApiKeyTable;
  readonly calls: CallTable;
  readonly audit: AuditTable;
  readonly oauth: OAuthTables;
  readonly quotas: QuotaTable;
  readonly connections: ConnectionTable;
  readonly links: LinkTable;
  readonly webhooks: WebhookTable;
  readonly suspensions: SuspensionTable;
  readonly adminKeys: AdminKeyTable;
  readonly tenants: TenantTable;
  /**
   * The names of the migrations that {@link migrate} would apply, in order. Changes nothing.
   * @throws Error when a newer version of this program has migrated the database.
   */
  pending(): Promise<readonly string[]>;
  /** Brings the schema up to date; safe to run from several processes at once. */
  migrate(): Promise<void>;
  close(): Promise<void>;
}
