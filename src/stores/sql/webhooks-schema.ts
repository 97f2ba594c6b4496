/** Whom to tell, and what is to be told. `tenant` null in `webhooks`: everything. */
export interface WebhooksSchema {
  webhooks: {
    id: string;
    tenant: string | null;
    url: string;
    /** A JSON array of strings. */
    types: string;
    enabled: number;
    reason: string | null;
    sealed: string;
    key_id: string;
    version: number;
    created_at: number;
    updated_at: number;
  };
  webhook_deliveries: {
    id: string;
    webhook_id: string;
    event_id: string;
    type: string;
    tenant: string | null;
    body: string;
    state: string;
    attempts: number;
    due_at: number;
    lease: string | null;
    status: number | null;
    problem: string | null;
    created_at: number;
    settled_at: number | null;
  };
  suspensions: {
    kind: string;
    id: string;
    at: number;
  };
}
