import { createAnonymous } from '../../auth/anonymous.ts';
import { createPepper } from '../../auth/api-key.ts';
import { type Authenticate, createAuthenticate } from '../../auth/authenticate.ts';
import { claimPath } from '../../auth/claims.ts';
import { jwksFetcher } from '../../auth/discovery.ts';
import { createIntrospection } from '../../auth/introspection.ts';
import { type Issuer, type LocalIssuer, localIssuerOf, ownIssuer, withTenantIssuers } from '../../auth/issuer.ts';
import { createIssuerHttp, type IssuerHttp } from '../../auth/issuer-http.ts';
import { createJwtChecker, type JwtIssuer } from '../../auth/jwt-checker.ts';
import { createKeyVerifier } from '../../auth/key-verifier.ts';
import { localKeys, remoteKeys } from '../../auth/keys.ts';
import { widen } from '../../auth/scopes.ts';
import { createTokenCache } from '../../auth/token-cache.ts';
import type { TokenChecker } from '../../auth/token-checker.ts';
import { createTokenVerifier } from '../../auth/token-verifier.ts';
import type { Verifier } from '../../auth/verifier.ts';
import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import { createEgress } from '../../lib/egress.ts';
import { once } from '../../lib/once.ts';
import { createSealer, deriveKey } from '../../lib/seal.ts';
import type { IssuerConfig } from '../config/auth.ts';
import type { Config } from '../config/config.ts';
import { type Translation, translatedIssuer } from './translation.ts';

export interface AuthenticationParts {
  readonly database: Database;
  readonly cache: Cache;
  readonly clock: Clock;
  /** At least 32 bytes. */
  readonly master: Uint8Array;
  /** Postern's own version. */
  readonly version: string;
  /** Authorization servers in this process. Default: none. */
  readonly localIssuers?: readonly LocalIssuer[];
  /** What is known of tokens of the identity provider that clients are registered at, where there is one. */
  readonly translation?: Translation;
  /** Whether an upstream is called with the tokens of an issuer of the config. Default: none is. */
  readonly wanted?: (issuer: string) => boolean;
  /** Hears that an issuer cannot be asked, and why. */
  readonly unreachable: (issuer: string, what: 'keys' | 'introspection', thrown: unknown) => void;
}

export interface Authentication {
  readonly authenticate: Authenticate;
  /** Those who come to the admin API with a token; nothing where none is accepted. */
  readonly adminTokens?: Verifier;
  close(): Promise<void>;
}

/** Who may call, as the config says: what is not switched on is not loaded either. */
export function createAuthentication(config: Config, parts: AuthenticationParts): Authentication {
  const { auth } = config;
  const admins = adminVerifier(auth, parts);
  const forAdmins = admins === undefined ? {} : { adminTokens: admins.verifier };
  if (auth.none) return { authenticate: createAnonymous(), ...forAdmins, close: async () => admins?.close() };
  const { database, clock, master, localIssuers = [] } = parts;
  const tokens = auth.issuers.length + localIssuers.length > 0 ? tokenVerifier(auth, parts) : undefined;
  const pepper = createPepper(deriveKey(master, 'api-keys'));
  const keys = auth.apiKeys ? [createKeyVerifier({ keys: database.keys, pepper, clock, implies: auth.implies })] : [];
  return {
    // Keys are told apart by how they begin, so whoever comes first costs the others nothing.
    authenticate: createAuthenticate({ verifiers: [...keys, ...(tokens === undefined ? [] : [tokens.verifier])] }),
    ...forAdmins,
    close: async () => {
      await Promise.all([tokens?.close(), admins?.close()]);
    },
  };
}

/**
 * Tokens at the admin API: of an authorization server in this process, any user may have any scope; and what the tokens
 * of `auth.issuers` have in `aud` for tools says nothing of this, so theirs are made out to its URL.
 */
function adminVerifier(auth: Config['auth'], parts: AuthenticationParts): ReturnType<typeof tokenVerifier> | undefined {
  const own = new Set(auth.admin.issuers.map(({ issuer }) => issuer));
  const others = auth.issuers.filter(({ issuer }) => !own.has(issuer)).map(({ audience: _, ...issuer }) => issuer);
  const issuers = [...others, ...auth.admin.issuers];
  if (!auth.admin.enabled || issuers.length === 0) return undefined;
  const { wanted: _, ...rest } = parts;
  return tokenVerifier({ ...auth, issuers }, { ...rest, localIssuers: [] });
}

function tokenVerifier(
  auth: Config['auth'],
  parts: AuthenticationParts,
): { readonly verifier: Verifier; readonly close: () => Promise<void> } {
  const { cache, clock, master, localIssuers = [] } = parts;
  const egress = createEgress({ clock, allow: auth.issuers.flatMap(hostsOf) });
  const http = createIssuerHttp(egress, `postern/${parts.version}`);
  const own = localIssuers.map(({ issuer }) => ownIssuer(issuer, auth.implies));
  const foreign = auth.issuers.map((config) => translatedIssuer(issuerOf(config, auth), parts.translation));
  const named = new Map([...own, ...foreign].map((each) => [each.issuer, each]));
  const issuers = withTenantIssuers(named, localIssuers, auth.implies);
  const seal = createSealer([{ id: 'k1', secret: deriveKey(master, 'tokens') }]);
  const verifier = createTokenVerifier({
    issuers,
    local: localIssuers,
    checkers: checkersOf(auth, http, parts),
    cache: createTokenCache({ clock, issuers, shared: cache, seal }),
    wanted: parts.wanted,
  });
  return { verifier, close: () => egress.close() };
}

/** JWTs first: whether they are good is known here. */
function checkersOf(
  auth: Config['auth'],
  http: IssuerHttp,
  { clock, localIssuers = [], unreachable, translation }: AuthenticationParts,
): TokenChecker[] {
  const jose = once(() => import('jose'));
  // Begun now, so that the first token does not wait for all of it; without issuers it is never loaded.
  if (auth.issuers.length > 0) void jose();
  const importKey: Parameters<typeof localKeys>[2] = async (key, algorithm) => (await jose()).importJWK(key, algorithm);
  const own = localIssuers.map((local): JwtIssuer => {
    const issuer = ownIssuer(local.issuer, auth.implies);
    return { issuer, keys: localKeys(local, issuer.algorithms, importKey) };
  });
  const ofTenant = (name: string): JwtIssuer | undefined => {
    const local = localIssuerOf(name, localIssuers);
    const known = own.find(({ issuer }) => issuer.issuer === local?.issuer);
    return known === undefined ? undefined : { issuer: ownIssuer(name, auth.implies), keys: known.keys };
  };
  const foreign = auth.issuers.filter(isCheckedByKeys).map((config): JwtIssuer => {
    const { issuer, jwks, algorithms } = config;
    const fetch = jwksFetcher(issuer, jwks, http, clock);
    const failed = (thrown: unknown) => unreachable(issuer, 'keys', thrown);
    const keys = remoteKeys({ clock, algorithms, importKey, fetch, failed });
    const settle = translation?.issuer === issuer ? { settle: translation.settle } : {};
    return { issuer: translatedIssuer(issuerOf(config, auth), translation), keys, ...settle };
  });
  const introspections = auth.issuers.flatMap((config) => {
    const { introspection } = config;
    if (introspection === undefined) return [];
    return createIntrospection({
      ...{ issuer: issuerOf(config, auth), http, clock, url: introspection.url, clientId: introspection.clientId },
      clientSecret: introspection.clientSecret.reveal(),
      keepMs: introspection.cacheMs,
      jwts: !isCheckedByKeys(config),
      failed: (thrown) => unreachable(config.issuer, 'introspection', thrown),
    });
  });
  return [createJwtChecker({ issuers: [...own, ...foreign], others: ofTenant, jose, clock }), ...introspections];
}

/** Who can be asked about every token need not have keys. */
export function isCheckedByKeys({ jwks, introspection }: IssuerConfig): boolean {
  return jwks !== undefined || introspection === undefined;
}

export function issuerOf(config: IssuerConfig, { implies }: Config['auth']): Issuer {
  const { issuer, tokenIssuer, algorithms, typ, audience, tenant, claims, grants } = config;
  return {
    ...{ issuer, tokenIssuer, algorithms, types: typ, audience, tenant },
    claims: {
      tenant: claims.tenant === undefined ? undefined : claimPath(claims.tenant),
      subject: claimPath(claims.subject),
      email: claimPath(claims.email),
      scopes: claims.scopes === undefined ? [['scope'], ['scp']] : [claimPath(claims.scopes)],
    },
    implies,
    grantable: widen(grants ?? ['*'], implies),
  };
}

/** What the operator has named may be a private address; where metadata leads besides may not. */
export function hostsOf({ issuer, jwks, introspection }: IssuerConfig): string[] {
  return [issuer, jwks, introspection?.url].flatMap((url) => (url === undefined ? [] : new URL(url).host));
}
