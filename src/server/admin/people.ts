import type { Verifier } from '../../auth/verifier.ts';
import { ADMIN_READ, ADMIN_WRITE, type AdminRights } from '../../core/admin.ts';
import type { Principal } from '../../core/principal.ts';

const EVERY_ADMIN = 'admin:*';

/**
 * People at the admin API: those with a token that says so. Who grants it decides who may.
 *
 * @param tokens of issuers that say who is an admin.
 * @param operatorScope makes an operator of who has it.
 */
export function createPeople(tokens: Verifier, operatorScope: string | undefined): Verifier {
  // A principal is one object for as long as its token is known.
  const known = new WeakMap<Principal, Principal>();
  const admitted = (principal: Principal): Principal => {
    const rights = rightsOf(principal, operatorScope);
    if (rights === undefined) return principal;
    const person = known.get(principal) ?? { ...principal, admin: rights, scopes: scopesOf(rights) };
    known.set(principal, person);
    return person;
  };
  return {
    bearerOnly: true,
    verify: (token, address, endpoint) => {
      const verdict = tokens.verify(token, address, endpoint);
      if (verdict instanceof Promise) return verdict.then((found) => (found === 'not-mine' ? found : admitted(found)));
      return verdict === 'not-mine' ? verdict : admitted(verdict);
    },
  };
}

function rightsOf({ scopes, tenant }: Principal, operatorScope: string | undefined): AdminRights | undefined {
  if (operatorScope !== undefined && scopes.has(operatorScope)) return { role: 'operator', tenant: null };
  if (grants(scopes, ADMIN_WRITE)) return { role: 'admin', tenant };
  return grants(scopes, ADMIN_READ) ? { role: 'auditor', tenant } : undefined;
}

/** Every scope of tools (`*`) is none of this: who wrote that did not think of administrators. */
function grants(scopes: ReadonlySet<string>, scope: string): boolean {
  return scopes.has(scope) || scopes.has(EVERY_ADMIN);
}

function scopesOf({ role }: AdminRights): ReadonlySet<string> {
  return new Set(role === 'auditor' ? [ADMIN_READ] : [ADMIN_READ, ADMIN_WRITE]);
}
