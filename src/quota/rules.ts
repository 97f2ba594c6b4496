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
 * Unequal for any two callers, since JSON marks where each part ends.
 */
export function callerName({ tenant, kind, subject, issuer }: Principal): string {
  return JSON.stringify(issuer === undefined ? [tenant, kind, subject] : [tenant, kind, subject, issuer]);
}

/** Whose count a call goes to; nothing where it has no such part, as a key has no client. */
export function countedFor({ per }: Limit, principal: Principal, tool: Tool): string | undefined {
  const parts: string[] = [principal.tenant];
  for (const part of per) {
    if (part === 'principal') parts.push(callerName(principal));
    else if (part === 'tool') parts.push(tool.name);
    else if (part === 'client') {
      if (principal.clientId === undefined) return undefined;
      parts.push(principal.clientId);
    }
  }
  return JSON.stringify(parts);
}
