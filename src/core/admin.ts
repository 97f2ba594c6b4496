/**
 * What somebody is at the admin API: an `operator` for every tenant, an `admin` for one, an `auditor` to look and not to
 * touch, for one tenant or all.
 */
export const ADMIN_ROLES = ['operator', 'admin', 'auditor'] as const;
export type AdminRole = (typeof ADMIN_ROLES)[number];

/** What somebody may do at the admin API. */
export interface AdminRights {
  readonly role: AdminRole;
  /** The one tenant whose things are theirs to see. Null: every tenant's. */
  readonly tenant: string | null;
}

/** What a key of the admin API needs to read there, and to write; and what tokens of people must have. */
export const ADMIN_READ = 'admin:read';
export const ADMIN_WRITE = 'admin:write';

/** A key of the admin API as it is stored: the secret itself is never here. */
export interface AdminKeyRow extends AdminRights {
  readonly id: string;
  readonly name: string;
  /** HMAC-SHA256 of the secret under the pepper, lower-case hex. */
  readonly digest: string;
  /** All times are milliseconds since the epoch. */
  readonly createdAt: number;
  readonly expiresAt: number | null;
  readonly revokedAt: number | null;
  readonly lastUsedAt: number | null;
}

/** A place in a list of what was made at some time: what comes behind it is older. */
export interface Place {
  readonly at: number;
  readonly id: string;
}

export interface AdminKeyTable {
  /** @throws when the id is taken. */
  insert(row: AdminKeyRow): Promise<void>;
  find(id: string): Promise<AdminKeyRow | undefined>;
  /** Newest first; of one tenant, or of all, those of no tenant among them. */
  page(query: { readonly tenant?: string; readonly before?: Place; readonly limit: number }): Promise<AdminKeyRow[]>;
  /** Atomic. @returns whether this very call revoked it. */
  revoke(id: string, at: number): Promise<boolean>;
  /** How many of a tenant, or of none, are good at a time; milliseconds since the epoch. */
  standing(tenant: string | null, at: number): Promise<number>;
  /** Deletes those of a tenant, or of none, that have ended by a time, but for so many, the newest. */
  forgetEnded(tenant: string | null, at: number, keep: number): Promise<void>;
  /** Notes a use. An older time never overwrites a newer one. */
  touch(id: string, at: number): Promise<void>;
}
