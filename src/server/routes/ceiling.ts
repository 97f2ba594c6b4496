import type { Principal } from '../../core/principal.ts';
import { includesScope } from '../../core/scope.ts';

/** The scopes that begin so name a toolset: who holds one or more sees the tools of these toolsets alone. */
export const TOOLSET_SCOPE = 'toolset:';

/**
 * Takes from callers what they may not do at an endpoint, whatever their credentials say.
 * @param ceiling the most that anybody may do there; everything without it.
 */
export function confine(ceiling: ReadonlySet<string> | undefined): (principal: Principal) => Principal {
  if (ceiling === undefined) return (principal) => principal;
  // A principal is one object for as long as its token is known.
  const known = new WeakMap<Principal, Principal>();
  return (principal) => {
    const confined = known.get(principal) ?? under(principal, ceiling);
    known.set(principal, confined);
    return confined;
  };
}

function under(principal: Principal, ceiling: ReadonlySet<string>): Principal {
  const { scopes, grantable } = principal;
  // These take away, so that without them there would be more.
  const narrowing = [...scopes].filter((scope) => scope.startsWith(TOOLSET_SCOPE));
  return {
    ...principal,
    scopes: new Set([...inBoth(scopes, ceiling), ...narrowing]),
    ...(grantable === undefined ? {} : { grantable: inBoth(grantable, ceiling) }),
  };
}

/** What both have, by name or by a wildcard. */
function inBoth(some: ReadonlySet<string>, others: ReadonlySet<string>): ReadonlySet<string> {
  const ofSome = [...some].filter((scope) => includesScope(others, scope));
  return new Set([...ofSome, ...[...others].filter((scope) => includesScope(some, scope))]);
}
