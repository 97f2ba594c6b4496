import type { Place } from './admin.ts';

/** A client that came by itself: registered (RFC 7591), or read from its metadata document. Ids are no secrets. */
export interface OAuthClientRow {
  readonly id: string;
  readonly kind: 'registered' | 'document';
  /** JSON, as `oauth/clients` writes it. */
  readonly body: string;
  /** HMAC of the client's secret, where it has one. */
  readonly secret: string | null;
  /** Whose registrations are counted together: a digest, never an address. */
  readonly source: string | null;
  /** All times are milliseconds since the epoch. */
  readonly createdAt: number;
  readonly usedAt: number | null;
  /** Until when a document need not be fetched again. */
  readonly freshUntil: number | null;
}

export interface OAuthClientTable {
  /** @returns whether the id was free. The row that was there stays as it is. */
  insert(row: OAuthClientRow): Promise<boolean>;
  /** Writes a row over the one that is there; `createdAt` and `usedAt` stay. */
  put(row: OAuthClientRow): Promise<void>;
  find(id: string): Promise<OAuthClientRow | undefined>;
  /** Notes a use. An older time never overwrites a newer one. */
  touch(id: string, at: number): Promise<void>;
  /** How many there are of a kind; of one source, made since a time. */
  count(query: {
    readonly kind: OAuthClientRow['kind'];
    readonly source?: string;
    readonly since?: number;
  }): Promise<number>;
  /** Newest first; of one kind, or of both. */
  list(query: {
    readonly kind?: OAuthClientRow['kind'];
    readonly before?: Place;
    readonly limit: number;
  }): Promise<OAuthClientRow[]>;
  /**
   * Deletes clients that were neither made nor used since a time. One with a living grant stays whatever it was.
   * @returns how many it deleted.
   */
  prune(query: {
    readonly kind: OAuthClientRow['kind'];
    readonly unusedSince: number;
    /** For those that were used at all, the time of their last use. Default `unusedSince`. */
    readonly idleSince?: number;
    readonly now: number;
    readonly limit: number;
  }): Promise<number>;
}

/** What a user granted to a client, once. Every token of it lives as long as it does, at the most. */
export interface OAuthGrantRow {
  /** The claim `gid` of its access tokens: an HMAC, from which nothing can be had. */
  readonly id: string;
  readonly tenant: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  /** Sealed: what tokens say of the user. */
  readonly claims: string;
  /** Sealed: the tokens of the identity provider, where there are any. */
  readonly idp: string | null;
  /** Grows with each write of `idp`. */
  readonly version: number;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** When the identity provider last stood by it. */
  readonly checkedAt: number;
  readonly revokedAt: number | null;
  /** Why, in a word. */
  readonly reason: string | null;
}

export interface OAuthGrantTable {
  /** @throws when the id is taken. */
  insert(row: OAuthGrantRow): Promise<void>;
  find(id: string): Promise<OAuthGrantRow | undefined>;
  /** Newest first; of one tenant, or of all. */
  list(query: {
    readonly tenant?: string;
    readonly clientId?: string;
    readonly before?: Place;
    readonly limit: number;
  }): Promise<OAuthGrantRow[]>;
  /** Lets a grant that was not revoked live longer. An earlier end never overwrites a later one. */
  extend(id: string, expiresAt: number): Promise<void>;
  /** Atomic. Forgets the identity provider's tokens. @returns whether this very call revoked it. */
  revoke(id: string, at: number, reason: string): Promise<boolean>;
  /** Writes over `version` and nothing else, and only while it is not revoked. @returns whether it did. */
  replaceIdp(id: string, version: number, idp: string, at: number): Promise<boolean>;
  /** Notes that the identity provider stood by it. An older time never overwrites a newer one. */
  checked(id: string, at: number): Promise<void>;
  /** Deletes grants that ended before a time. @returns how many. */
  prune(endedBefore: number, limit: number): Promise<number>;
}

/** A refresh token. What it says is sealed under a key that only the token itself gives. */
export interface OAuthRefreshRow {
  /** HMAC of the token. */
  readonly id: string;
  readonly grantId: string;
  readonly sealed: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** When it was first exchanged for its successor. */
  readonly consumedAt: number | null;
}

export interface OAuthRefreshTable {
  /** @returns whether it was not there yet. The row that was there stays as it is. */
  insert(row: OAuthRefreshRow): Promise<boolean>;
  find(id: string): Promise<OAuthRefreshRow | undefined>;
  /** Atomic. @returns whether this very call consumed it. */
  consume(id: string, at: number): Promise<boolean>;
  delete(id: string): Promise<void>;
  deleteOfGrant(grantId: string): Promise<void>;
  /** Deletes what expired before a time. @returns how many. */
  prune(expiredBefore: number, limit: number): Promise<number>;
}

/** What was revoked before it expired by itself. */
export interface OAuthRevocationRow {
  /** `grant:` and the id of a grant, or `token:` and the `jti` of one access token. */
  readonly id: string;
  readonly at: number;
  /** When no token that it concerns can be alive any more. */
  readonly expiresAt: number;
}

export interface OAuthRevocationTable {
  /** Does nothing where it is there. */
  add(row: OAuthRevocationRow): Promise<void>;
  /** Those since a time that have not expired, oldest first. */
  since(at: number, now: number): Promise<OAuthRevocationRow[]>;
  prune(expiredBefore: number): Promise<void>;
}

/** A key that access tokens are signed with. */
export interface OAuthKeyRow {
  /** The `kid`. */
  readonly id: string;
  /** The public JWK, as JSON. */
  readonly public: string;
  /** The private JWK, sealed. */
  readonly sealed: string;
  readonly createdAt: number;
  /** When it begins to sign; it is published before. */
  readonly activeFrom: number;
  /** When it is no longer published: no token it signed is alive then. */
  readonly retiredAt: number | null;
}

export interface OAuthKeyTable {
  /** @throws when the id is taken. */
  insert(row: OAuthKeyRow): Promise<void>;
  /** Those that are not retired by `now`, in the order they begin to sign. */
  list(now: number): Promise<OAuthKeyRow[]>;
  /** An earlier time is never put off. */
  retire(id: string, at: number): Promise<void>;
  /** Deletes what was retired before a time. */
  prune(retiredBefore: number): Promise<void>;
}

/** A client that was created at an identity provider for somebody who registered here. Ids are no secrets. */
export interface OAuthNativeClientRow {
  /** The issuer of the identity provider. */
  readonly provider: string;
  /** The `client_id` there, which is the client's. */
  readonly clientId: string;
  /** What its management API deletes it by. */
  readonly ref: string;
  /** Of what was registered: who registers the same gets the same. Null for one with a secret, which nobody else may be. */
  readonly digest: string | null;
  /** All times are milliseconds since the epoch. */
  readonly createdAt: number;
  readonly usedAt: number | null;
  /** Since when it is to be deleted there. It is nobody's any more. */
  readonly retiredAt: number | null;
}

export interface OAuthNativeClientTable {
  /** @throws when there is one of that id. */
  insert(row: OAuthNativeClientRow): Promise<void>;
  /** One that is not retired. */
  find(provider: string, clientId: string): Promise<OAuthNativeClientRow | undefined>;
  /** Of those that are not retired, the one that was there first. */
  findSame(provider: string, digest: string): Promise<OAuthNativeClientRow | undefined>;
  /** Notes a use. An older time never overwrites a newer one. */
  touch(provider: string, clientId: string, at: number): Promise<void>;
  /** How many there are that are not retired. */
  count(provider: string): Promise<number>;
  /** Atomic. @returns whether this very call retired it. */
  retire(provider: string, clientId: string, at: number): Promise<boolean>;
  /** Retires those that were made before a time and never used, or last used before another, the oldest first. @returns how many. */
  retireUnused(query: {
    readonly provider: string;
    readonly unusedSince: number;
    readonly idleSince: number;
    readonly at: number;
    readonly limit: number;
  }): Promise<number>;
  /** The oldest of those that are retired. */
  retired(provider: string, limit: number): Promise<OAuthNativeClientRow[]>;
  /** Deletes one that is retired. */
  delete(provider: string, clientId: string): Promise<void>;
}

/** What the authorization facade keeps, and what is kept of clients that are somebody else's. */
export interface OAuthTables {
  readonly clients: OAuthClientTable;
  readonly grants: OAuthGrantTable;
  readonly refreshTokens: OAuthRefreshTable;
  readonly revocations: OAuthRevocationTable;
  readonly signingKeys: OAuthKeyTable;
  readonly nativeClients: OAuthNativeClientTable;
}
