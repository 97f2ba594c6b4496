import type { AdminKeysSchema } from './admin-keys-schema.ts';
import type { ConnectionsSchema } from './connections-schema.ts';
import type { OAuthSchema } from './oauth-schema.ts';
import type { WebhooksSchema } from './webhooks-schema.ts';

/** The tables, as every SQL engine has them. Times are milliseconds since the epoch. */
export interface Schema extends OAuthSchema, ConnectionsSchema, AdminKeysSchema, WebhooksSchema {
  api_keys: {
    id: string;
    tenant: string;
    name: string;
    digest: string;
    /** A JSON array of strings. */
    scopes: string;
    toolset: string | null;
    created_at: number;
    expires_at: number | null;
    revoked_at: number | null;
    last_used_at: number | null;
  };
  calls: {
    at: number;
    id: string;
    tenant: string;
    subject: string;
    client: string;
    tool: string;
    upstream: string;
    request_id: string;
    ms: number;
    upstream_ms: number;
    upstream_status: number | null;
    code: string;
    arguments: string | null;
  };
  audit: {
    at: number;
    id: string;
    tenant: string | null;
    actor_kind: string;
    actor: string | null;
    client_id: string | null;
    event: string;
    request_id: string | null;
    /** A JSON object. */
    detail: string;
  };
  quota_sums: {
    key: string;
    sum: number;
    ends_at: number;
  };
  links: {
    id: string;
    tenant: string;
    name: string;
    digest: string;
    connection_id: string | null;
    /** JSON arrays of strings. */
    methods: string;
    tags: string;
    tools: string;
    toolset: string | null;
    require_key: number;
    created_at: number;
    expires_at: number | null;
  };
  postern_migrations: {
    name: string;
    applied_at: number;
  };
}
