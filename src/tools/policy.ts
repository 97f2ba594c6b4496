import { PosternError } from '../core/errors.ts';
import { holds, type Principal } from '../core/principal.ts';
import type { Tool } from '../core/tool.ts';

/** Whether a tool is listed for a principal. Keys and links see what they may call and nothing else. */
export function sees(principal: Principal, tool: Tool): boolean {
  return holds(principal, tool.scopes);
}

/**
 * Whether a principal may call a tool at all, checked on every call: being listed proves nothing.
 * @throws PosternError `insufficient_scope`, with every scope the tool requires, so that one step-up is enough
 *   (MCP 2026-07-28, basic/authorization#step-up).
 */
export function authorise(principal: Principal, tool: Tool): void {
  if (holds(principal, tool.scopes)) return;
  throw new PosternError('insufficient_scope', {
    message: `${tool.name} requires the scope ${tool.scopes.join(' ')}.`,
    data: { requiredScopes: [...tool.scopes] },
  });
}
