import { isObject } from '../core/json.ts';
import type { Principal } from '../core/principal.ts';
import type { ClaimPath, Issuer } from './issuer.ts';
import { refusedToken } from './refusal.ts';
import { isScopeName, widen } from './scopes.ts';

/** What a token, or the answer of an introspection endpoint, says. */
export type Claims = { readonly [name: string]: unknown };

/** Scopes of one token that are looked at. */
const MOST_SCOPES = 256;

/** As it is written in the config: a name with `://` or without a dot is one claim, other dots lead into objects. */
export function claimPath(written: string | readonly string[]): ClaimPath {
  if (typeof written !== 'string') return written;
  return written.includes('://') ? [written] : written.split('.');
}

export function claimAt(claims: unknown, path: ClaimPath): unknown {
  let value = claims;
  for (const name of path) {
    if (!isObject(value) || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return value;
}

/**
 * Makes a principal of claims that are known to be the issuer's.
 * @param expiresAt milliseconds since the epoch, where the token ends.
 * @throws PosternError `invalid_token` where they do not say who it is.
 */
export function principalOf(claims: Claims, issuer: Issuer, expiresAt: number | undefined): Principal {
  const subject = identifier(claimAt(claims, issuer.claims.subject), 255);
  if (subject === undefined) throw refusedToken('token_subject');
  const tenant = issuer.tenant ?? tenantOf(claims, issuer.claims.tenant);
  if (tenant === undefined) throw refusedToken('token_tenant');
  const clientId = clientOf(claims);
  const email = emailOf(claims, issuer.claims.email);
  return {
    kind: isService(claims, clientId) ? 'service' : 'user',
    subject,
    issuer: issuer.issuer,
    tenant,
    ...(clientId === undefined ? {} : { clientId }),
    ...(email === undefined ? {} : { email }),
    scopes: widen(scopesOf(claims, issuer), issuer.implies),
    grantable: issuer.grantable,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** Of the same form as that of an API key: it stands in keys, headers and logs. */
function tenantOf(claims: Claims, path: ClaimPath | undefined): string | undefined {
  const tenant = path === undefined ? undefined : identifier(claimAt(claims, path), 100);
  return tenant !== undefined && /^[\x21-\x7e]+$/.test(tenant) ? tenant : undefined;
}

/** A text on one line, or a whole number, which some products have for ids. */
function identifier(value: unknown, longest: number): string | undefined {
  if (Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string' || value === '' || value.length > longest) return undefined;
  return /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(value) ? undefined : value;
}

/** `client_id` is RFC 9068 §2.2's; `azp` OpenID Connect's; `appid` and `cid` are what Entra v1 and Okta have. */
function clientOf(claims: Claims): string | undefined {
  for (const name of ['client_id', 'azp', 'appid', 'cid']) {
    const client = identifier(claimAt(claims, [name]), 512);
    if (client !== undefined) return client;
  }
  return undefined;
}

/**
 * Whether the client acts for itself: then `sub` is the client (RFC 9068 §2.2), or the issuer says so in its own way
 * (Entra, Auth0). A service is never the user of the same name (RFC 9700 §4.15).
 */
function isService(claims: Claims, clientId: string | undefined): boolean {
  if (claims['idtyp'] === 'app' || claims['gty'] === 'client-credentials') return true;
  return clientId !== undefined && claims['sub'] === clientId;
}

function emailOf(claims: Claims, path: ClaimPath): string | undefined {
  const email = identifier(claimAt(claims, path), 254);
  if (email === undefined || !email.includes('@')) return undefined;
  const verified = claimAt(claims, ['email_verified']);
  return verified === false || verified === 'false' ? undefined : email;
}

/** No token has every scope: `*` and `tickets:*` are left out, whoever put them there. */
function scopesOf(claims: Claims, { claims: { scopes: paths }, scopePrefix = '' }: Issuer): readonly string[] {
  for (const path of paths) {
    const found = claimAt(claims, path);
    const names = typeof found === 'string' ? found.split(' ') : found;
    if (!Array.isArray(names)) continue;
    const texts = names.slice(0, 2 * MOST_SCOPES).filter((name) => typeof name === 'string' && !isWildcard(name));
    return texts
      .map((name) => scopePrefix + name)
      .filter(isScopeName)
      .slice(0, MOST_SCOPES);
  }
  return [];
}

/** Only the config says what stands for what; an issuer that takes any word for a scope could be asked for these. */
function isWildcard(name: string): boolean {
  return name === '*' || name.endsWith(':*');
}
