import type { Json } from '../core/json.ts';
import { type Implications, NO_IMPLICATIONS } from './scopes.ts';

/** Signature algorithms that are accepted at all: asymmetric ones (RFC 8725 §3.1). */
export const ALGORITHMS = [
  'RS256',
  'ES256',
  'PS256',
  'EdDSA',
  'Ed25519',
  'ES384',
  'ES512',
  'RS384',
  'RS512',
  'PS384',
  'PS512',
] as const;

export type Algorithm = (typeof ALGORITHMS)[number];

/** What the `typ` of an access token may be; `none`: there is none. */
export type TokenType = 'at+jwt' | 'JWT' | 'none';

/** The way to a claim: its name, or the names of the members that lead to it. */
export type ClaimPath = readonly string[];

/** Where the claims of an issuer's tokens say what a principal is made of. */
export interface ClaimMapping {
  /** Nothing where every token belongs to the issuer's own tenant. */
  readonly tenant?: ClaimPath;
  readonly subject: ClaimPath;
  readonly email: ClaimPath;
  /** The first that is there counts: a list, or a text with spaces between (RFC 8693 §4.2). */
  readonly scopes: readonly ClaimPath[];
}

/** An authorization server whose tokens are accepted. */
export interface Issuer {
  /** As the metadata of the resource names it, byte for byte. */
  readonly issuer: string;
  /** What its tokens have in `iss`. Default: `issuer`. */
  readonly tokenIssuer?: string;
  readonly algorithms: readonly Algorithm[];
  readonly types: readonly TokenType[];
  /** What its tokens are made out to. Default: the URL of the endpoint they are presented at. */
  readonly audience?: string;
  /** Whether its tokens may lack `aud`: then whoever checks them says what they are for. Default false. */
  readonly withoutAudience?: boolean;
  /** What stands here before the scopes that its tokens have. Default: nothing. */
  readonly scopePrefix?: string;
  /** Whether a token may be made out to nobody else. Default false. */
  readonly singleAudience?: boolean;
  readonly claims: ClaimMapping;
  /** The tenant of every token. Either this or `claims.tenant` is given. */
  readonly tenant?: string;
  /** Which scopes hold others too. */
  readonly implies: Implications;
  /** What it can still grant to who lacks it; `*` stands for every scope. */
  readonly grantable: ReadonlySet<string>;
  /** Whether the claim `gid` of its tokens names a grant of ours. From anybody else it means nothing. Default false. */
  readonly ownGrants?: boolean;
}

export interface JsonWebKeySet {
  readonly keys: readonly { readonly [member: string]: Json }[];
}

/** An authorization server in this very process: its keys are at hand, and what it revokes is known here. */
export interface LocalIssuer {
  readonly issuer: string;
  /** Its public keys now. The same object as long as they are the same. */
  keys(): JsonWebKeySet;
  /** Whether a grant, or this one token of it, was revoked. Asked with every request, so it must not wait. */
  isRevoked(grantId: string | undefined, tokenId: string | undefined): boolean;
  /**
   * Whether an origin is an issuer too, of one tenant, by the same keys: a host of the tenant's own. Its tokens count
   * there alone, and no others of this server do. Default: none is.
   */
  isTenantIssuer?(origin: string): boolean;
}

/** Issuers by their names. */
export type Issuers = Pick<ReadonlyMap<string, Issuer>, 'get' | 'values'>;

/** Those that there are, and issuers of tenants of `local`, made when somebody comes with a token of theirs. */
export function withTenantIssuers(
  issuers: ReadonlyMap<string, Issuer>,
  local: readonly LocalIssuer[],
  implies: Implications,
): Issuers {
  return {
    get: (name) =>
      issuers.get(name) ?? (localIssuerOf(name, local) === undefined ? undefined : ownIssuer(name, implies)),
    values: () => issuers.values(),
  };
}

/** @returns the one in this process whose tokens have that in `iss`. */
export function localIssuerOf(name: string, local: readonly LocalIssuer[]): LocalIssuer | undefined {
  return local.find((each) => each.issuer === name || each.isTenantIssuer?.(name) === true);
}

/**
 * Whether tokens of an issuer of this process count at an endpoint: those of a tenant's host at that host, the others
 * everywhere else.
 *
 * @param endpoint its URL, as far as that is known.
 */
export function countsAt(name: string, local: LocalIssuer, endpoint: string | undefined): boolean {
  if (local.isTenantIssuer === undefined) return true;
  const origin = endpoint?.slice(0, endpoint.indexOf('/', 'https://'.length)) ?? '';
  return name === (local.isTenantIssuer(origin) ? origin : local.issuer);
}

/** What the tokens of a {@link LocalIssuer} are like (RFC 9068). */
export function ownIssuer(issuer: string, implies: Implications = NO_IMPLICATIONS): Issuer {
  return {
    issuer,
    algorithms: ALGORITHMS,
    types: ['at+jwt'],
    singleAudience: true,
    ownGrants: true,
    claims: { tenant: ['tenant'], subject: ['sub'], email: ['email'], scopes: [['scope']] },
    implies,
    grantable: new Set(['*']),
  };
}
