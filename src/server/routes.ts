/** What a path leads to. */
export type Route =
  | { readonly kind: 'mcp'; readonly methods: string }
  | { readonly kind: 'sse' | 'messages'; readonly methods: string }
  | { readonly kind: 'health' | 'ready'; readonly methods: string };

/**
 * Every path that is served, byte for byte; anything else is not. There is no decoding, no folding of case or
 * slashes and no redirect: two spellings that some proxy thinks equal never reach different checks here.
 *
 * @param path of the endpoint, such as `/mcp`; the spelling with a slash at the end is served too, because clients
 *   lose their credential on a redirect.
 */
export function createRoutes(path: string, sse2024: boolean): ReadonlyMap<string, Route> {
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
  return routes;
}
