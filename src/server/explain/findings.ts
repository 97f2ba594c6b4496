import { type Implications, widen } from '../../auth/scopes.ts';
import { PosternError } from '../../core/errors.ts';
import { isOfOAuth, type Principal } from '../../core/principal.ts';
import { includesScope } from '../../core/scope.ts';
import type { Tool } from '../../core/tool.ts';
import { matcher } from '../../openapi/select.ts';
import { countedFor } from '../../quota/rules.ts';
import type { Callable } from '../../tools/callable.ts';
import { fillingOf } from '../../tools/guards/bound.ts';
import { kindOf } from '../../tools/guards/effects.ts';
import { spell } from '../config/problems.ts';
import type { Offer } from '../offer/offer.ts';
import { compileQuotas } from '../offer/quotas.ts';
import { subjectOf } from '../upstreams/operations.ts';
import { guardsOf } from './credential.ts';
import { type ExplainedServer, nameOf, policyFor, type Question, type Reached } from './explain.ts';
import type { Finding } from './finding.ts';

/** The operation of a document behind a tool, if it is one's. */
function operationOf({ backing }: Offer, { upstream, name }: Tool) {
  return backing.upstreams.find((each) => each.name === upstream)?.tools.find(({ tool }) => tool.name === name);
}

/** What it is, and why it is there. */
export function toolFindings({ offer }: ExplainedServer, { tool }: Callable): Finding[] {
  const { upstream, annotations, tags } = tool;
  const operation = operationOf(offer, tool);
  const what = operation === undefined ? `a tool of ${upstream}` : `${operation.operation} of ${upstream}`;
  const hints = Object.entries(annotations).map(([name, value]) => `${name} ${value}`);
  const about = [KINDS[kindOf(tool)], ...(tags.length > 0 ? [`tags ${tags.join(', ')}`] : [])].join('; ');
  return [
    { about: 'tool', says: `${what}: ${about}`, where: chosenAt(offer, tool) },
    ...(hints.length > 0 ? [{ about: 'annotations', says: hints.join(', ') }] : []),
  ];
}

const KINDS = { read: 'it reads', write: 'it writes', destructive: 'it may destroy' } as const;

/** The selector that takes it in, where there are any. */
function chosenAt(offer: Offer, tool: Tool): string | undefined {
  const config = offer.config.upstreams[tool.upstream];
  const operation = operationOf(offer, tool);
  if (config === undefined || operation === undefined) return spell(['upstreams', tool.upstream]);
  const index = config.tools.include.findIndex((selector) => matcher(selector)(subjectOf(operation)));
  return spell(['upstreams', tool.upstream, ...(index === -1 ? [] : ['tools', 'include', index])]);
}

/** Where it is served, and how it is found there. */
export function endpointFindings(all: readonly Reached[], { tool: name }: Question): Finding[] {
  return all.flatMap((reached): Finding[] => {
    const { endpoint, view, callable, principal, verdict } = reached;
    if (view === undefined || callable === undefined) {
      const says = `${nameOf(endpoint)}: not there (${verdict.why ?? verdict.outcome})`;
      return [{ about: 'endpoint', says, where: endpoint.toolset && spell(['toolsets', endpoint.toolset]) }];
    }
    const { upstream } = callable.tool;
    const listed = isListed(view, principal, name);
    const mode = view.mode === 'static' ? undefined : spell(['upstreams', upstream, 'tools', 'mode']);
    const how = listed ? 'listed' : view.mode === 'search' ? 'found by searching, not listed' : 'not listed';
    return [{ about: 'endpoint', says: `${nameOf(endpoint)}: ${how}`, where: mode }];
  });
}

/** Reads the list as a client does. */
function isListed({ catalog }: NonNullable<Reached['view']>, principal: Principal, name: string): boolean {
  let cursor: string | undefined;
  do {
    const { items, nextCursor } = catalog.list(principal, cursor);
    const tools: readonly { readonly name: string }[] = JSON.parse(new TextDecoder().decode(items));
    if (tools.some((tool) => tool.name === name)) return true;
    cursor = nextCursor;
  } while (cursor !== undefined);
  return false;
}

/** Every scope that it takes: who wants it, and how the caller has it. */
export function scopeFindings({ offer }: ExplainedServer, { tool }: Callable, asked: Question, at: Reached): Finding[] {
  const { implies } = offer.config.auth;
  const by = operationOf(offer, tool)?.scopesBy;
  const of = ['upstreams', tool.upstream] as const;
  const where = by === undefined || typeof by === 'string' ? undefined : spell([...of, 'tools', ...by]);
  const who = { document: 'the document says so', method: 'by its method' };
  const because = typeof by === 'string' ? `${who[by]}; ` : '';
  if (tool.scopes.length === 0) return [{ about: 'scopes', says: 'none are required', where }];
  return tool.scopes.map((scope) => {
    const how = holding(scope, { ...asked, principal: at.principal }, implies);
    return { about: 'scope', says: `${scope}: ${because}${how}`, where };
  });
}

function holding(scope: string, { principal, named }: Question, implies: Implications): string {
  if (!includesScope(principal.scopes, scope)) return missing(scope, principal, named, implies);
  if (named.includes(scope)) return 'held by its name';
  const wildcard = named.find((name) => includesScope(new Set([name]), scope));
  if (wildcard !== undefined) return `held through ${wildcard}`;
  const holder = named.find((name) => includesScope(widen([name], implies), scope));
  return `held through ${holder}, which holds it (auth.implies.${holder})`;
}

function missing(scope: string, principal: Principal, named: readonly string[], implies: Implications): string {
  const elsewhere = includesScope(widen(named, implies), scope)
    ? 'held, but not to be used at this endpoint'
    : 'missing';
  if (!isOfOAuth(principal)) return elsewhere;
  const { grantable } = principal;
  const reachable = grantable !== undefined && includesScope(grantable, scope);
  return `${elsewhere}; ${reachable ? 'it could still be granted' : 'its issuer cannot grant it'}`;
}

/** What the rules of the operator make of it. */
export function policyFindings({ offer }: ExplainedServer, callable: Callable, { tenant }: Principal): Finding[] {
  const { effect, rule } = policyFor(offer, callable, tenant);
  return [{ about: 'policy', says: EFFECTS[effect], where: rule }];
}

const EFFECTS = {
  allow: 'allowed',
  ask: 'a person is asked before each call',
  deny: 'it does not exist for the tenant',
  dryRun: 'only what it would do is told',
} as const;

/** What the server fills in, whose things are asked about first, and what tells tenants apart. */
export function guardFindings(
  { offer, tenancy }: ExplainedServer,
  { tool }: Callable,
  principal: Principal,
): Finding[] {
  const guards = guardsOf(offer, tool);
  if (guards === undefined) return [];
  const operation = operationOf(offer, tool);
  // Read once: it is made anew whenever it is read.
  const schema = guards.bindings.length > 0 && operation !== undefined ? operation.tool.inputSchema : {};
  const bound = guards.bindings.map((binding): Finding => {
    const name = binding.path.join('.');
    try {
      const value = JSON.stringify(fillingOf(binding, schema)(principal));
      return { about: 'argument', says: `${name} is filled in with ${value}`, where: binding.where };
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      return { about: 'argument', says: `${name} cannot be filled in: ${causeOf(thrown)}`, where: binding.where };
    }
  });
  const { owned } = guards;
  const check: Finding[] =
    owned === undefined
      ? []
      : [
          {
            about: 'ownership',
            says: `${owned.check.operation} is asked first: ${owned.check.expect}`,
            where: owned.where,
          },
        ];
  return [...bound, ...check, tenantFinding(guards.tie, tool, tenancy.admits(principal.tenant))];
}

function causeOf({ message, details }: PosternError): string {
  return details.cause instanceof Error ? details.cause.message : message;
}

function tenantFinding(tie: string | undefined, { upstream }: Tool, admitted: boolean): Finding {
  if (tie !== undefined) return { about: 'tenants', says: 'they are told apart, or need not be', where: tie };
  const where = spell(['upstreams', upstream, 'credential']);
  const says = admitted ? 'not told apart: for callers of one tenant' : 'not told apart: for callers of another tenant';
  return { about: 'tenants', says, where };
}

/** The limits that a call counts towards. */
export function quotaFindings({ offer }: ExplainedServer, { tool }: Callable, principal: Principal): Finding[] {
  const { quotas } = offer.config;
  const { limits, inFlightOf } = compileQuotas(quotas);
  const { tenant } = principal;
  const override = Object.hasOwn(quotas.tenants, tenant) ? quotas.tenants[tenant] : undefined;
  const own = typeof override === 'object' ? override.limits : {};
  const counted = limits.flatMap((limit): Finding[] => {
    const calls = limit.callsOf(tenant);
    if (!limit.covers(tool) || countedFor(limit, principal, tool) === undefined) return [];
    const particular = typeof override === 'string' ? ['tenants', tenant] : ['tenants', tenant, 'limits', limit.name];
    const path = typeof override === 'string' || Object.hasOwn(own, limit.name) ? particular : ['limits', limit.name];
    const window = 'period' in limit.window ? `a ${limit.window.period}` : `${limit.window.seconds} seconds`;
    const many = Number.isFinite(calls) ? `${calls} calls in ${window}` : 'any number of calls';
    return [
      { about: 'quota', says: `${many}, for each ${limit.per.join(' and ')}`, where: spell(['quotas', ...path]) },
    ];
  });
  const { principal: one, tenant: all } = inFlightOf(tenant);
  const atOnce = `at the same time ${numeral(one)} of the principal, ${numeral(all)} of the tenant`;
  return [...counted, { about: 'quota', says: atOnce, where: 'quotas.inFlight' }];
}

function numeral(calls: number): string {
  return Number.isFinite(calls) ? String(calls) : 'any number';
}
