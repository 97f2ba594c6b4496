import { isObject } from '../../core/json.ts';
import { sha256 } from '../../lib/digest.ts';
import type { ClaimPath, IdentityProvider } from './identity-provider.ts';

export type Claims = { readonly [name: string]: unknown };

export interface Tenant {
  readonly id: string;
  /** For people, where the identity provider says. */
  readonly name?: string;
}

/** Who logged in. */
export interface Identity {
  /** Unique within the identity provider. */
  readonly subject: string;
  /** Everything the user is a member of. */
  readonly tenants: readonly Tenant[];
  /** The claim with the tenants, where it has so many values that the token has none (OpenID Connect Core §5.6.2). */
  readonly overflow?: string;
  readonly claims: { readonly email?: string; readonly name?: string };
}

/** A user is in fewer organisations than this; what is behind them is not looked at. */
const MOST_TENANTS = 200;

/** @returns nothing for claims that do not say who it is. */
export function identityOf(claims: Claims, provider: IdentityProvider): Identity | undefined {
  const subject = identifier(claimAt(claims, provider.claims.subject ?? ['sub']), 255);
  if (subject === undefined) return undefined;
  const email = emailOf(claims, provider.claims.email ?? ['email']);
  const name = identifier(claimAt(claims, provider.claims.name ?? ['name']), 200);
  const overflow = overflowOf(claims, provider);
  return {
    subject,
    ...(overflow === undefined ? {} : { overflow }),
    tenants: tenantsOf(claims, provider),
    claims: { ...(email === undefined ? {} : { email }), ...(name === undefined ? {} : { name }) },
  };
}

/** Whether the claims speak of tenants at all: not every ID token has what the answer of userinfo has. */
export function saysTenants(claims: Claims, { tenant, claims: { tenant: path } }: IdentityProvider): boolean {
  return tenant !== undefined || (path !== undefined && claimAt(claims, path) !== undefined);
}

export function tenantsOf(claims: Claims, provider: IdentityProvider): readonly Tenant[] {
  const { tenant, claims: mapping, noTenants = [] } = provider;
  if (tenant !== undefined) return [{ id: tenant }];
  const value = mapping.tenant === undefined ? undefined : claimAt(claims, mapping.tenant);
  const found = mapping.tenantKeys === true && isObject(value) ? Object.keys(value) : value;
  const tenants = (Array.isArray(found) ? found.slice(0, MOST_TENANTS) : [found])
    .flatMap((one) => tenantOf(one) ?? [])
    .filter(({ id }) => !noTenants.includes(id));
  return [...new Map(tenants.map((one) => [one.id, one])).values()];
}

function overflowOf(claims: Claims, provider: IdentityProvider): string | undefined {
  const name = provider.claims.tenant?.[0];
  if (name === undefined || saysTenants(claims, provider)) return undefined;
  return claimAt(claims, ['_claim_names', name]) === undefined ? undefined : name;
}

/** The same user, whoever asks: of the issuer and the subject, never of an address (security case 86). */
export function userKey(provider: IdentityProvider, { subject }: Identity): string {
  return sha256(JSON.stringify(['user', provider.issuer, subject]));
}

function tenantOf(value: unknown): Tenant | undefined {
  if (!isObject(value)) {
    const id = tenantId(value);
    return id === undefined ? undefined : { id };
  }
  const id = tenantId(value['id']);
  const name = identifier(value['name'], 200);
  return id === undefined ? undefined : { id, ...(name === undefined ? {} : { name }) };
}

/** Of the form of the tenants of tokens and API keys: it stands in keys, headers and logs. */
function tenantId(value: unknown): string | undefined {
  const id = identifier(value, 100);
  return id !== undefined && /^[\x21-\x7e]+$/.test(id) ? id : undefined;
}

function claimAt(claims: unknown, path: ClaimPath): unknown {
  let value = claims;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/** A text on one line, or a whole number. */
function identifier(value: unknown, longest: number): string | undefined {
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string' || value === '' || value.length > longest) return undefined;
  return /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(value) ? undefined : value;
}

/** An address that the identity provider says it has not verified is no one's. */
function emailOf(claims: Claims, path: ClaimPath): string | undefined {
  const email = identifier(claimAt(claims, path), 254);
  const verified = claimAt(claims, ['email_verified']);
  return email?.includes('@') && verified !== false && verified !== 'false' ? email : undefined;
}
