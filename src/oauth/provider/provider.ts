import { EventEmitter } from 'node:events';
import type { Client, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { KeySet } from '../keys/key-set.ts';
import { createAdapter } from './adapter.ts';
import { after } from './after.ts';
import { fetchKeys } from './assertions.ts';
import { configuration, REQUEST_ID_HEADER } from './configuration.ts';
import type { ProviderParts } from './parts.ts';
import { createRefreshGrant } from './refresh-grant.ts';
import { refusing } from './refusal.ts';
import { createResourceServers, type ResourceServers } from './resource-servers.ts';
import { createServiceGrant } from './service-grant.ts';

/** An authorization server of oidc-provider, with everything of it replaced that rule 1 to 11 want otherwise. */
export async function createProvider(parts: ProviderParts, keys: KeySet): Promise<Provider> {
  // Loaded here, so that only a server with a facade pays for it.
  const { default: ProviderClass } = await import('oidc-provider');
  const servers = createResourceServers(parts.resources, keys.kid, parts.lifetimes.accessToken);
  const route = () => ProviderClass.ctx?.oidc.route;
  const provider = new ProviderClass(parts.issuer, {
    ...(await configuration(parts, keys, servers)),
    adapter: (kind: string) => createAdapter(kind, { ...parts, route }),
    fetch: (url) => fetchKeys(url instanceof Request ? url.url : String(url), parts.directory, ProviderClass.ctx),
  });
  provider.Client.prototype.compareClientSecret = function compare(this: Client, secret: string) {
    return refusing(() => parts.directory.verifySecret(this.clientId, secret));
  };
  registerGrants(provider, parts, servers);
  provider.use(async (ctx, next) => {
    await next();
    await after(ctx as KoaContextWithOIDC, ctx.get(REQUEST_ID_HEADER), parts);
  });
  provider.on('server_error', (ctx, thrown) => parts.failed(thrown, ctx.get(REQUEST_ID_HEADER)));
  // Without a listener Koa writes to the console.
  EventEmitter.prototype.on.call(provider, 'error', (thrown: unknown) => parts.failed(thrown, undefined));
  return provider;
}

function registerGrants(provider: Provider, parts: ProviderParts, resourceServers: ResourceServers): void {
  const { refreshGrace, refreshIdle } = parts.lifetimes;
  const refresh = createRefreshGrant(provider, {
    ...parts,
    resourceServers,
    graceMs: refreshGrace * 1000,
    idleMs: refreshIdle * 1000,
  });
  // `resource` may come more than once (RFC 8707 §2); which of several is meant, the grants decide.
  provider.registerGrantType('refresh_token', refresh, ['refresh_token', 'scope', 'resource'], ['resource']);
  const service = createServiceGrant(provider, { ...parts, resourceServers });
  provider.registerGrantType('client_credentials', service, ['scope', 'resource'], ['resource']);
}
