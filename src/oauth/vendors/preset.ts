import type { ClaimMapping, ClaimPath, IdentityProvider, PlainEndpoints } from '../login/identity-provider.ts';

/** What is known of an identity provider by its name: defaults, each of which the config may say otherwise. */
export interface Preset {
  readonly issuer: IssuerForm;
  /** What users are told it is called. Default: the host of the issuer. */
  readonly name?: string;
  readonly authMethod?: IdentityProvider['authMethod'];
  /** Beside `openid`. Default: what any OpenID provider is asked for. */
  readonly scopes?: readonly string[];
  readonly parameters?: { readonly [name: string]: string };
  readonly pkce?: boolean;
  readonly loginPrompt?: string;
  readonly claimsInAccessToken?: boolean;
  readonly claims?: Pick<ClaimMapping, 'subject' | 'email' | 'name'>;
  /** Where it says whose user somebody is. Absent where there is no usual place: then the config must say. */
  readonly tenant?: TenantDefault;
  /** What the config could say of tenants, where {@link tenant} is absent. */
  readonly tenantHint?: string;
  /** Tenants that are none, whatever the config says. */
  readonly noTenants?: readonly string[];
  /** Where it speaks OAuth 2.0 without OpenID Connect. */
  readonly plain?: (issuer: string) => PlainEndpoints;
}

export interface IssuerForm {
  /** Its one issuer, where it is the same for everybody. */
  readonly default?: string;
  /** What the issuer looks like from its path on, so that custom domains are as good as the vendor's own. */
  readonly path?: RegExp;
  /** One that is right, for people. */
  readonly example: string;
}

export interface TenantDefault {
  readonly claim: ClaimPath;
  /** Whether the claim is an object whose names are the tenants. */
  readonly keys?: boolean;
  /** Scopes without which the claim does not come. */
  readonly scopes?: readonly string[];
}

/** What the config says: the keys it has win over the preset's. */
export interface GivenProvider extends Omit<IdentityProvider, 'issuer' | 'claims' | 'plain'> {
  readonly issuer?: string;
  readonly claims?: ClaimMapping;
}

/** @throws RangeError where neither says the issuer. */
export function withPreset(preset: Preset, given: GivenProvider): IdentityProvider {
  const { issuer = preset.issuer.default, claims = {}, scopes, parameters, ...rest } = given;
  if (issuer === undefined) throw new RangeError('The identity provider has no issuer.');
  const { name, authMethod, pkce, loginPrompt, claimsInAccessToken, noTenants } = preset;
  const tenant = given.tenant === undefined && claims.tenant === undefined ? preset.tenant : undefined;
  const asked = scopes ?? (preset.scopes === undefined ? undefined : [...preset.scopes, ...(tenant?.scopes ?? [])]);
  return {
    ...present({ name, authMethod, pkce, loginPrompt, claimsInAccessToken, noTenants, scopes: asked }),
    ...rest,
    issuer,
    parameters: { ...preset.parameters, ...parameters },
    ...present({ plain: preset.plain?.(issuer) }),
    claims: {
      ...preset.claims,
      ...present({ tenant: tenant?.claim, tenantKeys: tenant?.keys }),
      ...claims,
    },
  };
}

/** Without the members that are undefined: a key that is there wins, whatever it holds. */
function present<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
