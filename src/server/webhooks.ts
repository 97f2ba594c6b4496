import type { Vault } from '../connections/vault.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../core/database.ts';
import type { DeliveryRow, DeliveryState, WebhookRow } from '../core/webhooks.ts';
import { createEgress } from '../lib/egress.ts';
import { createIds } from '../lib/ids.ts';
import { createDispatcher } from '../webhooks/dispatcher.ts';
import type { SecretVault } from '../webhooks/secrets.ts';
import { createWebhooks, type Webhooks } from '../webhooks/webhooks.ts';
import type { Config } from './config/config.ts';
import type { Observers } from './observers.ts';

export interface WebhookGround {
  readonly database: Pick<Database, 'webhooks'>;
  readonly clock: Clock;
  /** What secrets are sealed by. */
  readonly vault: Vault;
}

/** The webhooks of a config: made, shown, changed. For commands, and for whoever else may. */
export function webhooksOf({ webhooks }: Config, { database, clock, vault }: WebhookGround): Webhooks {
  return createWebhooks({
    ...{ table: database.webhooks, clock, ids: createIds(clock) },
    vault: secretVault(vault),
    allow: webhooks.allow,
  });
}

/** The vault of connections, for what belongs to webhooks. */
export function secretVault(vault: Vault): SecretVault {
  const placeOf = ({ id, tenant }: Pick<WebhookRow, 'id' | 'tenant'>) => ({
    tenant: tenant ?? '',
    ...{ connection: id, field: 'webhook', version: 0 },
  });
  return {
    keyId: vault.keyId,
    seal: (plaintext, webhook) => vault.seal(plaintext, placeOf(webhook)),
    open: (webhook) => vault.open(webhook.sealed, placeOf(webhook)),
    rewrap: (webhook) => vault.rewrap(webhook.sealed, placeOf(webhook)),
  };
}

/** Puts the secrets of webhooks under the key that the vault seals with, as `connections/rotate` does with credentials. */
export async function rotateWebhooks(
  table: Database['webhooks'],
  vault: Vault,
): Promise<{ readonly rotated: number; readonly unreadable: readonly string[] }> {
  const { keyId, rewrap } = secretVault(vault);
  const unreadable: string[] = [];
  let rotated = 0;
  for (let after = ''; ; ) {
    const rows = await table.sealedOtherwise({ keyId, after, limit: 100 });
    for (const row of rows) {
      const next = rewrap(row);
      if (next === undefined) unreadable.push(row.id);
      else if (await table.rewrap(row.id, row.sealed, next)) rotated++;
    }
    const last = rows.at(-1);
    if (last === undefined) return { rotated, unreadable };
    after = last.id;
  }
}

export interface WebhookSenderParts extends WebhookGround {
  readonly observers: Pick<Observers, 'log' | 'audit' | 'count'>;
  /** Postern's own version. */
  readonly version: string;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Sends what receivers are to be told until it is closed. */
export interface WebhookSender {
  close(): Promise<void>;
}

/** Beyond the time that a request may take, before another node takes a delivery for lost. */
const SPARE_MS = 30_000;

/** For a config that has webhooks. */
export function openWebhookSender({ webhooks }: Config, parts: WebhookSenderParts): WebhookSender {
  const { database, clock, vault, version, random, observers } = parts;
  const timeoutMs = webhooks.timeoutSeconds * 1000;
  const egress = createEgress({ clock, timeoutMs, allow: webhooks.allow });
  const dispatcher = createDispatcher({
    ...{ table: database.webhooks, clock, egress, ...heard(observers) },
    vault: secretVault(vault),
    schedule: { retryMs: webhooks.retrySeconds.map((seconds) => seconds * 1000), random },
    userAgent: `postern/${version}`,
    leaseMs: timeoutMs + SPARE_MS,
  });
  return {
    close: async () => {
      await dispatcher.close();
      await egress.close();
    },
  };
}

/** What comes of it, in the log and the audit trail. Where a webhook leads is in neither: it may hold a secret. */
function heard({ log, audit, count }: WebhookSenderParts['observers']) {
  return {
    attempted: ({ id, webhookId, type, tenant, status, problem }: DeliveryRow, became: DeliveryState) => {
      const word = became === 'due' ? 'failed' : became;
      count('webhooks', word);
      const facts = { tenant, kind: type, status, reason: problem, message: `${id} to ${webhookId}` };
      const known = Object.entries(facts).filter(([, value]) => value !== null);
      log.event(`webhook ${word}`, Object.fromEntries(known), became === 'dead' ? 'warn' : 'debug');
    },
    disabled: ({ id, tenant, reason }: WebhookRow) =>
      audit({
        ...({ event: 'webhook_disabled', actorKind: 'system', detail: { webhookId: id, reason } } as const),
        ...(tenant === null ? {} : { tenant }),
      }),
    failed: (thrown: unknown) => {
      count('faults', 'webhooks');
      log.fault('webhooks failed', thrown, {});
    },
  };
}
