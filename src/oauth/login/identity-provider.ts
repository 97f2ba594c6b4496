/** A claim: its name, or the way to it through objects. */
export type ClaimPath = readonly string[];

/** The company's identity provider, as Postern is its client (OpenID Connect Core 1.0). */
export interface IdentityProvider {
  /** Its issuer, exactly as its metadata says. `http:` on loopback alone. */
  readonly issuer: string;
  /** What users are told it is called. Default: the host of the issuer. */
  readonly name?: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  /** Default `client_secret_basic` with a secret, `none` without. */
  readonly authMethod?: 'client_secret_basic' | 'client_secret_post' | 'none';
  /**
   * What it is asked for; `openid` is always added. Default: `openid profile email`, and `offline_access` where its
   * metadata offers that. What the client asked of Postern never goes there.
   */
  readonly scopes?: readonly string[];
  /** Parameters added to the authorization request, such as `audience` or `access_type`. */
  readonly parameters?: { readonly [name: string]: string };
  /** Whether it is asked for PKCE (RFC 7636). Default: where its metadata offers that. */
  readonly pkce?: boolean;
  /** What it understands by `prompt` where somebody is to log in anew. Default `login`. */
  readonly loginPrompt?: string;
  /** Whether its access tokens are JWTs of its keys, with claims that its ID tokens have not. Default: they are opaque. */
  readonly claimsInAccessToken?: boolean;
  /** Where it speaks OAuth 2.0 alone: there is no metadata then, and no ID token. */
  readonly plain?: PlainEndpoints;
  /** Whose tenant its users are, where all are of one. */
  readonly tenant?: string;
  readonly claims: ClaimMapping;
  /** Values of the tenant claim that are no tenant: what strangers share. */
  readonly noTenants?: readonly string[];
}

/** An authorization server without OpenID Connect, and where its users are described. */
export interface PlainEndpoints {
  readonly authorization: string;
  readonly token: string;
  /** Answers with the claims of the access token's user. */
  readonly user: string;
  /** Claims that are lists somewhere else, asked for where the tenant is among them: of objects with these members. */
  readonly lists?: { readonly [claim: string]: { readonly url: string; readonly id: string; readonly name: string } };
  /** Its words for refusals, with those of RFC 6749 §5.2. They may come with status 200. */
  readonly errors?: { readonly [error: string]: string };
}

export interface ClaimMapping {
  /** One tenant, a list, or a list of objects with `id` and `name`. Needed without {@link IdentityProvider.tenant}. */
  readonly tenant?: ClaimPath;
  /** Whether {@link tenant} is an object whose names are the tenants. Default: an object is one tenant. */
  readonly tenantKeys?: boolean;
  /** Default `sub`. It must be unique and never given anew: an email address is neither. */
  readonly subject?: ClaimPath;
  /** Default `email`. */
  readonly email?: ClaimPath;
  /** Default `name`. */
  readonly name?: ClaimPath;
}

export function identityProviderName({ issuer, name }: IdentityProvider): string {
  return name ?? new URL(issuer).host;
}
