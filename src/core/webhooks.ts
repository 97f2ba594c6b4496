/** What receivers can be told of. */
export const WEBHOOK_TYPES = [
  'client.registered',
  'connection.connected',
  'connection.needs_reauth',
  'connection.revoked',
  'grant.revoked',
  'key.created',
  'key.revoked',
  'link.expired',
  'quota.exceeded',
  'upstream.degraded',
] as const;
export type WebhookType = (typeof WEBHOOK_TYPES)[number];

/** Where somebody wants to be told. */
export interface WebhookRow {
  readonly id: string;
  /** Whose events it is told of. Null: everybody's, and those that concern no tenant. */
  readonly tenant: string | null;
  readonly url: string;
  /** Empty: all of them. */
  readonly types: readonly WebhookType[];
  readonly enabled: boolean;
  /** Why it was switched off, in a word, where the server did that. */
  readonly reason: string | null;
  /** The secrets that it verifies signatures by, sealed by the vault. */
  readonly sealed: string;
  /** The key that the vault sealed them under. */
  readonly keyId: string;
  /** Grows with each change. */
  readonly version: number;
  /** All times are milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What of a webhook may be changed. Its tenant may not. */
export type WebhookChanges = Partial<Pick<WebhookRow, 'url' | 'types' | 'enabled' | 'reason' | 'sealed' | 'keyId'>> & {
  readonly updatedAt: number;
};

/** A place in a list: what comes behind it is older. */
export interface WebhookPlace {
  readonly at: number;
  readonly id: string;
}

/** `due` until it was taken, `done` then; `dead` when nobody took it in all its attempts. */
export type DeliveryState = 'due' | 'done' | 'dead';

/** One event for one webhook. */
export interface DeliveryRow {
  readonly id: string;
  readonly webhookId: string;
  /** The same for each webhook that is told of the event, and for each attempt. */
  readonly eventId: string;
  readonly type: WebhookType;
  /** Whose event it is. */
  readonly tenant: string | null;
  /** What is sent, byte for byte. */
  readonly body: string;
  readonly state: DeliveryState;
  /** How often it was sent. */
  readonly attempts: number;
  /** When it is sent next, where it is due; while it is being sent, when it counts as not sent. */
  readonly dueAt: number;
  /** Who sends it. */
  readonly lease: string | null;
  /** What the last attempt was answered with. */
  readonly status: number | null;
  /** Why the last attempt failed, in a word. */
  readonly problem: string | null;
  readonly createdAt: number;
  /** When it was done, or given up. */
  readonly settledAt: number | null;
}

/** An event as it is put into the outbox. */
export type WebhookEvent = Pick<DeliveryRow, 'eventId' | 'type' | 'tenant' | 'body' | 'createdAt'>;

/** How an attempt ended. */
export interface DeliveryOutcome {
  readonly state: DeliveryState;
  /** When it is sent again, where it is due. */
  readonly dueAt: number;
  readonly status: number | null;
  readonly problem: string | null;
  /** Now. */
  readonly at: number;
  /** Whether it counts among the attempts. One that the server itself broke off does not. */
  readonly counts: boolean;
}

/** A delivery to be sent, and whose webhook it is for. */
export interface DueDelivery extends DeliveryRow {
  /** The tenant of the webhook. Null: it is told of everybody's events. */
  readonly owner: string | null;
}

export interface DueQuery {
  readonly now: number;
  /** Not to these webhooks. */
  readonly except: readonly string[];
  /** Nor to those of these owners. Default: none. */
  readonly exceptOwners?: readonly (string | null)[];
  /** To one webhook this many at the most. */
  readonly each: number;
  /** To those of one owner this many at the most. Default: `limit`. */
  readonly eachOwner?: number;
  readonly limit: number;
}

export interface DeliveryQuery {
  /** Those to webhooks of one tenant. Default: to all. */
  readonly tenant?: string;
  readonly webhookId?: string;
  readonly state?: DeliveryState;
  readonly before?: WebhookPlace;
  /** This many at the most. */
  readonly limit: number;
}

/** Webhooks, and what is to be delivered to them. The audit trail puts events in, in the same transaction. */
export interface WebhookTable {
  /** @throws when the id is taken. */
  insert(row: WebhookRow): Promise<void>;
  find(id: string): Promise<WebhookRow | undefined>;
  /** Newest first; of one tenant, or of all. */
  list(query: {
    readonly tenant?: string;
    readonly before?: WebhookPlace;
    readonly limit: number;
  }): Promise<WebhookRow[]>;
  /** Writes over `version` and nothing else. @returns the webhook as it is then; nothing where it is another by now. */
  change(id: string, version: number, changes: WebhookChanges): Promise<WebhookRow | undefined>;
  /** With all its deliveries. @param version this one and no other. Default: any. @returns whether this very call deleted it. */
  delete(id: string, version?: number): Promise<boolean>;
  /** Those whose secrets are not sealed under a key, by id, behind `after`. */
  sealedOtherwise(query: {
    readonly keyId: string;
    readonly after: string;
    readonly limit: number;
  }): Promise<WebhookRow[]>;
  /** Puts the same secrets under another key. @returns false where they were written in the meantime. */
  rewrap(id: string, sealed: string, next: Pick<WebhookRow, 'sealed' | 'keyId'>): Promise<boolean>;

  /**
   * Deliveries that are due, to webhooks that are enabled and of tenants that are not suspended: by webhook, first the one
   * that waits the longest, and to each what is due the longest.
   */
  due(query: DueQuery): Promise<DueDelivery[]>;
  /** Takes deliveries that are due, each for one of many, until `until`. @returns those that this very call took. */
  claim(
    ids: readonly string[],
    take: { readonly lease: string; readonly now: number; readonly until: number },
  ): Promise<DeliveryRow[]>;
  /** @returns false where somebody else has it by now. */
  settle(id: string, lease: string, outcome: DeliveryOutcome): Promise<boolean>;
  /** Newest first. */
  deliveries(query: DeliveryQuery): Promise<DeliveryRow[]>;
  findDelivery(id: string): Promise<DeliveryRow | undefined>;
  /** Makes one that was settled due at once, with all its attempts. @returns whether this very call did. */
  replay(id: string, at: number): Promise<boolean>;
}
