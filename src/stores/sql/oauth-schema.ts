/** The tables of the authorization facade. Times are milliseconds since the epoch. */
export interface OAuthSchema {
  oauth_clients: {
    id: string;
    kind: string;
    body: string;
    secret: string | null;
    source: string | null;
    created_at: number;
    used_at: number | null;
    fresh_until: number | null;
  };
  oauth_grants: {
    id: string;
    tenant: string;
    account_id: string;
    client_id: string;
    resource: string;
    /** A JSON array of strings. */
    scopes: string;
    claims: string;
    idp: string | null;
    version: number;
    created_at: number;
    expires_at: number;
    checked_at: number;
    revoked_at: number | null;
    reason: string | null;
  };
  oauth_refresh_tokens: {
    id: string;
    grant_id: string;
    sealed: string;
    created_at: number;
    expires_at: number;
    consumed_at: number | null;
  };
  oauth_revocations: {
    id: string;
    at: number;
    expires_at: number;
  };
  oauth_keys: {
    id: string;
    public: string;
    sealed: string;
    created_at: number;
    active_from: number;
    retired_at: number | null;
  };
  oauth_native_clients: {
    provider: string;
    client_id: string;
    ref: string;
    digest: string | null;
    created_at: number;
    used_at: number | null;
    retired_at: number | null;
  };
}
