import type { AdmitsTenant } from '../../auth/verifier.ts';
import type { Principal } from '../../core/principal.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Config } from '../config/config.ts';
import type { Problem } from '../config/problem.ts';
import { confine } from './ceiling.ts';
import { type ProtectedResource, protectedResource } from './resource-metadata.ts';
import type { Site } from './site.ts';

type EndpointConfig = Config['endpoints'][number];

/** A path under which MCP is spoken, and what is served there. */
export interface Endpoint {
  /** As it is compared: byte for byte, without a slash at the end. */
  readonly path: string;
  /**
   * What tokens for this endpoint are made out to, and its protected-resource metadata is about: its URL (RFC 8707 §2,
   * RFC 9728 §1.2). Two endpoints never share one. Nothing where `server.url` is not known.
   */
  readonly audience: string | undefined;
  /** How clients learn where tokens for it are to be had; nothing where none is accepted. */
  readonly resource: ProtectedResource | undefined;
  /** The toolset it serves; every tool without one. */
  readonly toolset: string | undefined;
  /** What people call this version of it. */
  readonly version: string | undefined;
  /** The site of a tenant that it belongs to, if it does. */
  readonly site: Site | undefined;
  /** Whose credentials count there; everybody's where there is nothing. */
  readonly admits: AdmitsTenant | undefined;
  /** Who calls, with no more scopes than may be used there. */
  confine(principal: Principal): Principal;
  /** What answers say of its end, at a time in milliseconds since the epoch. */
  lifetimeHeaders(now: number): { readonly [name: string]: string };
}

/**
 * The endpoints of a config, that of `server.path` first. Sound only where {@link endpointProblems} finds nothing.
 * @param localIssuers the authorization servers in this process.
 * @param site the tenant whose they are. Default: the main host's, for everybody.
 */
export function createEndpoints(
  config: Config,
  localIssuers: readonly string[] = [],
  site?: Site,
): readonly [Endpoint, ...Endpoint[]] {
  const { server, endpoints } = config;
  const url = site?.origin ?? server.url?.replace(/\/+$/, '');
  const beforePath = site?.path ?? '';
  const admits = site === undefined ? admittedAtMain(config) : (tenant: string) => tenant === site.tenant;
  const make = (given: EndpointConfig): Endpoint => {
    const path = beforePath + given.path;
    const main = given.path === server.path && beforePath === '';
    const audience = url === undefined ? undefined : `${url}${path}`;
    return {
      path,
      audience,
      resource: protectedResource(config, { audience, path, main, ceiling: site?.ceiling }, localIssuers),
      toolset: given.toolset,
      version: given.version,
      ...{ site, admits },
      confine: confine(site?.ceiling),
      lifetimeHeaders: lifetimeOf(given, `${url ?? ''}${beforePath}`),
    };
  };
  const main = endpoints.find(({ path }) => path === server.path) ?? { path: server.path };
  return [make(main), ...endpoints.filter((given) => given !== main).map(make)];
}

/** Nothing where everybody is. */
function admittedAtMain({ tenants }: Config): AdmitsTenant | undefined {
  const elsewhere = new Set(Object.keys(tenants).filter((tenant) => tenants[tenant]?.mainHost === false));
  return elsewhere.size === 0 ? undefined : (tenant) => !elsewhere.has(tenant);
}

const NOTHING: { readonly [name: string]: string } = {};

/**
 * `Deprecation` (RFC 9745 §2), `Sunset` (RFC 8594 §3) and the successor (RFC 5829 §3.5): made once, and sent from the
 * day of deprecation on. What has passed its sunset is served, and says so, until it leaves the config.
 */
function lifetimeOf(given: EndpointConfig, url: string): Endpoint['lifetimeHeaders'] {
  const { deprecated, sunset, successor } = given;
  if (deprecated === undefined && sunset === undefined) return () => NOTHING;
  const from = deprecated === undefined ? Number.NEGATIVE_INFINITY : Date.parse(deprecated);
  const headers = {
    ...(deprecated === undefined ? {} : { deprecation: `@${Math.floor(from / 1000)}` }),
    ...(sunset === undefined ? {} : { sunset: new Date(sunset).toUTCString() }),
    ...(successor === undefined ? {} : { link: `<${url}${successor}>; rel="successor-version"` }),
  };
  return (now) => (now >= from ? headers : NOTHING);
}

/** Paths, and beginnings of paths, that mean something else. Some of it comes with a later version. */
const TAKEN = ['/healthz', '/readyz', '/metrics', '/.well-known', '/oauth', '/connect', '/admin', '/api'];
const TAKEN_BY_SSE = ['/sse', '/messages'];

/** @returns every path, and beginning of a path, that a site may not have. */
export function takenPaths({ server, endpoints }: Config): readonly string[] {
  return [...TAKEN, ...(server.sse2024 ? TAKEN_BY_SSE : []), server.path, ...endpoints.map(({ path }) => path)];
}

/** What is wrong with the paths of a config, and with what they name. */
export function endpointProblems(config: Config): Problem[] {
  const { server, endpoints, toolsets } = config;
  const taken = server.sse2024 ? [...TAKEN, ...TAKEN_BY_SSE] : TAKEN;
  const paths = [server.path, ...endpoints.map(({ path }) => path)];
  const problems = endpoints.flatMap(({ path, toolset, successor }, index): Problem[] => {
    const where = `endpoints[${index}]`;
    return [
      ...pathProblems(`${where}.path`, path, taken),
      ...(endpoints.findIndex((other) => other.path === path) < index
        ? [{ where: `${where}.path`, found: `${path}, which another endpoint has`, wanted: 'a path of its own' }]
        : []),
      ...unknown(`${where}.toolset`, toolset, Object.keys(toolsets), 'a toolset of the config'),
      ...unknown(`${where}.successor`, successor, paths, 'the path of an endpoint'),
      ...(successor === path
        ? [{ where: `${where}.successor`, found: 'its own path', wanted: 'the path of another endpoint' }]
        : []),
    ];
  });
  return [...pathProblems('server.path', server.path, taken), ...problems];
}

function pathProblems(where: string, path: string, taken: readonly string[]): Problem[] {
  const clash = taken.find((other) => path === other || path.startsWith(`${other}/`));
  if (clash === undefined) return [];
  return [{ where, found: `${path}, and ${clash} means something else`, wanted: 'another path' }];
}

function unknown(where: string, name: string | undefined, known: readonly string[], wanted: string): Problem[] {
  if (name === undefined || known.includes(name)) return [];
  const meant = nearest(name, known);
  const found = `${name}, which is none`;
  return [{ where, found, wanted: meant === undefined ? wanted : `${wanted}; ${meant}, perhaps` }];
}
