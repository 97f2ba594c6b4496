/** Every scope there is; only `--dev` and `auth: 'none'` give it. */
const EVERY = '*';

/**
 * Whether `held` holds a scope: by its name, or by a wildcard at the end of a name, `tickets:*` for `tickets:read` and
 * `tickets:comments:read` (not for `tickets`).
 */
export function includesScope(held: ReadonlySet<string>, scope: string): boolean {
  if (held.has(scope) || held.has(EVERY)) return true;
  for (let colon = scope.lastIndexOf(':'); colon > 0; colon = scope.lastIndexOf(':', colon - 1)) {
    if (held.has(`${scope.slice(0, colon)}:*`)) return true;
  }
  return false;
}

/** Of `scopes`, those that a scope or wildcard stands for. */
export function scopesOf(holder: string, scopes: Iterable<string>): string[] {
  const held = new Set([holder]);
  return [...scopes].filter((scope) => includesScope(held, scope));
}
