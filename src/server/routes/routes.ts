import { LINK_PREFIX } from '../../links/token.ts';
import type { Endpoint } from './endpoints.ts';

/** What needs no credential. */
export interface OpenRoute {
  readonly kind: 'health' | 'ready' | 'well-known';
  /** The HTTP methods it takes, such as `GET, HEAD`. */
  readonly methods: string;
  /** The JSON that is there, of a public document; a function where it changes while it is served. */
  readonly document?: string | (() => string | undefined);
}

/** What only a caller may use. */
export interface CallerRoute {
  readonly kind: 'mcp' | 'sse' | 'messages';
  readonly methods: string;
  /** Whose tools are reached here: what a challenge and the metadata of the resource are about. */
  readonly endpoint: Endpoint;
  /** What may be the token of a link: it says who calls, and nothing else does. */
  readonly link?: string;
}

/** What a path leads to. */
export type Route = OpenRoute | CallerRoute;

export function isOpen(route: Route): route is OpenRoute {
  return route.kind === 'health' || route.kind === 'ready' || route.kind === 'well-known';
}

/**
 * @param host the header of that name. Default: the main host.
 * @returns what a path leads to, or nothing.
 */
export type Routes = (path: string, host?: string) => Route | undefined;

/** Where public documents live (RFC 8615): pages of any origin may ask, and learn that one is not there. */
const WELL_KNOWN_PREFIX = '/.well-known/';
const WELL_KNOWN: OpenRoute = { kind: 'well-known', methods: 'GET, HEAD' };

/**
 * Every path that is served, byte for byte; anything else is not. There is no decoding, no folding of case or
 * slashes and no redirect: two spellings that some proxy thinks equal never reach different checks here.
 *
 * @param endpoints each served at its path and at the spelling with a slash at the end too, because clients lose
 *   their credential on a redirect.
 * @param sse2024 serves the first of them over HTTP+SSE as well.
 * @param documents public documents besides those of the endpoints, by their paths.
 */
export function createRoutes(
  endpoints: readonly [Endpoint, ...Endpoint[]],
  sse2024: boolean,
  documents: { readonly [path: string]: () => string | undefined } = {},
): Routes {
  const routes = routeTable(endpoints, sse2024, documents);
  return (path) => routes.get(path) ?? (path.startsWith(WELL_KNOWN_PREFIX) ? WELL_KNOWN : undefined);
}

/** What {@link createRoutes} serves, by path. */
export function routeTable(
  endpoints: readonly [Endpoint, ...Endpoint[]],
  sse2024: boolean,
  documents: { readonly [path: string]: () => string | undefined } = {},
): ReadonlyMap<string, Route> {
  const routes = new Map<string, Route>([
    ['/healthz', { kind: 'health', methods: 'GET, HEAD' }],
    ['/readyz', { kind: 'ready', methods: 'GET, HEAD' }],
  ]);
  for (const endpoint of endpoints) {
    const mcp: Route = { kind: 'mcp', methods: 'GET, POST, DELETE', endpoint };
    routes.set(endpoint.path, mcp);
    routes.set(`${endpoint.path}/`, mcp);
  }
  for (const { resource } of endpoints) {
    for (const path of resource?.paths ?? []) routes.set(path, { ...WELL_KNOWN, document: resource?.document });
  }
  for (const [path, document] of Object.entries(documents)) routes.set(path, { ...WELL_KNOWN, document });
  if (sse2024) {
    const [endpoint] = endpoints;
    routes.set('/sse', { kind: 'sse', methods: 'GET', endpoint });
    routes.set('/messages', { kind: 'messages', methods: 'POST', endpoint });
  }
  return routes;
}

/** A stream that is opened by itself has nothing to wait for there, and browsers and previews ask with GET and HEAD. */
const LINK_METHODS = 'POST, DELETE';

/** The same, and behind the path of every endpoint one segment more: the token of a link. */
export function withLinks(routes: Routes): Routes {
  return (path, host) => {
    const at = path.lastIndexOf('/');
    if (!path.startsWith(LINK_PREFIX, at + 1) || path[at - 1] === '/') return routes(path, host);
    const route = routes(path.slice(0, at), host);
    if (route?.kind !== 'mcp') return routes(path, host);
    return { ...route, methods: LINK_METHODS, link: path.slice(at + 1) };
  };
}
