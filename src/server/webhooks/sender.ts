import type { DeliveryRow, DeliveryState, WebhookRow } from '../../core/webhooks.ts';
import { createEgress } from '../../lib/egress.ts';
import type { AuditLog } from '../../observe/audit-log.ts';
import type { Counters } from '../../observe/counters.ts';
import type { Log } from '../../observe/log.ts';
import { createDispatcher } from '../../webhooks/dispatcher.ts';
import type { Config } from '../config/config.ts';
import { secretVault, type WebhookGround } from './webhooks.ts';

/** Where it is written down what becomes of deliveries. */
export interface WebhookObservers {
  readonly log: Log;
  readonly audit: AuditLog['record'];
  readonly count: Counters['add'];
}

export interface WebhookSenderParts extends WebhookGround {
  readonly observers: WebhookObservers;
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
    allow: webhooks.allow,
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
function heard({ log, audit, count }: WebhookObservers) {
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
