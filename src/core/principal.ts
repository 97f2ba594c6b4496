import type { AdminRights } from './admin.ts';
import type { LinkLimits } from './links.ts';
import type { PresentedToken } from './presented-token.ts';
import { includesScope } from './scope.ts';

/**
 * Who calls. Built only by `auth/`, from a credential; the tenant comes from nowhere else.
 *
 * `anonymous` exists only where the operator has switched authentication off (`auth: 'none'`).
 */
export interface Principal {
  readonly kind: 'user' | 'service' | 'key' | 'link' | 'anonymous';
  /**
   * Who, within the tenant and the issuer: a user id, a service's client id, the id of a key or of a link. Never a
   * secret.
   */
  readonly subject: string;
  /** Who says so, where that is an authorization server: two of them may mean two people by one subject. */
  readonly issuer?: string;
  /** The isolation unit. Everything stored or cached is keyed by it. */
  readonly tenant: string;
  /** For people to read. It may change hands, so it says nothing of who this is. */
  readonly email?: string;
  /** The OAuth client that acts for the subject, where there is one. */
  readonly clientId?: string;
  /**
   * What the credential may do. `'*'` stands for every scope: `--dev` and `auth: 'none'` issue it, and links have it,
   * whose limits are in {@link link}.
   */
  readonly scopes: ReadonlySet<string>;
  /** What its client and user could still be granted, if they ask (step-up). `'*'` stands for every scope. */
  readonly grantable?: ReadonlySet<string>;
  /** The one toolset the credential is bound to, where it is: it narrows every endpoint. */
  readonly toolset?: string;
  /** What a link lets its holder do, where it is one: it takes from what the scopes allow, and adds nothing. */
  readonly link?: LinkLimits;
  /** What it may do at the admin API, where it was let in there. */
  readonly admin?: AdminRights;
  /** Milliseconds since the epoch after which the credential is dead; absent for one that does not expire. */
  readonly expiresAt?: number;
  /**
   * The grant of this server's own facade that the credential was issued under. Whoever logs in twice is the same caller
   * with two of them.
   */
  readonly grantId?: string;
  /** The token itself, only where an upstream is called with it, and only of an issuer whose tokens it takes. */
  readonly presented?: PresentedToken;
}

/** Whether `principal` came with a token of an authorization server, who could have given it another one. */
export function isOfOAuth({ kind }: Principal): boolean {
  return kind === 'user' || kind === 'service';
}

/** True when `principal` holds every scope of `required`. */
export function holds(principal: Principal, required: readonly string[]): boolean {
  for (const scope of required) if (!includesScope(principal.scopes, scope)) return false;
  return true;
}

/**
 * One string that is equal for two credentials of the same caller and differs for any two callers.
 * Sessions, streams and sealed states are bound to it.
 */
export function principalKey(principal: Principal): string {
  const { tenant, kind, subject, clientId = '', issuer } = principal;
  const key = [tenant, kind, subject, clientId];
  return JSON.stringify(issuer === undefined ? key : [...key, issuer]);
}

/** Whether two credentials of the same caller let it do the same. */
export function sameRights(one: Principal, other: Principal): boolean {
  return (
    one.scopes.size === other.scopes.size &&
    [...one.scopes].every((scope) => other.scopes.has(scope)) &&
    one.toolset === other.toolset &&
    one.admin?.role === other.admin?.role &&
    one.admin?.tenant === other.admin?.tenant &&
    one.link?.sight === other.link?.sight &&
    one.link?.toolset === other.link?.toolset &&
    one.link?.connectionId === other.link?.connectionId
  );
}
