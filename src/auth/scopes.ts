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
        const nearest = nearestName(scope, Object.keys(declared));
        return `${what} requires undeclared scope ${scope}${nearest === undefined ? '' : `; nearest: ${nearest}`}`;
      }),
  );
}

/** The name fewest edits away (the first of several), or nothing when more than half of it would have to change. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Math.floor(name.length / 2) + 1;
  for (const candidate of names) {
    const distance = editDistance(name, candidate);
    if (distance < least) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

/** Levenshtein's: insertions, deletions and substitutions. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
