import type { Database } from '../../core/database.ts';
import type { OAuthClientTable, OAuthGrantTable, OAuthKeyTable } from '../../core/oauth-tables.ts';
import type { OAuthEvent } from './oauth-event.ts';

type Happened = (event: OAuthEvent) => void;

/**
 * The same database, which tells of what is written there that belongs into the audit trail: whoever writes it, and
 * only where it was done.
 */
export function audited(database: Database, happened: Happened): Database {
  const { clients, grants, signingKeys } = database.oauth;
  return {
    ...database,
    oauth: {
      ...database.oauth,
      clients: auditedClients(clients, happened),
      grants: auditedGrants(grants, happened),
      signingKeys: auditedKeys(signingKeys, happened),
    },
  };
}

function auditedClients(clients: OAuthClientTable, happened: Happened): OAuthClientTable {
  return {
    ...clients,
    prune: async (query) => {
      const count = await clients.prune(query);
      if (count > 0) happened({ kind: 'clients_pruned', count, clients: query.kind });
      return count;
    },
  };
}

function auditedGrants(grants: OAuthGrantTable, happened: Happened): OAuthGrantTable {
  return {
    ...grants,
    insert: async (row) => {
      await grants.insert(row);
      const { id: grantId, tenant, accountId: subject, clientId, scopes, resource } = row;
      happened({ kind: 'grant_created', grantId, tenant, subject, clientId, scopes, resource });
    },
    revoke: async (grantId, at, reason) => {
      const ours = await grants.revoke(grantId, at, reason);
      if (!ours) return false;
      // It has ended whether it can be said whose it was or not.
      const row = await grants.find(grantId).catch(() => undefined);
      const about = { grantId, tenant: row?.tenant, subject: row?.accountId, clientId: row?.clientId };
      if (reason === 'refresh_reused') happened({ kind: 'refresh_reused', ...about });
      happened({ kind: 'grant_ended', reason, ...about });
      return true;
    },
  };
}

function auditedKeys(keys: OAuthKeyTable, happened: Happened): OAuthKeyTable {
  return {
    ...keys,
    insert: async (row) => {
      await keys.insert(row);
      happened({ kind: 'signing_key_made', keyId: row.id });
    },
  };
}
