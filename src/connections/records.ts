import type { ConnectionRow } from '../core/connections.ts';
import type { Kept } from './credentials.ts';
import type { Sealed, Vault, VaultPlace } from './vault.ts';

type Place = Pick<ConnectionRow, 'id' | 'tenant' | 'version'>;

/** Where in the vault the credential of a connection is. */
export function placeOf({ id, tenant, version }: Place): VaultPlace {
  return { tenant, connection: id, field: 'credential', version };
}

export function sealCredential(vault: Vault, place: Place, kept: Kept): Sealed {
  return vault.seal(JSON.stringify(kept), placeOf(place));
}

/** @returns nothing where the vault has no key for it, or it was altered. */
export function openCredential(vault: Vault, row: ConnectionRow): Kept | undefined {
  const opened = vault.open(row.sealed, placeOf(row));
  return opened === undefined ? undefined : (JSON.parse(opened) as Kept);
}
