import type { Kysely } from 'kysely';
import type { OAuthTables } from '../../core/oauth-tables.ts';
import { createOAuthClientTable } from './oauth-clients.ts';
import { createOAuthGrantTable } from './oauth-grants.ts';
import { createOAuthNativeClientTable } from './oauth-native-clients.ts';
import { createOAuthKeyTable, createOAuthRefreshTable, createOAuthRevocationTable } from './oauth-tokens.ts';
import type { Schema } from './schema.ts';

/** The tables of the authorization facade, on any engine that Kysely speaks to. */
export function createOAuthTables(db: Kysely<Schema>): OAuthTables {
  return {
    clients: createOAuthClientTable(db),
    grants: createOAuthGrantTable(db),
    refreshTokens: createOAuthRefreshTable(db),
    revocations: createOAuthRevocationTable(db),
    signingKeys: createOAuthKeyTable(db),
    nativeClients: createOAuthNativeClientTable(db),
  };
}
