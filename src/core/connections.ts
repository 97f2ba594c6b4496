import type { Place } from './admin.ts';
import type { PendingTable } from './pending-accounts.ts';
import type { Principal } from './principal.ts';

/** How an account at an upstream is called with. */
export const CONNECTION_KINDS = [
  'oauth2',
  'client_credentials',
  'jwt_bearer',
  'bearer',
  'basic',
  'api_key',
  'headers',
] as const;
export type ConnectionKind = (typeof CONNECTION_KINDS)[number];

/** Whose a connection is: a tenant's, for all its callers, or one user's. */
export interface ConnectionOwner {
  /** Nothing for a connection of the tenant. */
  readonly subject: string | null;
  /** Who says what `subject` means: the issuer of the user. Nothing for a connection of the tenant. */
  readonly issuer: string | null;
}

/** A tenant's, or one user's, account at an upstream. */
export interface ConnectionRow extends ConnectionOwner {
  readonly id: string;
  readonly tenant: string;
  /** The upstream's name in the config. */
  readonly upstream: string;
  /** What it is called among those of its owner at the upstream: callers choose by it. */
  readonly name: string;
  readonly kind: ConnectionKind;
  /** Where the account is, when not where the others are. */
  readonly baseUrl: string | null;
  /** What stands for the variables in the URLs of the upstream, by name. */
  readonly variables: { readonly [name: string]: string };
  /** What was granted, where that is known. */
  readonly scopes: readonly string[];
  /** `needs_reauth`: the upstream takes its credential no more. */
  readonly state: 'connected' | 'needs_reauth';
  /** The credential, sealed by the vault. */
  readonly sealed: string;
  /** The key that the vault sealed it under. */
  readonly keyId: string;
  /** Grows with each write of the credential. */
  readonly version: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** When the credential was last written. */
  readonly updatedAt: number;
  /** When somebody last gave it a credential; no token that is had anew changes it. Later each time. */
  readonly connectedAt: number;
  /** When the token in it ends, where that is known and another one can be had. */
  readonly endsAt: number | null;
}

/** Another credential of a connection. */
export interface ConnectionWrite extends Pick<ConnectionRow, 'sealed' | 'keyId' | 'scopes' | 'updatedAt' | 'endsAt'> {
  /** Where somebody gave it. */
  readonly connectedAt?: number;
}

/** One connection by what it is called. */
export type ConnectionName = Pick<ConnectionRow, 'tenant' | 'upstream' | 'name' | keyof ConnectionOwner>;

export interface ConnectionTable {
  /** Those that wait to become connections. */
  readonly pending: PendingTable;
  /** @returns false where its owner has one of that name at the upstream: it stays as it is. */
  insert(row: ConnectionRow): Promise<boolean>;
  find(id: string): Promise<ConnectionRow | undefined>;
  /** The one of that very owner. */
  named(name: ConnectionName): Promise<ConnectionRow | undefined>;
  /** How many there are, of one owner or of all in the tenant, counted as far as `most`. */
  count(query: {
    readonly tenant: string;
    readonly upstream: string;
    readonly owner?: ConnectionOwner;
    readonly most: number;
  }): Promise<number>;
  /** Newest first; of one tenant, or of all. */
  list(query: { readonly tenant?: string; readonly before?: Place; readonly limit: number }): Promise<ConnectionRow[]>;
  /**
   * Those of the tenant and, where there is a subject, of that very user; by name, the user's own first. Where there are
   * more than `limit`, it is the tenant's that are left out.
   */
  usable(
    query: { readonly tenant: string; readonly upstream: string; readonly limit: number } & ConnectionOwner,
  ): Promise<ConnectionRow[]>;
  /** Writes over `version` and nothing else; whatever state it was in, it is connected then. @returns whether it did. */
  replace(id: string, version: number, next: ConnectionWrite): Promise<boolean>;
  /** Marks `version` as one that is taken no more. @returns whether this very call did. */
  needsReauth(id: string, version: number): Promise<boolean>;
  /** Those of an upstream that are connected and whose tokens end within a time, the first to end first. */
  ending(query: {
    readonly upstream: string;
    readonly from: number;
    readonly until: number;
    readonly limit: number;
  }): Promise<ConnectionRow[]>;
  /** Those that are not sealed under a key, by id, behind `after`. */
  sealedOtherwise(query: {
    readonly keyId: string;
    readonly after: string;
    readonly limit: number;
  }): Promise<ConnectionRow[]>;
  /** Puts the same credential under another key. @returns false where it was written in the meantime. */
  rewrap(id: string, sealed: string, next: Pick<ConnectionRow, 'sealed' | 'keyId'>): Promise<boolean>;
  /** @param version this one and no other. Default: any. @returns whether this very call deleted it. */
  delete(id: string, version?: number): Promise<boolean>;
}

/** What a connection adds to a request: exactly one of these. */
export interface HeldCredential {
  readonly bearer?: string;
  readonly basic?: { readonly user: string; readonly password: string };
  readonly apiKey?: { readonly in: 'header' | 'query' | 'cookie'; readonly name: string; readonly value: string };
  /** One secret, sent as each operation's `security` says. */
  readonly value?: string;
  readonly headers?: { readonly [name: string]: string };
}

/**
 * Why an account may not send something of that name there, in words that go on from the name; nothing where it may. What
 * the server itself says in a request, no account says otherwise.
 */
export type RefuseName = (place: 'header' | 'query' | 'cookie', name: string) => string | undefined;

/** A connection as one call uses it. */
export interface Account {
  readonly id: string;
  readonly version: number;
  readonly held: HeldCredential;
  readonly baseUrl: string | null;
}

/** What a caller can say of their accounts in a call. */
export interface AskedOfCaller {
  /** The names among which they choose; none where they have one account at the most. */
  readonly names: readonly string[];
  /** Whether an account waits for its code. */
  readonly waits: boolean;
}

/** The connections of an upstream. */
export interface Accounts {
  /**
   * @param name the connection that the caller has chosen, where they have several.
   * @throws PosternError `needs_connection`, `needs_reauth`, `invalid_arguments` where a choice is wanted,
   *   `upstream_unavailable` when the token cannot be had right now, `upstream_error` for what only the operator can mend.
   */
  accountFor(principal: Principal, name?: string): Promise<Account>;
  /**
   * The same account with another token, in the place of one that the upstream has refused. Of many who come with the
   * same one, one asks for it.
   * @returns nothing where there is none: it needs to be connected again, and is known to from now on.
   * @throws PosternError `upstream_unavailable` when that cannot be told right now.
   */
  renew(refused: Account): Promise<Account | undefined>;
  /** What a caller can say of their accounts in a call, as of some seconds ago. */
  asked(principal: Principal): Promise<AskedOfCaller>;
  /**
   * Where a caller who has no account, or none that is good, can have one connected.
   * @param name as in {@link Accounts.accountFor}.
   * @returns nothing where that is not for them to do, or not done in a browser.
   */
  connectUrl(principal: Principal, name?: string): Promise<string | undefined>;
  /** Whether an account waits for its code that was connected where this caller was told to. */
  waits(principal: Principal): Promise<boolean>;
  /** Has the account count that waits for this code. @returns whether one did: a wrong code says nothing else. */
  confirm(principal: Principal, code: string, requestId: string): Promise<boolean>;
  /** Hears that an account ends while a call is made with it, and why. @returns what ends the watch. */
  watch(account: Account, end: (reason: unknown) => void): () => void;
  /** The upstream has refused what was renewed a moment ago, too. */
  refuse(account: Account): Promise<void>;
}
