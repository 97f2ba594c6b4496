import type { ConnectionTable } from '../core/connections.ts';
import { placeOf } from './records.ts';
import type { Vault } from './vault.ts';

const AT_ONCE = 100;

export interface Rotated {
  /** How many are under the key of the vault now that were not before. */
  readonly rotated: number;
  /** The ids of those that no key of the vault opens. */
  readonly unreadable: readonly string[];
}

/**
 * Puts every credential under the key that the vault seals with. Servers go on meanwhile: what one of them writes at the
 * same time stays. What is cut off is taken up where it ended, since what is done is found no more.
 *
 * @throws PosternError `unavailable`
 */
export async function rotate(table: ConnectionTable, vault: Vault): Promise<Rotated> {
  const { keyId } = vault;
  const unreadable: string[] = [];
  let rotated = 0;
  let after = '';
  for (;;) {
    const rows = await table.sealedOtherwise({ keyId, after, limit: AT_ONCE });
    for (const row of rows) {
      const next = vault.rewrap(row.sealed, placeOf(row));
      if (next === undefined) unreadable.push(row.id);
      else if (await table.rewrap(row.id, row.sealed, next)) rotated++;
    }
    const last = rows.at(-1);
    if (last === undefined) return { rotated, unreadable };
    after = last.id;
  }
}
