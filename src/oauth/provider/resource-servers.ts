import type { ResourceServer } from 'oidc-provider';
import { isServed, type ProtectedResource, type ProtectedResources } from '../contracts.ts';
import { SIGNING_ALGORITHM } from '../keys/key-set.ts';
import { Refusal } from './refusal.ts';

export interface ResourceServers {
  /** @throws Refusal `invalid_target` (RFC 8707 §2) for what is not served here. */
  find(url: string): ResourceServer;
  /** Whether it is for a tenant. */
  serves(url: string, tenant: string): boolean;
  /** Whose tokens are asked for where the request does not say. */
  readonly main: () => string;
}

/**
 * The endpoints as oidc-provider takes them.
 * @param kid the key that signs now.
 */
export function createResourceServers(
  resources: ProtectedResources,
  kid: string,
  accessTokenSeconds: number,
): ResourceServers {
  const resourceAt = (url: string) => resources(url).find((each) => each.url === url);
  return {
    find: (url) => {
      const resource = resourceAt(url);
      if (resource === undefined) throw new Refusal('invalid_target', 'resource is not served here');
      return {
        scope: scopeNames(resource).join(' '),
        audience: resource.url,
        accessTokenTTL: accessTokenSeconds,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: SIGNING_ALGORITHM, kid } },
      };
    },
    serves: (url, tenant) => {
      const resource = resourceAt(url);
      return resource !== undefined && isServed(resource, tenant);
    },
    main: () => resources()[0].url,
  };
}

export function scopeNames({ scopes }: ProtectedResource): string[] {
  return scopes.map(({ name }) => name);
}
