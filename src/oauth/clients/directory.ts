import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { OAuthClientTable } from '../../core/oauth-tables.ts';
import { constantTimeEqual } from '../../lib/digest.ts';
import type { Egress } from '../../lib/egress.ts';
import { type ClientAuthMethod, type ClientDirectory, type KnownClient, OAuthError } from '../contracts.ts';
import { describe } from './client.ts';
import { createClientJwks } from './client-jwks.ts';
import { type ConfiguredClient, readConfiguredClients } from './configured.ts';
import { isDocumentUrl, looksLikeUrl } from './document-url.ts';
import { createDocuments } from './documents.ts';
import type { OnClientEvent } from './events.ts';
import { createGuardedFetch } from './guarded-fetch.ts';
import { startClientPruning } from './pruning.ts';
import { createRegistrar, secretDigest } from './registration.ts';
import { type AnomalyOptions, createRegistrationGate, type RegistrationLimits } from './registration-limits.ts';
import { fromBody } from './registration-record.ts';

export interface ClientDirectoryOptions {
  readonly issuer: string;
  readonly configured?: readonly ConfiguredClient[];
  /** Ids that are URLs of metadata documents; `hosts` names the only ones whose documents are read. Default: all. */
  readonly documents?: false | { readonly hosts?: readonly string[] };
  /** Dynamic registration. Default: open to all, within the limits. */
  readonly registration?: false | { readonly limits?: RegistrationLimits; readonly anomalies?: AnomalyOptions };
  readonly keys: {
    /** For the ids of registered clients and the digests of networks: 32 bytes. */
    readonly ids: Uint8Array;
    /** For the digests of secrets: 32 bytes. */
    readonly secrets: Uint8Array;
  };
  /** The scopes there are now. */
  readonly scopes: () => readonly string[];
  /** Fetches what clients publish: it must look at the address it is connected to. */
  readonly egress: Egress;
  readonly cache: Cache;
  readonly clients: OAuthClientTable;
  readonly clock: Clock;
  readonly onEvent?: OnClientEvent;
}

export interface Clients extends ClientDirectory {
  /** Deletes clients that nobody uses; done every hour besides. */
  prune(): Promise<void>;
}

const DAY_MS = 86_400_000;

type Purpose = Parameters<ClientDirectory['find']>[1];

/**
 * Everybody who is a client of this authorization server. Switching a kind off ends new logins of its clients; grants
 * that users have given to them live on.
 *
 * @throws RangeError for a configured client that cannot be one.
 */
export function createClientDirectory(options: ClientDirectoryOptions): Clients {
  const { issuer, cache, clients: table, clock, egress, onEvent = () => undefined } = options;
  const { registration = {}, documents: documentOptions = {} } = options;
  const { limits = {}, anomalies = {} } = registration === false ? {} : registration;
  const configured = readConfiguredClients(options.configured ?? []);
  const fetch = createGuardedFetch({ egress, clock });
  const documents = createDocuments({ fetch, cache, table, clock, onEvent });
  const jwks = createClientJwks({ fetch, cache, clock });
  const gate = createRegistrationGate({
    issuer,
    cache,
    table,
    clock,
    key: options.keys.ids,
    limits,
    anomalies,
    onEvent,
  });
  const { unusedDays = 7, idleDays = 90 } = limits;
  const unusual = anomalies.unused ?? 500;
  const pruning = startClientPruning({ cache, table, clock, gate, unusedDays, idleDays, unusual, onEvent });

  const findDocument = async (url: string, purpose: 'authorize' | 'token'): Promise<KnownClient | undefined> => {
    if (purpose === 'authorize') {
      if (documentOptions === false) return undefined;
      const { hosts } = documentOptions;
      if (!isDocumentUrl(url))
        throw new OAuthError('invalid_client', 'The client_id is no URL of a metadata document.');
      if (hosts !== undefined && !hosts.includes(new URL(url).host))
        throw new OAuthError('invalid_client', 'Clients of that host are not accepted here.');
    }
    if (!isDocumentUrl(url)) return undefined;
    return describe(url, 'document', await documents.find(url, purpose));
  };

  const findRegistered = async (id: string, purpose: Purpose): Promise<KnownClient | undefined> => {
    if (purpose === 'authorize' && registration === false) return undefined;
    const row = await table.find(id);
    const claims = row?.kind === 'registered' ? fromBody(issuer, row.body) : undefined;
    if (row === undefined || claims === undefined) return undefined;
    // Only of those that have had a grant: else anyone could keep what he registered by asking for it.
    if (purpose === 'token' && row.usedAt !== null && row.usedAt < clock.now() - DAY_MS)
      await table.touch(id, clock.now());
    return describe(id, 'registered', claims);
  };

  return {
    documents: documentOptions !== false,
    services: configured.services,
    authMethods: authMethods(documentOptions !== false, registration !== false, configured.authMethods),
    find: async (id, purpose) => {
      // Anything at all may come, and not all of it can be asked of a store.
      if (!/^[\x21-\x7e]{1,1024}$/.test(id)) return undefined;
      const client = configured.find(id);
      if (client !== undefined) return client;
      if (!looksLikeUrl(id)) return findRegistered(id, purpose);
      return purpose === 'known' ? undefined : findDocument(id, purpose);
    },
    verifySecret: async (id, secret) => {
      if (configured.find(id) !== undefined) return configured.verifySecret(id, secret);
      const row = /^dcr_[A-Za-z0-9_-]{1,100}$/.test(id) ? await table.find(id) : undefined;
      const presented = secretDigest(options.keys.secrets, secret);
      return constantTimeEqual(row?.secret ?? '', presented);
    },
    granted: async (id) => {
      if (configured.find(id) !== undefined) return;
      if (isDocumentUrl(id)) await documents.granted(id);
      else await table.touch(id, clock.now());
    },
    jwks: (uri, kid) => jwks.get(uri, kid),
    ...(registration !== false && {
      register: createRegistrar({
        issuer,
        table,
        gate,
        clock,
        idKey: options.keys.ids,
        pepper: options.keys.secrets,
        scopes: options.scopes,
        onEvent,
      }),
    }),
    prune: pruning.prune,
    close: pruning.close,
  };
}

function authMethods(
  documents: boolean,
  registration: boolean,
  configured: readonly ClientAuthMethod[],
): ClientAuthMethod[] {
  const methods = new Set<ClientAuthMethod>(configured);
  if (documents || registration) methods.add('none').add('private_key_jwt');
  // A client with a secret may send it either way.
  if (registration || configured.includes('client_secret_basic')) {
    methods.add('client_secret_basic').add('client_secret_post');
  }
  return [...methods];
}
