import type { OAuthKeyRow, OAuthKeyTable } from '../../core/oauth-tables.ts';

/** What keys sign. A key signs one kind of thing, so that nothing it signed can be taken for another. */
export type KeyPurpose = 'access-tokens' | 'assertions';

/**
 * The keys of one purpose, in the table of all. Ids are thumbprints in base64url, which has no colon: those of access
 * tokens stand alone, those of others behind their purpose.
 */
export function keysFor(table: OAuthKeyTable, purpose: KeyPurpose): OAuthKeyTable {
  const prefix = purpose === 'access-tokens' ? '' : `${purpose}:`;
  const isOurs = ({ id }: OAuthKeyRow): boolean => (prefix === '' ? !id.includes(':') : id.startsWith(prefix));
  return {
    insert: (row) => table.insert({ ...row, id: prefix + row.id }),
    list: async (now) => {
      const rows = await table.list(now);
      return rows.filter(isOurs).map((row) => ({ ...row, id: row.id.slice(prefix.length) }));
    },
    retire: (id, at) => table.retire(prefix + id, at),
    prune: (retiredBefore) => table.prune(retiredBefore),
  };
}
