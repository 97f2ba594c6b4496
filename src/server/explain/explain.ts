import { asPosternError, PosternError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { holds, type Principal } from '../../core/principal.ts';
import type { Callable } from '../../tools/callable.ts';
import { type Decision, policyOf } from '../../tools/guards/effects.ts';
import { authorise } from '../../tools/policy.ts';
import type { Offer, View } from '../offer/offer.ts';
import type { Tenancy } from '../offer/tenancy.ts';
import { narrowingOf } from '../offer/toolsets.ts';
import type { Endpoint } from '../routes/endpoints.ts';
import { sitesOf } from '../routes/site.ts';
import { credentialOf } from './credential.ts';

/** What is asked: whether a principal may call a tool. Nothing is called to answer it. */
export interface Question {
  readonly principal: Principal;
  /** The scopes of the credential by the names it has them, before `auth.implies`. */
  readonly named: readonly string[];
  readonly tool: string;
  /** Checked too where they are given. */
  readonly args?: JsonObject;
}

/** What a server is put together from, as far as it decides who may call what. */
export interface ExplainedServer {
  readonly offer: Offer;
  readonly tenancy: Tenancy;
}

/**
 * What would come of a call: it is made, made once a person has agreed, only told, or refused with a code of
 * core/errors.ts.
 */
export type Outcome =
  | 'may_call'
  | 'must_confirm'
  | 'dry_run'
  | 'unknown_tool'
  | 'insufficient_scope'
  | 'invalid_token'
  | 'invalid_arguments'
  | 'forbidden'
  | 'upstream_error';

export interface Verdict {
  readonly outcome: Outcome;
  /** Why it is refused. */
  readonly why?: string;
  /** The scopes that are missing. */
  readonly missing?: readonly string[];
  /** What the rules of the config say, where it came to that. */
  readonly policy?: Decision;
  /** The arguments as they were checked, with what is filled in. */
  readonly args?: JsonObject;
}

/** Where a verdict is about, and what there is. */
export interface Reached {
  readonly endpoint: Endpoint;
  readonly verdict: Verdict;
  /** Who calls there: with no more scopes than may be used there. */
  readonly principal: Principal;
  /** What they are served there, where they are served anything. */
  readonly view?: View;
  readonly callable?: Callable;
}

/** Every endpoint of a server, that of `server.path` first, those of tenants' own sites last. */
export function endpointsOf({ config, endpoints, sites }: Offer): readonly Endpoint[] {
  return [...endpoints, ...sitesOf(config).flatMap((site) => [...sites.endpoints(site)])];
}

/** The URL of an endpoint, where it has one, else its path. */
export function nameOf({ audience, path }: Endpoint): string {
  return audience ?? path;
}

/**
 * What an endpoint answers: the steps of `server/pipeline.ts` and `calls/call.ts`, in their order, up to the call to the
 * upstream.
 */
export async function reach(
  { offer, tenancy }: ExplainedServer,
  endpoint: Endpoint,
  question: Question,
): Promise<Reached> {
  const found: { view?: View; callable?: Callable } = {};
  const principal = endpoint.confine(question.principal);
  const told = (verdict: Verdict): Reached => ({ endpoint, principal, ...found, verdict });
  if (endpoint.admits?.(principal.tenant) === false) {
    return told({ outcome: 'invalid_token', why: 'credentials of this tenant do not count there' });
  }
  try {
    found.view = offer.view(endpoint, narrowingOf(endpoint, principal, '', offer.toolsets));
    const callable = found.view.catalog.find(question.tool);
    found.callable = callable;
    authorise(principal, callable);
    const checked = question.args === undefined ? undefined : await callable.check(question.args, principal);
    if (checked !== undefined && 'problems' in checked) return told(misfit(checked.problems));
    const args = checked?.args;
    const policy = policyFor(offer, callable, principal.tenant);
    if (policy.effect === 'dryRun') return told({ outcome: 'dry_run', policy, args });
    if (policy.effect === 'ask') return told({ outcome: 'must_confirm', policy, args });
    if (isUntied(offer, callable) && !tenancy.admits(principal.tenant)) throw notForTwo();
    const credential = await credentialOf(offer, callable.tool, principal);
    if (credential.refused !== undefined) throw credential.refused;
    return told({ outcome: 'may_call', policy, args });
  } catch (thrown) {
    return told(refusal(asPosternError(thrown), found.callable, principal));
  }
}

/** What the rules say. The tools that stand for others have none: their calls are calls of those. */
export function policyFor({ callables, config }: Offer, callable: Callable, tenant: string): Decision {
  return callables.includes(callable) ? policyOf(config.policies, callable.tool).for(tenant) : { effect: 'allow' };
}

/** Whether nothing in the config tells callers of a tool apart, and the API cannot either. */
export function isUntied({ backing }: Offer, { tool }: Callable): boolean {
  return [...backing.upstreams, ...backing.mcpUpstreams].some(
    ({ name, untied }) => name === tool.upstream && untied.includes(tool.name),
  );
}

function notForTwo(): PosternError {
  return new PosternError('forbidden', { message: 'its one credential is for callers of another tenant' });
}

function misfit(problems: readonly { pointer: string; expected: string; received: string }[]): Verdict {
  const all = problems.map(({ pointer, expected, received }) => {
    return `${pointer === '' ? 'arguments' : pointer}: ${expected}, received ${received}`;
  });
  return { outcome: 'invalid_arguments', why: all.join('; ') };
}

function refusal(error: PosternError, callable: Callable | undefined, principal: Principal): Verdict {
  const { code } = error;
  switch (code) {
    case 'insufficient_scope': {
      const missing = (callable?.tool.scopes ?? []).filter((scope) => !holds(principal, [scope]));
      return { outcome: code, missing };
    }
    case 'unknown_tool':
    case 'forbidden':
    case 'invalid_arguments':
    case 'upstream_error':
      return { outcome: code, why: error.message };
    default:
      throw error;
  }
}
