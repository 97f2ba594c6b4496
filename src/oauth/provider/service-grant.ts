import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import { factsOf } from './client-metadata.ts';
import type { ProviderParts } from './parts.ts';
import { Refusal, refusing, tenantSuspended } from './refusal.ts';
import type { ResourceServers } from './resource-servers.ts';

/**
 * Client credentials (RFC 6749 §4.4) for agents without a user: only clients of the config have them, for the tenant
 * and the scopes that stand there, and one resource at a time. There is no refresh token (§4.4.3).
 */
export function createServiceGrant(
  provider: Provider,
  { resourceServers, suspended }: Pick<ProviderParts, 'suspended'> & { readonly resourceServers: ResourceServers },
) {
  return (ctx: KoaContextWithOIDC): Promise<void> =>
    refusing(async () => {
      const { client, params = {} } = ctx.oidc;
      const service = client === undefined ? undefined : factsOf(client).service;
      if (client === undefined || service === undefined || client.clientAuthMethod === 'none') {
        throw new Refusal('unauthorized_client', 'client may not have tokens without a user');
      }
      const resource = params['resource'] ?? resourceServers.main();
      if (typeof resource !== 'string') throw new Refusal('invalid_target', 'one resource at a time');
      const server = resourceServers.find(resource);
      if (!resourceServers.serves(resource, service.tenant)) {
        throw new Refusal('invalid_target', 'resource is not served here');
      }
      if (await suspended(service.tenant)) throw tenantSuspended();
      const offered = new Set(server.scope.split(' '));
      const scope = scopeOf(service.scopes, params['scope']).filter((each) => offered.has(each));
      const token = new provider.ClientCredentials({ client, scope: scope.join(' ') });
      token.resourceServer = new provider.ResourceServer(resource, server);
      ctx.oidc.entity('ClientCredentials', token);
      ctx.body = {
        access_token: await token.save(),
        token_type: 'Bearer',
        expires_in: token.expiration,
        ...(scope.length === 0 ? {} : { scope: scope.join(' ') }),
      };
    });
}

function scopeOf(allowed: readonly string[], asked: unknown): readonly string[] {
  if (typeof asked !== 'string') return allowed;
  const wanted = asked.split(' ');
  if (wanted.some((scope) => !allowed.includes(scope))) {
    throw new Refusal('invalid_scope', 'scope goes beyond what this client may have');
  }
  return wanted;
}
