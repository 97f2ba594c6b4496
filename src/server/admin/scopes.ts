import type { Config } from '../config/config.ts';
import type { Offer } from '../offer/offer.ts';
import { TOOLSET_SCOPE } from '../routes/ceiling.ts';

/** The scopes that a config knows of without its documents: those that it declares, of toolsets, and of upstreams. */
export function configuredScopes({ auth, toolsets, upstreams, mcpUpstreams }: Config): Set<string> {
  return new Set([
    ...Object.keys(auth.scopes),
    ...Object.keys(toolsets).map((name) => `${TOOLSET_SCOPE}${name}`),
    ...Object.keys({ ...upstreams, ...mcpUpstreams }).flatMap((name) => [`${name}:read`, `${name}:write`]),
  ]);
}

/** Every scope that means something in what is served. */
export function declaredScopes({ config, callables, backing }: Offer): ReadonlySet<string> {
  const declared = configuredScopes(config);
  for (const { tool } of callables) for (const scope of tool.scopes) declared.add(scope);
  for (const { scopes } of backing.upstreams) for (const scope of Object.keys(scopes)) declared.add(scope);
  return declared;
}
