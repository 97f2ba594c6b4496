/** The table of keys of the admin API. Times are milliseconds since the epoch. */
export interface AdminKeysSchema {
  admin_keys: {
    id: string;
    role: string;
    /** Null: of every tenant. */
    tenant: string | null;
    name: string;
    digest: string;
    created_at: number;
    expires_at: number | null;
    revoked_at: number | null;
    last_used_at: number | null;
  };
}
