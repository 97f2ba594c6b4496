/** One row a connection. `subject` and `issuer` are empty for those of the tenant: a unique index does not compare nulls. */
export interface ConnectionsSchema {
  connections: {
    id: string;
    tenant: string;
    upstream: string;
    subject: string;
    issuer: string;
    name: string;
    kind: string;
    base_url: string | null;
    /** A JSON array of strings. */
    scopes: string;
    state: string;
    sealed: string;
    key_id: string;
    version: number;
    created_at: number;
    updated_at: number;
    /** A JSON object; null for none. */
    variables: string | null;
    ends_at: number | null;
    /** Null for those that were connected before it was written down: when they were made. */
    connected_at: number | null;
  };
  /** One row an account that waits for its code. `subject` and `issuer` as above. */
  pending_accounts: {
    id: string;
    tenant: string;
    upstream: string;
    subject: string;
    issuer: string;
    asked_by: string;
    digest: string;
    sealed: string;
    tries: number;
    expires_at: number;
  };
}
