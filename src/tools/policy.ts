import { PosternError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import { linkServes } from '../core/links.ts';
import { holds, isOfOAuth, type Principal } from '../core/principal.ts';
import { includesScope } from '../core/scope.ts';
import type { Tool } from '../core/tool.ts';
import type { Callable } from './callable.ts';

type Reachable = Pick<Callable, 'tool' | 'closedTo' | 'operation' | 'standIn'>;

/**
 * Whether a tool is listed for a principal. Keys and links see what they may call and nothing else; who came through
 * an authorization server sees what it could still be granted too, so that a client knows what to ask for.
 */
export function sees(principal: Principal, callable: Reachable): boolean {
  const { tool } = callable;
  if (isKeptFrom(principal, callable)) return false;
  return holds(principal, tool.scopes) || tool.scopes.every((scope) => isWithinReach(principal, scope));
}

/** Whether a tool does not exist for a principal, whatever scopes it has or could have. */
function isKeptFrom({ tenant, link }: Principal, callable: Reachable): boolean {
  if (callable.closedTo?.(tenant) === true) return true;
  return link !== undefined && callable.standIn !== true && !linkServes(link, callable);
}

function isWithinReach({ scopes, grantable }: Principal, scope: string): boolean {
  return includesScope(scopes, scope) || (grantable !== undefined && includesScope(grantable, scope));
}

/**
 * One string for all principals who are shown the same.
 * @param scopes every scope that some tool requires, in a fixed order.
 */
export function sightOf(principal: Principal, scopes: readonly string[]): string {
  const seen = principal.scopes.has('*') ? '*' : scopes.filter((scope) => isWithinReach(principal, scope)).join(' ');
  if (principal.link !== undefined) return `link ${principal.link.sight} ${seen}`;
  return isOfOAuth(principal) ? `oauth ${seen}` : seen;
}

/**
 * What a tool takes, for clients that ask for scopes tool by tool (OpenAI Apps SDK, `securitySchemes`): nothing for who
 * could not ask.
 */
export function securitySchemesFor(principal: Principal, tool: Tool): Json | undefined {
  if (!isOfOAuth(principal)) return undefined;
  return [tool.scopes.length === 0 ? { type: 'oauth2' } : { type: 'oauth2', scopes: [...tool.scopes] }];
}

/**
 * Whether a principal may call a tool at all, checked on every call: being listed proves nothing.
 * @throws PosternError `unknown_tool` for one that the caller's tenant or link is not to have; `insufficient_scope`,
 *   with every scope the tool requires, so that one step-up is enough (MCP 2026-07-28, basic/authorization#step-up).
 */
export function authorise(principal: Principal, callable: Reachable): void {
  const { tool } = callable;
  if (isKeptFrom(principal, callable)) throw unknownTool(tool.name);
  if (holds(principal, tool.scopes)) return;
  throw new PosternError('insufficient_scope', {
    message: `${tool.name} requires the scope ${tool.scopes.join(' ')}.`,
    data: { requiredScopes: [...tool.scopes] },
  });
}

/** Repeats only what could be the name of a tool: a client may send anything in its place, a credential too. */
export function unknownTool(name: string): PosternError {
  return new PosternError('unknown_tool', /^[\w.-]{1,64}$/.test(name) ? { message: `Unknown tool: ${name}` } : {});
}
