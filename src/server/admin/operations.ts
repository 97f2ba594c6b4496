import type { Cursors } from '../../admin/cursor.ts';
import type { Operation } from '../../admin/operation.ts';
import { operationsOf } from '../../admin/resource.ts';
import { adminKeysResource } from '../../admin/resources/admin-keys.ts';
import { auditResource } from '../../admin/resources/audit.ts';
import { callsResource } from '../../admin/resources/calls.ts';
import { clientsResource } from '../../admin/resources/clients.ts';
import { type ConfirmConnection, confirmConnectionOperation } from '../../admin/resources/confirm-connection.ts';
import { connectUrlOperation } from '../../admin/resources/connect-urls.ts';
import { connectionsResource } from '../../admin/resources/connections.ts';
import { grantsResource } from '../../admin/resources/grants.ts';
import { keysResource } from '../../admin/resources/keys.ts';
import { linksResource } from '../../admin/resources/links.ts';
import { quotasOperation } from '../../admin/resources/quotas.ts';
import { tenantsResource } from '../../admin/resources/tenants.ts';
import { type ServedToolset, toolsetsOperation } from '../../admin/resources/toolsets.ts';
import { usageOperation } from '../../admin/resources/usage.ts';
import {
  deliveriesResource,
  replayOperation,
  rotateSecretOperation,
  webhooksResource,
} from '../../admin/resources/webhooks.ts';
import { createPepper } from '../../auth/api-key.ts';
import type { Vault } from '../../connections/vault.ts';
import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import { createIds } from '../../lib/ids.ts';
import { deriveKey } from '../../lib/seal.ts';
import type { Links } from '../../links/links.ts';
import { tokenLifeMs } from '../../oauth/keys/open-keys.ts';
import { endGrant } from '../../oauth/storage/end-grant.ts';
import { createRevocations } from '../../oauth/storage/revocations.ts';
import type { Webhooks } from '../../webhooks/webhooks.ts';
import type { Config } from '../config/config.ts';
import { placesOf } from '../config/connections.ts';
import type { FacadeConfig } from '../config/facade.ts';
import { createConnectUrl } from '../credentials/connect-url.ts';
import { vaultOf } from '../credentials/vault.ts';
import type { Offer } from '../offer/offer.ts';
import type { ServedQuotas } from '../offer/quotas.ts';
import { declaredScopes } from './scopes.ts';

export interface ManagedParts {
  readonly database: Database;
  readonly cache: Cache;
  readonly clock: Clock;
  /** At least 32 bytes. */
  readonly master: Uint8Array;
  /** What is served now. */
  readonly offer: () => Offer;
  readonly quotas: Pick<ServedQuotas, 'standing'>;
  /** The webhooks of a config, with their secrets in a vault. */
  readonly webhooks: (config: Config, vault: Vault) => Webhooks;
  /** The links of a config. */
  readonly links: (config: Config) => Links;
  /** Has an account count that waits for a code. */
  readonly confirm: ConfirmConnection;
  /** Hears of each grant that ends on this node. */
  readonly ended: (grantId: string) => void;
  /** Hears what went wrong where nobody is to be told. */
  readonly failed: (thrown: unknown) => void;
}

/** All that the API of a config manages: what is switched off there is not there. */
export function managedOperations(config: Config, parts: ManagedParts, cursors: Cursors): readonly Operation[] {
  const { database, clock, master, offer } = parts;
  const { facade, links, apiKeys, admin } = config.auth;
  const most = admin.perTenant;
  const pepper = (purpose: string) => createPepper(deriveKey(master, purpose));
  const { suspensions } = database;
  return [
    ...operationsOf(
      tenantsResource({
        ...{ table: database.tenants, suspensions, clock },
        configured: () => configuredTenants(offer().config),
      }),
      cursors,
    ),
    ...(apiKeys
      ? operationsOf(keysResource({ ...keysParts(parts), pepper: pepper('api-keys'), most: most.keys }), cursors)
      : []),
    ...operationsOf(
      adminKeysResource({ table: database.adminKeys, pepper: pepper('admin-keys'), clock, most: most.adminKeys }),
      cursors,
    ),
    ...(links.enabled ? operationsOf(linksResource({ ...linksParts(parts), most: most.links }), cursors) : []),
    ...operationsOf(connectionsResource(connectionsParts(parts)), cursors),
    connectUrlOperation((wish) =>
      createConnectUrl(offer().config, { clock, master, table: database.connections }, { ...wish, askedBy: 'admin' }),
    ),
    confirmConnectionOperation(parts.confirm),
    ...(facade === undefined ? [] : oauthOperations(facade, parts, cursors)),
    toolsetsOperation((tenant) => toolsetsOf(offer(), tenant)),
    quotasOperation(parts.quotas.standing),
    ...(config.webhooks.enabled ? webhookOperations(config, parts, cursors) : []),
    ...operationsOf(callsResource(database.calls), cursors),
    usageOperation(database.calls, clock, cursors),
    ...operationsOf(auditResource(database.audit), cursors),
  ];
}

function webhookOperations(config: Config, parts: ManagedParts, cursors: Cursors) {
  const webhooks = parts.webhooks(config, vaultOf(config, parts.master));
  return [
    ...operationsOf(webhooksResource(webhooks), cursors),
    rotateSecretOperation(webhooks),
    ...operationsOf(deliveriesResource(webhooks), cursors),
    replayOperation(webhooks),
  ];
}

function configuredTenants({ tenants }: Config): ReadonlyMap<string, string> {
  return new Map(Object.entries(tenants).map(([id, { name = id }]) => [id, name]));
}

function keysParts({ database, clock, offer }: ManagedParts) {
  return {
    ...{ table: database.keys, clock },
    scopes: () => declaredScopes(offer()),
    toolsets: () => Object.keys(offer().config.toolsets),
  };
}

function linksParts(parts: ManagedParts) {
  const { database, clock } = parts;
  return { links: linksNow(parts), count: (tenant: string) => database.links.count(tenant, clock.now()) };
}

/** Made once for each config. */
function linksNow(parts: ManagedParts): () => Links {
  const made = new WeakMap<Config, Links>();
  return () => {
    const { config } = parts.offer();
    const links = made.get(config) ?? parts.links(config);
    made.set(config, links);
    return links;
  };
}

function connectionsParts({ database, clock, master, offer }: ManagedParts) {
  return {
    ...{ table: database.connections, clock, ids: createIds(clock) },
    vault: vaultOf(offer().config, master),
    places: (upstream: string) => placesOf(offer().config.upstreams[upstream]),
    refusesName: (upstream: string) => offer().backing.upstreams.find(({ name }) => name === upstream)?.accountNames,
    upstreams: () =>
      Object.entries(offer().config.upstreams).flatMap(([name, { credential }]) =>
        credential.from === 'connection' ? [name] : [],
      ),
  };
}

function oauthOperations({ lifetimes }: FacadeConfig, parts: ManagedParts, cursors: Cursors): readonly Operation[] {
  const { database, cache, clock, failed } = parts;
  const { oauth, suspensions } = database;
  const tokenMs = tokenLifeMs(lifetimes.accessTokenSeconds);
  const revocations = createRevocations({ table: oauth.revocations, cache, clock, tokenMs, failed });
  const end = async ({ id }: { readonly id: string }) => {
    const ours = await endGrant({ tables: oauth, revocations, clock }, id, 'revoked');
    if (ours) parts.ended(id);
    return ours;
  };
  return [
    ...operationsOf(clientsResource({ table: oauth.clients, suspensions, clock }), cursors),
    ...operationsOf(grantsResource({ table: oauth.grants, clock, end }), cursors),
  ];
}

function toolsetsOf({ config, toolsets, callables }: Offer, tenant: string | undefined): ServedToolset[] {
  return Object.keys(config.toolsets).map((name) => ({
    name,
    tools: toolsets
      .narrow(callables, [[name]])
      .filter(({ closedTo }) => tenant === undefined || closedTo?.(tenant) !== true)
      .map(({ tool }) => tool.name),
  }));
}
