import type { Json } from '../core/json.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';

/*
 * What the rooms of the facade know of each other: `clients` says who a client is, `consent` and `login` talk to the
 * user, `provider` speaks OAuth. None imports another; `facade.ts` gives each what it needs.
 */

/** A refusal in OAuth's words (RFC 6749 §4.1.2.1 and §5.2, RFC 7591 §3.2.2). What is in it reaches the client. */
export class OAuthError extends Error {
  /** The code, such as `invalid_client_metadata`. */
  readonly error: string;
  /** One sentence of printable ASCII without `"` and `\`, or nothing. Never a secret. */
  readonly description: string | undefined;
  /** The HTTP status where it is not redirected. Default 400. */
  readonly status: number;
  /** Whole seconds after which to try again, for 429 and 503. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    error: string,
    description?: string,
    options: { readonly status?: number; readonly retryAfterSeconds?: number; readonly cause?: unknown } = {},
  ) {
    super(description ?? error, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'OAuthError';
    this.error = error;
    this.description = description;
    this.status = options.status ?? 400;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/* ---- 1. Clients ---- */

/** How a client proves who it is (RFC 7591 §2). */
export type ClientAuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';
export type ClientGrantType = 'authorization_code' | 'refresh_token' | 'client_credentials';

/**
 * A client in the words of RFC 7591 §2, checked and cleaned: nothing in it is believed by being looked at again.
 * Members that are not here are not kept.
 */
export interface ClientMetadata {
  readonly client_id: string;
  /** For people; sanitised, and never more than a claim of the client's own. */
  readonly client_name?: string;
  /**
   * Compared byte for byte, but for the port of loopback http URIs of `native` clients. Whoever registered one
   * loopback name has all three here (`localhost`, `127.0.0.1`, `[::1]`), so that either matches.
   */
  readonly redirect_uris: readonly string[];
  readonly token_endpoint_auth_method: ClientAuthMethod;
  readonly grant_types: readonly ClientGrantType[];
  /** Empty for clients of `client_credentials` alone. */
  readonly response_types: readonly 'code'[];
  /** `native` as soon as a redirect URI is loopback or of a private-use scheme, whatever the client says of itself. */
  readonly application_type: 'native' | 'web';
  /** For `private_key_jwt`, one of the two. What stands at the URI is had through {@link ClientDirectory.jwks}. */
  readonly jwks?: { readonly keys: readonly { readonly [member: string]: Json }[] };
  readonly jwks_uri?: string;
  /** The one algorithm its assertions are signed with; without it, any asymmetric one of the metadata. */
  readonly token_endpoint_auth_signing_alg?: string;
  readonly client_uri?: string;
  readonly logo_uri?: string;
  readonly policy_uri?: string;
  readonly tos_uri?: string;
}

/** Where a client is known from: the config, its metadata document (CIMD), or its registration (DCR). */
export type ClientOrigin = 'configured' | 'document' | 'registered';

/** What makes the name of a client suspicious: shown beside it, and no reason to refuse anybody. */
export type NameFlag =
  /** Letters of scripts that look alike: "Claude" with a Cyrillic "a". */
  | 'mixed_scripts'
  /** Markup was taken out. */
  | 'markup'
  /** Characters that cannot be seen, or that turn the direction of writing, were taken out. */
  | 'hidden_text'
  /** It was longer than a name may be. */
  | 'cut';

/** What a person should be told beside a client's name, if the name is all they go by. */
export interface ClientCautions {
  readonly nameFlags: readonly NameFlag[];
  /** The well-known client whose name it bears although its answers go elsewhere. */
  readonly borrowedName?: string;
}

export interface KnownClient {
  readonly metadata: ClientMetadata;
  readonly origin: ClientOrigin;
  /** Changes when anything changes that users consent to: name, redirect URIs, keys. Consent is bound to it. */
  readonly digest: string;
  /** What a configured client may have without a user (`client_credentials`): its tenant is fixed there. */
  readonly service?: { readonly tenant: string; readonly scopes: readonly string[] };
  /** Absent for clients of the config. */
  readonly cautions?: ClientCautions;
}

/** What a registration request came with besides its body. */
export interface RegistrationContext {
  /** The address of the peer, for caps and rates. */
  readonly address: string;
  readonly userAgent: string | undefined;
  readonly requestId: string;
}

export interface ClientDirectory {
  /**
   * @param id what came as `client_id`: anything at all. An `https:` URL is the id of a metadata document.
   * @param purpose `authorize` needs a fresh document. `token` serves living grants with the last good one, and never
   *   answers "unknown" because the network is down: clients throw their registration away when it does (rule 7).
   *   `known` asks nobody: an id that is a URL is then that of a client of the config, or of none.
   * @returns nothing for who is not known here.
   * @throws OAuthError `invalid_client` for a document that is refused (the description says why);
   *   `temporarily_unavailable` with status 503 when it cannot be told now.
   */
  find(id: string, purpose: 'authorize' | 'token' | 'known'): Promise<KnownClient | undefined>;
  /** Whether `secret` is that of the client, in constant time. False for a client without one. */
  verifySecret(id: string, secret: string): Promise<boolean>;
  /**
   * The keys at a client's `jwks_uri`: cached and coalesced.
   * @param kid the key of the assertion: where the set has none of that name, it is fetched anew, once a minute.
   * @throws OAuthError `temporarily_unavailable` (503).
   */
  jwks(uri: string, kid?: string): Promise<{ readonly keys: readonly { readonly [member: string]: Json }[] }>;
  /**
   * RFC 7591 §3; absent where registration is off.
   * @param metadata the body, parsed as JSON and otherwise unlooked at.
   * @returns the members of the 201 response (RFC 7591 §3.2.1).
   * @throws OAuthError `invalid_redirect_uri`, `invalid_client_metadata`, or 429 with `retryAfterSeconds`.
   */
  register?(metadata: Json, context: RegistrationContext): Promise<{ readonly [member: string]: Json }>;
  /**
   * Notes that a user granted something to the client: while any of its grants may be alive, it is not pruned.
   * @param until milliseconds since the epoch.
   */
  granted(id: string, until: number): Promise<void>;
  /** Whether ids that are URLs are looked up; what the metadata says of CIMD. */
  readonly documents: boolean;
  /** What clients may authenticate with; what the metadata says of it. */
  readonly authMethods: readonly ClientAuthMethod[];
  /** Whether any client works without a user (`client_credentials`). */
  readonly services: boolean;
  close(): Promise<void>;
}

/* ---- 2. The user: consent, then login ---- */

/** A scope as users are asked for it. */
export interface ScopeInfo {
  readonly name: string;
  /** The sentence of the config that says what it allows. */
  readonly description: string | undefined;
  /** The titles of the tools it opens. */
  readonly tools: readonly string[];
}

/** An MCP endpoint, as OAuth sees it (RFC 8707). */
export interface ProtectedResource {
  /** Canonical, without a slash at the end: `https://mcp.acme.com/mcp`. It is the audience of its tokens. */
  readonly url: string;
  /** Everything that can be granted. Never empty: where no tool needs a scope, there is one for all of them. */
  readonly scopes: readonly ScopeInfo[];
  /** What is granted to who asks for nothing. Never empty. */
  readonly defaultScopes: readonly string[];
  /** The one tenant that it is for. Absent where it is for everybody. */
  readonly tenant?: { readonly id: string; readonly name: string };
  /** Where a tenant is served instead; nothing for one that is served here. Default: everybody is. */
  readonly elsewhere?: (tenant: string) => string | undefined;
}

/** Whether a grant for a resource may be one of a tenant's. */
export function isServed({ tenant: only, elsewhere }: ProtectedResource, tenant: string): boolean {
  return only === undefined ? elsewhere?.(tenant) === undefined : only.id === tenant;
}

/**
 * The endpoints there are now, the main one first. Asked with each request: a reload may change them.
 * @param asked URLs that a request names. What only one tenant is served at stands in the list where it is named, and is
 *   not listed for anybody else.
 */
export type ProtectedResources = (...asked: readonly string[]) => readonly [ProtectedResource, ...ProtectedResource[]];

/** An authorization request under way, as the user is asked about it. */
export interface InteractionDetails {
  /** Names it in URLs. Not a secret: the cookies of the browser that began are what counts. */
  readonly uid: string;
  readonly client: KnownClient;
  /** Where the user is sent in the end, as the client asked for it: verified, its port included. */
  readonly redirectUri: string;
  readonly resource: ProtectedResource;
  /** What the client asks for, narrowed to what the resource has. */
  readonly scopes: readonly ScopeInfo[];
  /** `consent`: an earlier approval of this browser is not enough. `login`: nor is a session at the identity provider. */
  readonly prompt: ReadonlySet<'consent' | 'login'>;
  readonly loginHint: string | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** What the identity provider gave for a user. It is sealed in the grant; the client never sees it. */
export interface IdpTokens {
  readonly accessToken: string;
  /** Milliseconds since the epoch; absent where the identity provider did not say. */
  readonly expiresAt?: number;
  readonly refreshToken?: string;
  readonly scope?: string;
  /** Whatever else the login must remember of it, such as a `sid` or the issuer. */
  readonly extra?: { readonly [name: string]: string };
}

/** Who logged in, and what they consented to. */
export interface LoginOutcome {
  readonly login: {
    /** The user's id, stable and unique within the identity provider and the tenant. */
    readonly accountId: string;
    readonly tenant: string;
    /** What tokens may say of the user. */
    readonly claims: { readonly email?: string; readonly name?: string };
  };
  /** Names of {@link InteractionDetails.scopes}, at least one. */
  readonly consentedScopes: readonly string[];
  readonly idpTokens?: IdpTokens;
}

/** Nobody logged in, or the user said no. */
export interface FailedOutcome {
  readonly error: 'access_denied' | 'login_required' | 'temporarily_unavailable' | 'server_error';
  /** One sentence for the client. Never what the identity provider wrote (security case 26). */
  readonly description: string;
}

/** What the provider offers to those who talk to the user. */
export interface InteractionFlow {
  /** @returns nothing for an interaction that is unknown, over or finished. It does not look at the browser. */
  details(uid: string): Promise<InteractionDetails | undefined>;
  /**
   * Ends an interaction, once: makes the grant and sends the browser back to the client. Only the browser that began
   * it gets there: the cookie that was set then is looked at once more.
   * @returns a 303, or a page that says why not.
   */
  finish(uid: string, outcome: LoginOutcome | FailedOutcome, requestId: string): Promise<HttpReply>;
  /** Where an interaction has its page: `/oauth/interaction/<uid>`. */
  path(uid: string): string;
}

/** Consent and login, as the provider sees them. */
export interface Interactions {
  /**
   * Answers `/oauth/interaction/<uid>`, GET and POST alike. The browser is the one that began: its cookie was compared.
   * @throws OAuthError; it becomes a page.
   */
  start(details: InteractionDetails, request: HttpRequest, requestId: string): Promise<HttpReply>;
  /** Further paths that are theirs, exactly: the callback of the identity provider, for one. */
  readonly paths: readonly string[];
  /** Answers one of {@link paths}. @throws OAuthError; it becomes a page. */
  handle(request: HttpRequest, requestId: string): Promise<HttpReply>;
  /**
   * Whether the identity provider still stands by a grant; asked at a refresh, at most hourly.
   * `unknown` when it cannot be reached: that ends nothing (rule 10).
   */
  check(grantId: string): Promise<'stands' | 'ended' | 'unknown'>;
  close(): Promise<void>;
}

/* ---- 3. The identity provider's tokens ---- */

/** A grant, as far as the identity provider is concerned. */
export interface IdpGrant {
  /** The claim `gid` of the access tokens. Not a secret. */
  readonly grantId: string;
  readonly tenant: string;
  readonly accountId: string;
  readonly clientId: string;
  /** Absent where the login left none. */
  readonly tokens: IdpTokens | undefined;
  /** Grows with each {@link IdpGrants.replace}. */
  readonly version: number;
  /** When the identity provider last stood by it; milliseconds since the epoch. */
  readonly checkedAt: number;
}

export interface IdpGrants {
  /** @returns nothing for a grant that is unknown, expired or revoked. */
  find(grantId: string): Promise<IdpGrant | undefined>;
  /** Writes what a refresh gave, over `version` and nothing else. @returns whether it did: else somebody was faster. */
  replace(grantId: string, version: number, tokens: IdpTokens): Promise<boolean>;
  /** Notes that the identity provider stood by it just now. */
  checked(grantId: string): Promise<void>;
  /** Ends a grant: every token of it is dead on all nodes within seconds. */
  end(grantId: string, reason: 'idp_refused' | 'user_changed' | 'revoked'): Promise<void>;
}
