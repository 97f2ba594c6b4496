import { portless } from '../../http/guard.ts';
import { Lru } from '../../lib/lru.ts';
import type { Config } from '../config/config.ts';
import { createEndpoints, type Endpoint } from './endpoints.ts';
import { createRoutes, type Routes } from './routes.ts';
import { hostOf, type Site, sitesOf } from './site.ts';

/** What a tenant's own site serves. */
interface Served {
  readonly endpoints: readonly [Endpoint, ...Endpoint[]];
  readonly routes: Routes;
}

/** The sites of tenants. Which there are is known from the config alone: no header and no path makes one. */
export interface Sites {
  /** Their hosts, with the port where there is one. */
  readonly hosts: readonly string[];
  /** @param host as a request has it. */
  atHost(host: string): Site | undefined;
  atOrigin(origin: string): Site | undefined;
  /** The site of what a path of the main host leads to, if that is a tenant's. */
  atPath(path: string): Site | undefined;
  /** Where a tenant is served that is not served at the endpoints of the main host. */
  elsewhere(tenant: string): string | undefined;
  /** That of `server.path` first. */
  endpoints(site: Site): readonly [Endpoint, ...Endpoint[]];
  /** What is served at each host and path, those of nobody's site among them. */
  route(main: Routes): Routes;
}

/** So many sites have their tables at hand. One more is made again, in microseconds. */
const KEPT = 1_000;

/**
 * Costs a map, however many there are: what a site serves is made at its first request.
 * @param localIssuers the authorization servers in this process, on the main host.
 */
export function createSites(config: Config, localIssuers: readonly string[]): Sites {
  const { server, auth } = config;
  const all = sitesOf(config);
  const byOrigin = new Map(all.flatMap((site) => (site.origin === undefined ? [] : [[site.origin, site]])));
  const byHost = new Map([...byOrigin].map(([origin, site]) => [hostOf(origin), site]));
  const byPath = new Map(all.flatMap((site) => (site.path === '' ? [] : [[site.path, site]])));
  const byTenant = new Map(all.map((site) => [site.tenant, site]));
  const deepest = Math.max(0, ...[...byPath.keys()].map((path) => path.split('/').length - 1));
  const main = auth.facade === undefined || server.url === undefined ? undefined : new URL(server.url);
  const base = server.url === undefined ? '' : new URL(server.url).pathname.replace(/\/$/, '');
  const kept = new Lru<Site, Served>({ max: KEPT });

  const atHost = (host: string): Site | undefined => {
    const asked = host.toLowerCase();
    return byHost.get(asked) ?? byHost.get(portless(asked));
  };
  const atPath = (asked: string): Site | undefined => {
    const path = resourceOf(asked, base);
    let end = 0;
    for (let depth = 0; depth < deepest && end !== -1; depth++) {
      end = path.indexOf('/', end + 1);
      const site = byPath.get(end === -1 ? path : path.slice(0, end));
      if (site !== undefined) return site;
    }
    return undefined;
  };
  const served = (site: Site): Served => {
    const known = kept.get(site);
    if (known !== undefined) return known;
    const { origin } = site;
    const issuers = localIssuers.map((issuer) => (issuer === main?.origin ? (origin ?? issuer) : issuer));
    const endpoints = createEndpoints(config, issuers, site);
    const made = { endpoints, routes: createRoutes(endpoints, origin !== undefined && server.sse2024) };
    kept.set(site, made);
    return made;
  };

  return {
    hosts: [...byHost.keys()],
    atHost,
    atOrigin: (origin) => byOrigin.get(origin),
    atPath,
    elsewhere: (tenant) => {
      const site = byTenant.get(tenant);
      if (site === undefined || site.config.mainHost) return undefined;
      const [{ audience, path }] = served(site).endpoints;
      return audience ?? path;
    },
    endpoints: (site) => served(site).endpoints,
    route: (routes) => {
      if (all.length === 0) return routes;
      return (path, host = '') => {
        const site = atHost(host) ?? atPath(path);
        return site === undefined ? routes(path) : served(site).routes(path);
      };
    },
  };
}

const METADATA = /^\/\.well-known\/oauth-protected-resource(?=\/)/;

/** The path that a document is about (RFC 9728 §3.1), and any other as it is; both with the path of `server.url` or not. */
function resourceOf(path: string, base: string): string {
  const about = path.replace(METADATA, '');
  return base !== '' && about.startsWith(`${base}/`) ? about.slice(base.length) : about;
}
