import type { Vault } from '../../connections/vault.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import type { WebhookRow } from '../../core/webhooks.ts';
import { createIds } from '../../lib/ids.ts';
import type { SecretVault } from '../../webhooks/secrets.ts';
import { createWebhooks, type Webhooks } from '../../webhooks/webhooks.ts';
import type { Config } from '../config/config.ts';

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
