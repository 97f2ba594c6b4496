import { undeclaredScopes } from '../../auth/scopes.ts';
import { ADMIN_READ, ADMIN_WRITE } from '../../core/admin.ts';
import type { Callable } from '../../tools/callable.ts';
import type { Config } from '../config/config.ts';
import { credentialProblems } from '../config/credential-problems.ts';
import { type Problem, StartError } from '../config/problem.ts';
import { mcpScopeUsers } from '../mcp/beside.ts';
import { endpointProblems } from '../routes/endpoints.ts';
import type { LoadedUpstream } from '../upstreams/upstreams.ts';
import { policyProblems } from './policies.ts';
import { quotaProblems } from './quotas.ts';
import { toolsetProblems } from './toolsets.ts';

type Scoped = Pick<LoadedUpstream, 'name' | 'scopes'>;

/**
 * What can only be checked once everything that is served is known.
 * @throws StartError with everything that is wrong.
 */
export function checkOffer(
  config: Config,
  upstreams: readonly Scoped[],
  callables: readonly Callable[],
  others: readonly Problem[] = [],
): void {
  const problems = [
    ...others,
    ...endpointProblems(config),
    ...toolsetProblems(config),
    ...credentialProblems(config),
    ...quotaProblems(config),
    ...clashes(callables),
    ...adminScopes(config, callables),
    // The tools of an MCP server are not known before it answers.
    ...(Object.keys(config.mcpUpstreams).length > 0 ? [] : policyProblems(config, callables)),
    ...(config.auth.none ? [] : undeclared(config, upstreams, callables)),
  ];
  if (problems.length > 0) throw new StartError(problems);
}

/** Names are unique within a document, and nobody but the operator can say what they should be across two. */
function clashes(callables: readonly Callable[]): Problem[] {
  return [...Map.groupBy(callables, ({ tool }) => tool.name)]
    .filter(([, sharing]) => sharing.length > 1)
    .map(([name, sharing]) => ({
      where: `the tool ${name}`,
      found: `one in each of ${sharing.map(({ tool }) => tool.upstream).join(', ')}`,
      wanted: 'a name for each',
      fix: `Rename all but one: upstreams.<upstream>.tools.overrides: { "<operation>": { name: <other>_${name} } }`,
    }));
}

const ADMIN_SCOPES = { [ADMIN_READ]: 'Look at what this server manages.', [ADMIN_WRITE]: 'Change what it manages.' };

/** Who may call a tool is not for that reason who may manage the server. */
function adminScopes({ auth: { admin } }: Config, callables: readonly Callable[]): Problem[] {
  if (!admin.enabled) return [];
  return callables.flatMap(({ tool }) => {
    const scope = tool.scopes.find((each) => Object.hasOwn(ADMIN_SCOPES, each));
    const wanted = 'another scope: auth.admin.enabled makes this one that of the admin API';
    return scope === undefined ? [] : [{ where: `the tool ${tool.name}`, found: `the scope ${scope}`, wanted }];
  });
}

/**
 * A scope is declared once, with a sentence: in `auth.scopes`, by the document's own security schemes, or by being one
 * of the two that every upstream has.
 */
function undeclared(config: Config, upstreams: readonly Scoped[], callables: readonly Callable[]): Problem[] {
  const declared = Object.assign(
    {},
    ...upstreams.map(({ name, scopes }) => ({ ...ownScopes(name), ...scopes })),
    config.auth.scopes,
    config.auth.admin.enabled ? ADMIN_SCOPES : {},
  );
  const users = [
    ...callables.map(({ tool }) => ({ what: `the tool ${tool.name}`, scopes: tool.scopes })),
    ...Object.entries(config.auth.implies).map(([scope, others]) => ({
      what: `auth.implies.${scope}`,
      scopes: [scope, ...others],
    })),
    { what: 'auth.defaultScopes', scopes: config.auth.defaultScopes },
    ...Object.entries(config.tenants).map(([tenant, { scopes = [] }]) => ({
      what: `tenants.${tenant}.scopes`,
      scopes,
    })),
    ...mcpScopeUsers(config.mcpUpstreams),
  ];
  return undeclaredScopes(declared, users).map((found) => ({
    where: 'auth.scopes',
    found,
    wanted: 'every scope declared, with a sentence that says what it allows',
  }));
}

function ownScopes(upstream: string): { readonly [name: string]: string } {
  return { [`${upstream}:read`]: `Read what ${upstream} has.`, [`${upstream}:write`]: `Change what ${upstream} has.` };
}
