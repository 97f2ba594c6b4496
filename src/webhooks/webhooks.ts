import type { Clock } from '../core/clock.ts';
import { PosternError } from '../core/errors.ts';
import {
  type DeliveryQuery,
  type DeliveryRow,
  WEBHOOK_TYPES,
  type WebhookPlace,
  type WebhookRow,
  type WebhookTable,
  type WebhookType,
} from '../core/webhooks.ts';
import type { IdSource } from '../lib/ids.ts';
import { unfitAddress } from './address.ts';
import { createSecret, openSecrets, rotated, type SecretVault, sealSecrets } from './secrets.ts';

const PAGE_MAX = 1_000;
/** How many webhooks a tenant may have. */
const MOST_OF_TENANT = 20;

export interface NewWebhook {
  /** Whose events it is told of. Null: everybody's. */
  readonly tenant: string | null;
  readonly url: string;
  /** Default: all. */
  readonly types?: readonly string[];
}

export interface WebhookPatch {
  readonly url?: string;
  readonly types?: readonly string[];
  readonly enabled?: boolean;
}

/** A webhook as it may be shown: everything but its secret. */
export type WebhookFacts = Omit<WebhookRow, 'sealed' | 'keyId'>;
/** A delivery as it may be shown. */
export type DeliveryFacts = Omit<DeliveryRow, 'lease'>;

/** Part of a list, and where the next one begins. */
export interface WebhookPage<T> {
  readonly rows: readonly T[];
  readonly next?: WebhookPlace;
}

export interface WebhooksParts {
  readonly table: WebhookTable;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly vault: SecretVault;
  /** Hosts that need not be public, and may be spoken to without TLS and at any port. */
  readonly allow: readonly string[];
}

/**
 * Makes and changes webhooks. Wherever a `tenant` is given, those of others, and those that are told of everybody's
 * events, do not exist.
 */
export interface Webhooks {
  /** @returns the webhook, and the secret that verifies its signatures, this once. @throws PosternError `invalid_params` */
  create(wanted: NewWebhook): Promise<WebhookFacts & { readonly secret: string }>;
  get(id: string, tenant?: string): Promise<WebhookFacts | undefined>;
  /** Newest first. */
  list(query: {
    readonly tenant?: string;
    readonly before?: WebhookPlace;
    readonly limit: number;
  }): Promise<WebhookPage<WebhookFacts>>;
  /**
   * @param at what of the webhook it is a change of: its tenant, and its version where that matters.
   * @returns the webhook as it is then; nothing where there is none.
   * @throws PosternError `invalid_params`; `precondition_failed` where it has another version.
   */
  update(
    id: string,
    patch: WebhookPatch,
    at?: { readonly tenant?: string; readonly version?: number },
  ): Promise<WebhookFacts | undefined>;
  /**
   * With all that was to be told to it.
   * @param at whose it is, and its version where that matters.
   * @returns what it was; nothing where this call did not delete it.
   */
  delete(id: string, at?: { readonly tenant?: string; readonly version?: number }): Promise<WebhookFacts | undefined>;
  /** Gives it another secret. Signatures of the one before are sent too, until `previousUntil`. */
  rotateSecret(
    id: string,
    tenant?: string,
  ): Promise<(WebhookFacts & { readonly secret: string; readonly previousUntil: number }) | undefined>;
  /** Newest first; those that are `dead` among them are the dead letters. */
  deliveries(query: DeliveryQuery): Promise<WebhookPage<DeliveryFacts>>;
  delivery(id: string, tenant?: string): Promise<DeliveryFacts | undefined>;
  /**
   * Sends again what was delivered or given up, under the id it had.
   * @returns false where it is due; nothing where there is none.
   */
  replay(id: string, tenant?: string): Promise<boolean | undefined>;
}

export function createWebhooks(parts: WebhooksParts): Webhooks {
  const { table, clock, ids, vault } = parts;

  const find = async (id: string, tenant: string | undefined): Promise<WebhookRow | undefined> => {
    const row = await table.find(id);
    return row === undefined || (tenant !== undefined && row.tenant !== tenant) ? undefined : row;
  };

  /** Whoever is overtaken looks again, unless it matters of what it was a change. */
  const change = async (
    id: string,
    { tenant, version }: { readonly tenant?: string; readonly version?: number },
    changes: (row: WebhookRow) => Parameters<WebhookTable['change']>[2],
  ): Promise<WebhookRow | undefined> => {
    for (;;) {
      const row = await find(id, tenant);
      if (row === undefined) return undefined;
      if (version !== undefined && version !== row.version) throw new PosternError('precondition_failed');
      const changed = await table.change(id, row.version, changes(row));
      if (changed !== undefined) return changed;
    }
  };

  const findDelivery = async (id: string, tenant: string | undefined): Promise<DeliveryRow | undefined> => {
    const row = await table.findDelivery(id);
    // Asked whatever was found: that takes the same time for a delivery that there is not.
    const webhook = await find(row?.webhookId ?? id, tenant);
    return webhook === undefined ? undefined : row;
  };

  return {
    create: async ({ tenant, url, types = [] }) => {
      if (tenant !== null && !/^[\x21-\x7e]{1,100}$/.test(tenant))
        throw unfit('A tenant is 1 to 100 printable characters without spaces.');
      checkUrl(url, parts.allow);
      if (tenant !== null && (await table.list({ tenant, limit: MOST_OF_TENANT })).length === MOST_OF_TENANT)
        throw unfit(`A tenant has ${MOST_OF_TENANT} webhooks at the most.`);
      const [id, now, secret] = [ids('whk'), clock.now(), createSecret()];
      const row: WebhookRow = {
        ...{ id, tenant, url, types: typesOf(types), enabled: true, reason: null },
        ...sealSecrets(vault, { id, tenant }, { current: secret }),
        ...{ version: 1, createdAt: now, updatedAt: now },
      };
      await table.insert(row);
      return { ...factsOf(row), secret };
    },
    get: async (id, tenant) => {
      const row = await find(id, tenant);
      return row && factsOf(row);
    },
    list: async ({ limit, ...query }) => {
      const most = Math.min(Math.max(1, limit), PAGE_MAX);
      return pageOf((await table.list({ ...query, limit: most + 1 })).map(factsOf), most);
    },
    update: async (id, { url, types, enabled }, at = {}) => {
      if (url !== undefined) checkUrl(url, parts.allow);
      const changes = {
        ...(url === undefined ? {} : { url }),
        ...(types === undefined ? {} : { types: typesOf(types) }),
        ...(enabled === undefined ? {} : { enabled, reason: null }),
        updatedAt: clock.now(),
      };
      const row = await change(id, at, () => changes);
      return row && factsOf(row);
    },
    delete: async (id, { tenant, version } = {}) => {
      const row = await find(id, tenant);
      return row === undefined || !(await table.delete(id, version)) ? undefined : factsOf(row);
    },
    rotateSecret: async (id, tenant) => {
      const now = clock.now();
      let made = rotated({ current: '' }, now);
      const row = await change(id, { ...(tenant === undefined ? {} : { tenant }) }, (was) => {
        const secrets = openSecrets(vault, was);
        if (secrets === undefined)
          throw new PosternError('internal', { cause: new Error('a secret that is not opened') });
        made = rotated(secrets, now);
        return { ...sealSecrets(vault, was, made), updatedAt: now };
      });
      return row && { ...factsOf(row), secret: made.current, previousUntil: made.previous.until };
    },
    deliveries: async ({ limit, ...query }) => {
      const most = Math.min(Math.max(1, limit), PAGE_MAX);
      return pageOf((await table.deliveries({ ...query, limit: most + 1 })).map(deliveryFacts), most);
    },
    delivery: async (id, tenant) => {
      const row = await findDelivery(id, tenant);
      return row && deliveryFacts(row);
    },
    replay: async (id, tenant) =>
      (await findDelivery(id, tenant)) === undefined ? undefined : table.replay(id, clock.now()),
  };
}

function factsOf({ sealed: _sealed, keyId: _keyId, ...facts }: WebhookRow): WebhookFacts {
  return facts;
}

function deliveryFacts({ lease: _, ...facts }: DeliveryRow): DeliveryFacts {
  return facts;
}

function pageOf<T extends { readonly createdAt: number; readonly id: string }>(
  found: readonly T[],
  most: number,
): WebhookPage<T> {
  const rows = found.slice(0, most);
  const last = found.length > most ? rows.at(-1) : undefined;
  return { rows, ...(last === undefined ? {} : { next: { at: last.createdAt, id: last.id } }) };
}

/** @throws PosternError `invalid_params` */
function typesOf(given: readonly string[]): WebhookType[] {
  return [...new Set(given)].map((name) => {
    const type = WEBHOOK_TYPES.find((each) => each === name);
    if (type === undefined) throw unfit('There is no such event.', `There are ${WEBHOOK_TYPES.join(', ')}.`);
    return type;
  });
}

/** @throws PosternError `invalid_params` */
function checkUrl(url: string, allow: readonly string[]): void {
  const found = unfitAddress(url, allow);
  if (found !== undefined) throw unfit(found.message, found.hint);
}

function unfit(message: string, hint?: string): PosternError {
  return new PosternError('invalid_params', { message, ...(hint === undefined ? {} : { hint }) });
}
