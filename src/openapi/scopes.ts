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

/** What the config says of an operation, and where among an upstream's `tools` it says it. */
export interface SaidScopes {
  readonly require: Required;
  readonly path: readonly (string | number)[];
}

/** A test of the rules, compiled once: what the config says of an operation, if it says anything. */
export function scopeRules(rules: ScopeRules): (operation: Operation) => SaidScopes | undefined {
  if (rules === 'none') return () => ({ require: 'none', path: ['scopes'] });
  const compiled = rules.map(({ require, ...selector }, index) => {
    const isWhole = Object.values(selector).every((value) => value === undefined);
    return { said: { require, path: ['scopes', index] }, fits: isWhole ? () => true : matcher(selector) };
  });
  return (operation) => compiled.find(({ fits }) => fits(operation))?.said;
}

/** The scopes of a tool, and who says so: the config at a place in `tools`, the document, or the method. */
export interface RequiredScopes {
  readonly scopes: string[];
  readonly by: SaidScopes['path'] | 'document' | 'method';
}

/**
 * The scopes of a tool: what the config says; else what the operation itself wants of an OAuth credential; else, where
 * `x-mcp` names none either, `<upstream>:read` or `<upstream>:write` by method. What `x-mcp` names is added in every
 * case: a document can ask for more than its operator, never for less.
 */
export function requiredScopes(
  operation: Operation,
  said: {
    readonly config: SaidScopes | undefined;
    readonly extension: readonly string[];
    readonly own: readonly string[];
    readonly upstream: string;
  },
): RequiredScopes {
  const { config, extension, own, upstream } = said;
  if (config !== undefined) {
    const wanted = config.require === 'none' ? [] : config.require;
    return { scopes: [...new Set([...wanted, ...extension])], by: config.path };
  }
  const declared = [...new Set([...own, ...extension])];
  if (declared.length > 0) return { scopes: declared, by: 'document' };
  return { scopes: [`${upstream}:${isSafe(operation.method) ? 'read' : 'write'}`], by: 'method' };
}
