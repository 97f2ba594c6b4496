import { createHmac, randomBytes } from 'node:crypto';
import type { WebhookRow } from '../core/webhooks.ts';

/** Standard Webhooks: 24 to 64 bytes. */
const SECRET_BYTES = 32;
const PREFIX = 'whsec_';
/** How long signatures of a secret that was replaced are sent beside the new one's. */
const ROTATION_MS = 24 * 60 * 60_000;

export interface SealedSecrets {
  readonly sealed: string;
  readonly keyId: string;
}

/** Seals the secrets of webhooks, each bound to its webhook. */
export interface SecretVault {
  readonly keyId: string;
  seal(plaintext: string, webhook: Pick<WebhookRow, 'id' | 'tenant'>): SealedSecrets;
  /** @returns nothing where no key opens it. */
  open(webhook: Pick<WebhookRow, 'id' | 'tenant' | 'sealed'>): string | undefined;
  /** The same under the key that seals now. @returns nothing where {@link open} does. */
  rewrap(webhook: Pick<WebhookRow, 'id' | 'tenant' | 'sealed'>): SealedSecrets | undefined;
}

/** The secrets of a webhook: the one that signs, and one that was replaced a short while ago. */
export interface Secrets {
  readonly current: string;
  readonly previous?: { readonly secret: string; readonly until: number };
}

export function createSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

export function sealSecrets(vault: SecretVault, webhook: Pick<WebhookRow, 'id' | 'tenant'>, secrets: Secrets) {
  return vault.seal(JSON.stringify(secrets), webhook);
}

export function openSecrets(vault: SecretVault, webhook: WebhookRow): Secrets | undefined {
  const opened = vault.open(webhook);
  return opened === undefined ? undefined : (JSON.parse(opened) as Secrets);
}

/** A new secret; the one before it signs too, for a day. */
export function rotated({ current }: Secrets, now: number): Required<Secrets> {
  return { current: createSecret(), previous: { secret: current, until: now + ROTATION_MS } };
}

/** What is signed, as the headers say it. */
export interface Signed {
  readonly id: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The value of `webhook-signature`: one signature for each secret that counts at a time, with blanks between
 * (Standard Webhooks, "Verifying webhook authenticity").
 */
export function signatures({ current, previous }: Secrets, { id, timestamp, body }: Signed): string {
  const all = previous === undefined || previous.until <= timestamp * 1000 ? [current] : [current, previous.secret];
  return all
    .map((secret) => {
      const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
      return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
    })
    .join(' ');
}
