import { createSecretKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { ApiKeyRow } from '../core/database.ts';
import { PosternError } from '../core/errors.ts';
import { constantTimeEqual, hmacSha256 } from '../lib/digest.ts';
import { createKeyText, parseKeyText } from './key-format.ts';
import { isScopeName } from './scopes.ts';

/** Begins every key, for people and for secret scanners. */
export const KEY_PREFIX = 'pstn_';

export interface NewApiKey {
  readonly tenant: string;
  /** What the key is for, in the words of who makes it; at most 100 characters. */
  readonly name: string;
  readonly scopes: readonly string[];
  /** The toolset it is bound to. Default: none, every tool that its scopes allow. */
  readonly toolset?: string;
  /** Milliseconds since the epoch. Null: it does not expire. */
  readonly expiresAt: number | null;
  /** Lets `*` be among the scopes, which stands for every scope. Only for `--dev`. Default false. */
  readonly everyScope?: boolean;
}

/**
 * A new key, `pstn_<id>_<secret>_<checksum>`: the id names the row.
 *
 * @returns the row to store, and the key itself, which is not kept anywhere and cannot be had again.
 * @throws PosternError `invalid_params` when a field is unfit.
 */
export function createApiKey(
  wanted: NewApiKey,
  pepper: KeyObject,
  clock: Clock,
): { readonly row: ApiKeyRow; readonly key: string } {
  refuseUnfit(wanted, clock);
  const { id, key } = createKeyText(KEY_PREFIX);
  const row: ApiKeyRow = {
    id: rowId(id),
    tenant: wanted.tenant,
    name: wanted.name,
    digest: digestOfKey(key, pepper),
    scopes: [...new Set(wanted.scopes)],
    toolset: wanted.toolset ?? null,
    createdAt: clock.now(),
    expiresAt: wanted.expiresAt,
    revokedAt: null,
    lastUsedAt: null,
  };
  return { row, key };
}

/** The id of the row that a key names, or nothing when it is mistyped, cut short or made up. No secret is compared. */
export function parseApiKey(key: string): string | undefined {
  const id = parseKeyText(KEY_PREFIX, key);
  return id === undefined ? undefined : rowId(id);
}

/** Whether `key` is the one whose digest is stored, in a time that does not depend on either. */
export function matchesDigest(key: string, digest: string, pepper: KeyObject): boolean {
  return constantTimeEqual(digestOfKey(key, pepper), digest);
}

/**
 * The key that digests are made under: who has a copy of the database, and not this, can test no guess.
 * @param secret at least 32 bytes; from `deriveKey(master, 'api-keys')`.
 */
export function createPepper(secret: Uint8Array): KeyObject {
  if (secret.length < 32) throw new RangeError('A pepper needs at least 32 bytes.');
  return createSecretKey(secret);
}

/** Over the whole key, so that a digest is good for the id it was made for and no other. */
export function digestOfKey(key: string, pepper: KeyObject): string {
  return hmacSha256(pepper, key, 'hex');
}

function rowId(id: string): string {
  return `key_${id}`;
}

function refuseUnfit({ tenant, name, scopes, expiresAt, everyScope = false }: NewApiKey, clock: Clock): void {
  const refuse = (message: string): never => {
    throw new PosternError('invalid_params', { message });
  };
  if (!/^[\x21-\x7e]{1,100}$/.test(tenant)) refuse('A tenant is 1 to 100 printable ASCII characters without spaces.');
  if (name.length > 100 || /\p{Cc}/u.test(name)) refuse('A name has at most 100 characters and no control characters.');
  if (expiresAt !== null && !(expiresAt > clock.now())) refuse('A key must expire in the future.');
  const unfit = scopes.find((scope) => !isScopeName(scope) || (scope === '*' && !everyScope));
  if (unfit !== undefined) refuse(`A key cannot have the scope ${JSON.stringify(unfit)}.`);
}
