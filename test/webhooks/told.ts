import type { AuditEvent } from '../../src/core/audit.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Database } from '../../src/core/database.ts';
import type { WebhookRow } from '../../src/core/webhooks.ts';
import { createEgress } from '../../src/lib/egress.ts';
import { createIds } from '../../src/lib/ids.ts';
import { once } from '../../src/lib/once.ts';
import { auditRecord } from '../../src/observe/audit-log.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { vaultOf } from '../../src/server/credentials/vault.ts';
import { secretVault, webhooksOf } from '../../src/server/webhooks/webhooks.ts';
import { createDispatcher, type Dispatcher } from '../../src/webhooks/dispatcher.ts';
import type { Webhooks } from '../../src/webhooks/webhooks.ts';

const VAULT = vaultOf({ secrets: { vault: [] } }, new Uint8Array(32).fill(7));
export const RETRY_MS = [5_000, 300_000];
export const TIMEOUT_MS = 15_000;

/** Webhooks as a config with `allow` has them. */
export function webhooksWith(allow: readonly string[], database: Database, clock: Clock): Webhooks {
  const raw = { webhooks: { enabled: true, allow } };
  const config = readConfig(raw, { name: 'test', lineOf: () => undefined }, { baseDir: '.', env: {} });
  return webhooksOf(config, { database, clock, vault: VAULT });
}

/** One node's part in telling. */
export interface Node extends Dispatcher {
  readonly disabled: WebhookRow[];
  readonly failures: unknown[];
  /** What became of each attempt, such as `done`. */
  readonly became: string[];
}

export function openNode(allow: readonly string[], database: Database, clock: Clock): Node {
  const [disabled, failures, became]: [WebhookRow[], unknown[], string[]] = [[], [], []];
  const egress = createEgress({ clock, allow, timeoutMs: TIMEOUT_MS });
  const dispatcher = createDispatcher({
    ...{ table: database.webhooks, clock, egress, vault: secretVault(VAULT), userAgent: 'postern/0.0.0', allow },
    schedule: { retryMs: RETRY_MS, random: () => 0.5 },
    leaseMs: TIMEOUT_MS + 30_000,
    attempted: (_, state) => became.push(state),
    disabled: (row) => disabled.push(row),
    failed: (thrown) => failures.push(thrown),
  });
  return {
    ...dispatcher,
    ...{ disabled, failures, became },
    close: once(async () => {
      await dispatcher.close();
      await egress.close();
    }),
  };
}

/** Writes into the audit trail, as whoever does something does. */
export async function happen(
  { database, clock }: { readonly database: Database; readonly clock: Clock },
  event: AuditEvent,
  detail: { readonly [member: string]: string },
  tenant: string | null = 'acme',
): Promise<void> {
  const told = { event, actorKind: 'system', detail, ...(tenant === null ? {} : { tenant }) } as const;
  await database.audit.append([auditRecord(told, createIds(clock)('aud'), clock.now())]);
}
