import { scopesOf } from '../core/scope.ts';
import { nearest } from '../lib/nearest.ts';

/** Every scope, with a sentence that says what it allows. */
export type DeclaredScopes = { readonly [name: string]: string };

/** Something that requires scopes, as it should be called in a message: `the tool close_ticket`. */
export interface ScopeUser {
  readonly what: string;
  readonly scopes: readonly string[];
}

/** For each scope that holds others too: which (MCP 2026-07-28, basic/authorization: hierarchies of scopes). */
export type Implications = { readonly [scope: string]: readonly string[] };

export const NO_IMPLICATIONS: Implications = {};

/** Scopes, with all that they hold, and all that those hold. */
export function widen(scopes: Iterable<string>, implications: Implications): ReadonlySet<string> {
  const held = new Set(scopes);
  // What is added while it is walked is walked too.
  for (const scope of held) {
    if (Object.hasOwn(implications, scope)) for (const implied of implications[scope] ?? []) held.add(implied);
  }
  return held;
}

/** A scope-token (RFC 6749 §3.3). */
export function isScopeName(name: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(name);
}

/**
 * What is wrong with the scopes that are required: one message for each undeclared scope, naming the first who requires
 * it and the declared one that was probably meant. Empty when all is well.
 */
export function undeclaredScopes(declared: DeclaredScopes, users: readonly ScopeUser[]): string[] {
  const byScope = Map.groupBy(
    users.flatMap(({ what, scopes }) => scopes.map((scope) => ({ what, scope }))),
    ({ scope }) => scope,
  );
  return [...byScope]
    .filter(([scope]) => scopesOf(scope, Object.keys(declared)).length === 0)
    .map(([scope, [first, ...others]]) => {
      const meant = nearest(scope, Object.keys(declared));
      const more = others.length === 0 ? '' : `, and so do ${others.length} more`;
      return `${first?.what} requires undeclared scope ${scope}${more}${meant === undefined ? '' : `; nearest: ${meant}`}`;
    });
}
