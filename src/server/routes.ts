/** What needs no credential. */
export interface OpenRoute {
  readonly kind: 'health' | 'ready' | 'well-known';
  /** The HTTP methods it takes, such as `GET, HEAD`. */
  readonly methods: string;
}

/** What only a caller may use. */
export interface CallerRoute {
  readonly kind: 'mcp' | 'sse' | 'messages';
  readonly methods: string;
}

/** What a path leads to. */
export type Route = OpenRoute | CallerRoute;

export function isOpen(route: Route): route is OpenRoute {
  return route.kind === 'health' || route.kind === 'ready' || route.kind === 'well-known';
}

/** @returns what a path leads to, or nothing. */
export type Routes = (path: string) => Route | undefined;

/** Where public documents live (RFC 8615): pages of any origin may ask, and learn that one is not there. */
const WELL_KNOWN_PREFIX = '/.well-known/';
const WELL_KNOWN: Route = { kind: 'well-known', methods: 'GET, HEAD' };

/**
 * Every path that is served, byte for byte; anything else is not. There is no decoding, no folding of case or
 * slashes and no redirect: two spellings that some proxy thinks equal never reach different checks here.
 *
 * @param path of the endpoint, such as `/mcp`; the spelling with a slash at the end is served too, because clients
 *   lose their credential on a redirect.
 */
export function createRoutes(path: string, sse2024: boolean): Routes {
  const mcp: Route = { kind: 'mcp', methods: 'GET, POST, DELETE' };
  const routes = new Map<string, Route>([
    [path, mcp],
    [`${path}/`, mcp],
    ['/healthz', { kind: 'health', methods: 'GET, HEAD' }],
    ['/readyz', { kind: 'ready', methods: 'GET, HEAD' }],
  ]);
  if (sse2024) {
    routes.set('/sse', { kind: 'sse', methods: 'GET' });
    routes.set('/messages', { kind: 'messages', methods: 'POST' });
  }
  return (path) => routes.get(path) ?? (path.startsWith(WELL_KNOWN_PREFIX) ? WELL_KNOWN : undefined);
}
