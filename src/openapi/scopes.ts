import { isSafe } from './annotations.ts';
import type { Operation } from './document/operations.ts';
import { matcher, type Selector } from './select.ts';

/** The scopes a caller must hold, or `none`: the tool is open to whoever may use the endpoint. */
export type Required = readonly string[] | 'none';

export interface ScopeRule extends Selector {
  readonly require: Required;
}

/** The first rule that fits decides; `none` opens everything. */
export type ScopeRules = readonly ScopeRule[] | 'none';

/** A test of the rules, compiled once: what the config says of an operation, if it says anything. */
export function scopeRules(rules: ScopeRules): (operation: Operation) => Required | undefined {
  if (rules === 'none') return () => 'none';
  const compiled = rules.map(({ require, ...selector }) => {
    const isWhole = Object.values(selector).every((value) => value === undefined);
    return { require, fits: isWhole ? () => true : matcher(selector) };
  });
  return (operation) => compiled.find(({ fits }) => fits(operation))?.require;
}

/**
 * The scopes of a tool: what the config says; else what the operation itself wants of an OAuth credential; else, where
 * `x-mcp` names none either, `<upstream>:read` or `<upstream>:write` by method. What `x-mcp` names is added in every
 * case: a document can ask for more than its operator, never for less.
 */
export function requiredScopes(
  operation: Operation,
  said: {
    readonly config: Required | undefined;
    readonly extension: readonly string[];
    readonly own: readonly string[];
    readonly upstream: string;
  },
): string[] {
  const { config, extension, own, upstream } = said;
  if (config !== undefined) return [...new Set([...(config === 'none' ? [] : config), ...extension])];
  const declared = [...new Set([...own, ...extension])];
  return declared.length > 0 ? declared : [`${upstream}:${isSafe(operation.method) ? 'read' : 'write'}`];
}
