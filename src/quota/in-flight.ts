import type { Principal } from '../core/principal.ts';
import { callerName, type InFlightLimits } from './rules.ts';

/** Who has too many calls under way. */
export interface Crowded {
  readonly of: 'principal' | 'tenant';
  readonly limit: number;
}

/** How many calls are under way in this process. Of what is at zero little is remembered, so nothing here grows. */
export class InFlight {
  readonly #principals = new Map<string, number>();
  readonly #tenants = new Map<string, number>();
  /** Principals are remembered by those who verify them, so a name is made once for many calls. */
  readonly #names = new WeakMap<Principal, string>();

  /** @returns how to leave again, once; or why there is no room. */
  enter(principal: Principal, limits: InFlightLimits): (() => void) | Crowded {
    const { tenant } = principal;
    const name = limits.principal === Number.POSITIVE_INFINITY ? undefined : this.#nameOf(principal);
    const ofPrincipal = name === undefined ? 0 : (this.#principals.get(name) ?? 0);
    if (ofPrincipal >= limits.principal) return { of: 'principal', limit: limits.principal };
    const ofTenant = this.#tenants.get(tenant) ?? 0;
    if (ofTenant >= limits.tenant) return { of: 'tenant', limit: limits.tenant };
    if (name !== undefined) this.#principals.set(name, ofPrincipal + 1);
    this.#tenants.set(tenant, ofTenant + 1);
    return () => {
      if (name !== undefined) less(this.#principals, name);
      less(this.#tenants, tenant);
    };
  }

  #nameOf(principal: Principal): string {
    const known = this.#names.get(principal);
    if (known !== undefined) return known;
    const name = callerName(principal);
    this.#names.set(principal, name);
    return name;
  }
}

/** Names at zero are left where they are up to this many: a map that is deleted from with every call is made anew all the time. */
const REMEMBERED = 1_000;

function less(counts: Map<string, number>, key: string): void {
  const left = (counts.get(key) ?? 0) - 1;
  if (left > 0 || counts.size <= REMEMBERED) counts.set(key, left);
  else counts.delete(key);
}
