import type { ConnectionOwner, ConnectionRow, ConnectionWrite } from '../core/connections.ts';
import { endOf, type Kept } from './credentials.ts';
import { sealCredential } from './records.ts';
import type { Vault } from './vault.ts';

/** What a connection is made of. */
export interface ConnectionWish extends ConnectionOwner {
  readonly id: string;
  readonly tenant: string;
  readonly upstream: string;
  readonly name: string;
  readonly baseUrl: string | null;
  /** Default: none. */
  readonly variables?: ConnectionRow['variables'];
  readonly scopes: readonly string[];
}

/** Whether an account may be said to be at a URL: whether it is reached is for egress to say. */
export function isAccountUrl(text: string): boolean {
  return /^https?:\/\/[^\s/?#@]+(?:\/[^\s?#]*)?$/.test(text);
}

/** A new connection, with its credential sealed. */
export function makeConnection(wish: ConnectionWish, kept: Kept, vault: Vault, now: number): ConnectionRow {
  const times = { createdAt: now, updatedAt: now, connectedAt: now, endsAt: endOf(kept) };
  const row = { variables: {}, ...wish, ...times, kind: kept.kind, state: 'connected', version: 1 } as const;
  return { ...row, ...sealCredential(vault, row, kept) };
}

/** Another credential for a connection, to be written over the version that is there. */
export function nextCredential(row: ConnectionRow, kept: Kept, vault: Vault, now: number): ConnectionWrite {
  const sealed = sealCredential(vault, { ...row, version: row.version + 1 }, kept);
  const connectedAt = Math.max(now, row.connectedAt + 1);
  return { ...sealed, scopes: row.scopes, updatedAt: now, connectedAt, endsAt: endOf(kept) };
}
