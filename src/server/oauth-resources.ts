import { scopesOf } from '../core/scope.ts';
import type { ProtectedResource, ScopeInfo } from '../oauth/contracts.ts';
import type { Callable } from '../tools/callable.ts';
import type { Config } from './config.ts';
import type { Endpoint } from './endpoints.ts';
import type { Offer } from './offer.ts';

/** What is granted where no tool requires a scope: that the user's tools may be called at all. */
const ANY_TOOL: ScopeInfo = { name: 'mcp', description: undefined, tools: [] };

/** The endpoints of an offer as OAuth sees them: what can be granted there, and which tools that opens. */
export function oauthResources(offer: Offer): readonly [ProtectedResource, ...ProtectedResource[]] {
  const [main, ...others] = offer.endpoints;
  const make = (endpoint: Endpoint) => resourceOf(endpoint, toolsOf(endpoint, offer), offer.config);
  return [make(main), ...others.map(make)];
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
