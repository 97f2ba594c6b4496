import { widen } from '../../auth/scopes.ts';
import type { Config } from '../config/config.ts';
import type { TenantConfig } from '../config/tenants.ts';

/** Where one tenant is served and nobody else: at a host of its own, or below a path of the main one. */
export interface Site {
  readonly tenant: string;
  /** What its users are told it is called. */
  readonly name: string;
  /** `https://acme.mcp.example.com`; nothing for a path. */
  readonly origin: string | undefined;
  /** What stands before the paths of endpoints: `/t/acme`, or nothing for a host. */
  readonly path: string;
  /** The most that any credential may do there. Without it, what it may do elsewhere. */
  readonly ceiling: ReadonlySet<string> | undefined;
  /** What it was made of: the same object as long as the config is the same. */
  readonly config: TenantConfig;
}

/** The host of an origin, with the port where there is one: nothing is parsed, as there may be thousands. */
export function hostOf(origin: string): string {
  return origin.slice(origin.indexOf('//') + 2);
}

/** The tenants of a config that have a site. */
export function sitesOf({ tenants, auth }: Config): Site[] {
  return Object.entries(tenants).flatMap(([tenant, config]): Site[] => {
    const { name = tenant, url: origin, path = '', scopes } = config;
    if (origin === undefined && path === '') return [];
    const ceiling = scopes === undefined ? undefined : widen(scopes, auth.implies);
    return [{ tenant, name, origin, path, ceiling, config }];
  });
}
