import type { KeyObject } from 'node:crypto';
import { ADMIN_READ, ADMIN_WRITE, type AdminKeyRow, type AdminRights, type AdminRole } from '../core/admin.ts';
import type { Clock } from '../core/clock.ts';
import { PosternError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { digestOfKey } from './api-key.ts';
import { createKeyText, parseKeyText } from './key-format.ts';

/** Begins every key of the admin API, so that nobody takes one for a key of tools. */
export const ADMIN_KEY_PREFIX = 'psta_';

export interface NewAdminKey extends AdminRights {
  /** What it is for, in the words of who makes it; 1 to 100 characters. */
  readonly name: string;
  /** Milliseconds since the epoch. Null: it does not expire. */
  readonly expiresAt: number | null;
}

/**
 * A new key of the admin API, which is good for nothing else.
 * @returns the row to store, and the key itself, which is not kept anywhere and cannot be had again.
 * @throws PosternError `invalid_params` when a field is unfit.
 */
export function createAdminKey(
  { role, tenant, name, expiresAt }: NewAdminKey,
  pepper: KeyObject,
  clock: Clock,
): { readonly row: AdminKeyRow; readonly key: string } {
  if (role === 'operator' && tenant !== null) throw unfit('An operator is one for every tenant.');
  if (role === 'admin' && tenant === null) throw unfit('An admin is one of a tenant.');
  if (tenant !== null && !/^[\x21-\x7e]{1,100}$/.test(tenant))
    throw unfit('A tenant is 1 to 100 printable ASCII characters without spaces.');
  if (!/^\P{Cc}{1,100}$/u.test(name)) throw unfit('A name has 1 to 100 characters, and no control characters.');
  const now = clock.now();
  if (expiresAt !== null && !(expiresAt > now)) throw unfit('A key must expire in the future.');
  const { id, key } = createKeyText(ADMIN_KEY_PREFIX);
  const row: AdminKeyRow = {
    ...{ id: rowId(id), role, tenant, name, digest: digestOfKey(key, pepper) },
    ...{ createdAt: now, expiresAt, revokedAt: null, lastUsedAt: null },
  };
  return { row, key };
}

/** The id of the row that a key names, or nothing when it is mistyped, cut short or made up. */
export function parseAdminKey(key: string): string | undefined {
  const id = parseKeyText(ADMIN_KEY_PREFIX, key);
  return id === undefined ? undefined : rowId(id);
}

/** @returns who calls with a key, or why nobody does. */
export function principalOfAdminKey(row: AdminKeyRow, now: number): Principal | 'key_revoked' | 'key_expired' {
  if (row.revokedAt !== null) return 'key_revoked';
  if (row.expiresAt !== null && row.expiresAt <= now) return 'key_expired';
  const { id, role, tenant } = row;
  return {
    ...{ kind: 'key', subject: id },
    // No tenant has this name.
    tenant: tenant ?? '',
    scopes: scopesOfRole(role),
    admin: { role, tenant },
    expiresAt: row.expiresAt ?? undefined,
  };
}

const READS: ReadonlySet<string> = new Set([ADMIN_READ]);
const WRITES: ReadonlySet<string> = new Set([ADMIN_READ, ADMIN_WRITE]);

function scopesOfRole(role: AdminRole): ReadonlySet<string> {
  return role === 'auditor' ? READS : WRITES;
}

function rowId(id: string): string {
  return `adm_${id}`;
}

function unfit(message: string): PosternError {
  return new PosternError('invalid_params', { message });
}
