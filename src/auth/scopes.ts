import { nearest } from '../lib/nearest.ts';

/** Every scope, with a sentence that says what it allows. */
export type DeclaredScopes = { readonly [name: string]: string };

/** Something that requires scopes, as it should be called in a message: `the tool close_ticket`. */
export interface ScopeUser {
  readonly what: string;
  readonly scopes: readonly string[];
}

/** A scope-token (RFC 6749 §3.3). */
export function isScopeName(name: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/.test(name);
}

/**
 * What is wrong with the scopes that are required: one message for each undeclared scope of each user, naming the
 * declared one that was probably meant. Empty when all is well.
 */
export function undeclaredScopes(declared: DeclaredScopes, users: readonly ScopeUser[]): string[] {
  return users.flatMap(({ what, scopes }) =>
    scopes
      .filter((scope) => !Object.hasOwn(declared, scope))
      .map((scope) => {
        const meant = nearest(scope, Object.keys(declared));
        return `${what} requires undeclared scope ${scope}${meant === undefined ? '' : `; nearest: ${meant}`}`;
      }),
  );
}
