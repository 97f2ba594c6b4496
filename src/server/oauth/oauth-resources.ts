import { includesScope, scopesOf } from '../../core/scope.ts';
import type { ProtectedResource, ProtectedResources, ScopeInfo } from '../../oauth/contracts.ts';
import type { Callable } from '../../tools/callable.ts';
import type { Config } from '../config/config.ts';
import type { Offer } from '../offer/offer.ts';
import type { Endpoint } from '../routes/endpoints.ts';
import type { Site } from '../routes/site.ts';

/** What is granted where no tool requires a scope: that the user's tools may be called at all. */
const ANY_TOOL: ScopeInfo = { name: 'mcp', description: undefined, tools: [] };

type Resources = readonly [ProtectedResource, ...ProtectedResource[]];

/** The endpoints of what is served as OAuth sees them: what can be granted there, and which tools that opens. */
export interface OAuthResources {
  /** Those of the main host, with those of tenants' paths that are asked for. */
  readonly main: ProtectedResources;
  /** Those of a tenant's host. */
  of(site: Site): ProtectedResources;
}

/** @param offer what is served now. What follows from it is made once. */
export function createOAuthResources(offer: () => Offer): OAuthResources {
  const made = new WeakMap<Offer, Resources>();
  const listed = (): Resources => {
    const now = offer();
    const known = made.get(now) ?? oauthResources(now);
    made.set(now, known);
    return known;
  };
  return {
    main: (...asked) => {
      const [main, ...others] = listed();
      return [main, ...others, ...asked.flatMap((url) => tenantResource(url, listed(), offer()) ?? [])];
    },
    of: (site) => () => siteResources(site, listed(), offer()),
  };
}

export function oauthResources(offer: Offer): Resources {
  const [main, ...others] = offer.endpoints;
  const make = (endpoint: Endpoint): ProtectedResource => ({
    ...resourceOf(endpoint, toolsOf(endpoint, offer), offer.config),
    elsewhere: offer.sites.elsewhere,
  });
  return [make(main), ...others.map(make)];
}

/** The endpoint of a tenant's path that a URL means, in whatever spelling. */
function tenantResource(url: string, listed: Resources, offer: Offer): ProtectedResource | undefined {
  const { audience } = offer.endpoints[0];
  if (audience === undefined || !URL.canParse(url)) return undefined;
  const { origin, pathname } = new URL(url);
  const site = new URL(audience).origin === origin ? offer.sites.atPath(pathname) : undefined;
  const wanted = origin + pathname.replace(/\/$/, '');
  return site && siteResources(site, listed, offer).find((each) => each.url === wanted);
}

/** What can be granted at the main host, as far as it can be at a site. */
function siteResources(site: Site, [main, ...others]: Resources, offer: Offer): Resources {
  const [first, ...rest] = offer.sites.endpoints(site);
  const make = (endpoint: Endpoint, { scopes, defaultScopes }: ProtectedResource): ProtectedResource => {
    const { tenant: id, name, ceiling } = site;
    const within = (scope: string) => ceiling === undefined || scope === ANY_TOOL.name || includesScope(ceiling, scope);
    const able = scopes.filter((scope) => within(scope.name));
    const all = able.length === 0 ? [ANY_TOOL] : able;
    const usual = defaultScopes.filter(within);
    return {
      url: endpoint.audience ?? endpoint.path,
      scopes: all,
      defaultScopes: usual.length === 0 ? all.map((scope) => scope.name) : usual,
      tenant: { id, name },
    };
  };
  return [make(first, main), ...rest.map((endpoint, index) => make(endpoint, others[index] ?? main))];
}

function toolsOf({ toolset }: Endpoint, { callables, toolsets }: Offer): readonly Callable[] {
  return toolset === undefined ? callables : toolsets.narrow(callables, [[toolset]]);
}

function resourceOf(endpoint: Endpoint, callables: readonly Callable[], { auth }: Config): ProtectedResource {
  const titles = new Map<string, string[]>();
  for (const { tool } of callables) {
    for (const scope of tool.scopes) {
      const known = titles.get(scope) ?? [];
      known.push(tool.title ?? tool.name);
      titles.set(scope, known);
    }
  }
  const required = [...titles.keys()];
  // A scope that holds others can be asked for in their place.
  for (const [scope, held] of Object.entries(auth.implies)) {
    const opened = held.flatMap((each) => scopesOf(each, required)).flatMap((each) => titles.get(each) ?? []);
    if (opened.length > 0) titles.set(scope, [...new Set([...(titles.get(scope) ?? []), ...opened])]);
  }
  const found = [...titles].sort(([a], [b]) => (a < b ? -1 : 1));
  const scopes = found.map(([name, tools]): ScopeInfo => ({ name, description: auth.scopes[name], tools }));
  const all =
    scopes.length === 0 ? [{ ...ANY_TOOL, tools: callables.map(({ tool }) => tool.title ?? tool.name) }] : scopes;
  const first = auth.defaultScopes.filter((name) => titles.has(name));
  return {
    url: endpoint.audience ?? endpoint.path,
    scopes: all,
    defaultScopes: first.length === 0 ? all.map(({ name }) => name) : first,
  };
}
