import type { Principal } from '../core/principal.ts';
import type { Tool } from '../core/tool.ts';
import type { Window } from './window.ts';

/** What is counted by itself. All of them are within one tenant: what one tenant does is never another's count. */
export type Part = 'tenant' | 'principal' | 'client' | 'tool';

/** So many calls in a window. */
export interface Limit {
  /** Unique; what callers are told it is called. */
  readonly name: string;
  /** For each what of a tenant there is a count. At least one. */
  readonly per: readonly Part[];
  readonly window: Window;
  /** Whether calls of a tool count. */
  covers(tool: Tool): boolean;
  /** How many calls a tenant, or whatever is counted within it, may make in a window; `Infinity` for any number. */
  callsOf(tenant: string): number;
}

/** Calls at the same time, in this process; `Infinity` for any number. */
export interface InFlightLimits {
  readonly principal: number;
  readonly tenant: number;
}

export interface QuotaRules {
  readonly limits: readonly Limit[];
  inFlightOf(tenant: string): InFlightLimits;
}

/**
 * The name of a caller, whichever client acts for it: otherwise whoever registers one more client has one more quota.
 * Different for any two callers, since it says where each part ends.
 */
export function callerName({ tenant, kind, subject, issuer = '' }: Principal): string {
  return `${tenant.length}:${tenant}${kind}:${subject.length}:${subject}${issuer}`;
}

/** Whose count a call goes to; nothing where it has no such part, as a key has no client. */
export function countedFor({ per }: Limit, principal: Principal, tool: Tool): string | undefined {
  let name = '';
  for (const part of per) {
    const value = nameOf(part, principal, tool);
    if (value === undefined) return undefined;
    name += `${value.length}:${value}`;
  }
  // Whatever is counted, the tenant is among it.
  return `${principal.tenant.length}:${principal.tenant}${name}`;
}

function nameOf(part: Part, principal: Principal, tool: Tool): string | undefined {
  if (part === 'principal') return callerName(principal);
  if (part === 'client') return principal.clientId;
  return part === 'tool' ? tool.name : principal.tenant;
}
