/** How somebody came by a connect URL: in a call that needed an account, from the admin API, or from a command. */
export type AskedBy = 'call' | 'admin' | 'command';

/** An account that was connected at a connect URL and counts for nothing until whoever asked says the code of it. */
export interface PendingAccount {
  /** That of the connect URL: of each there is one account at the most. */
  readonly id: string;
  readonly tenant: string;
  /** The upstream's name in the config. */
  readonly upstream: string;
  /** Whose it becomes: nothing for the tenant's, as with connections. */
  readonly subject: string | null;
  readonly issuer: string | null;
  readonly askedBy: AskedBy;
  /** HMAC-SHA256 of the code. The code itself is never here. */
  readonly digest: string;
  /** The credential and what it is for, sealed by the vault. */
  readonly sealed: string;
  /** How often a code was said for it. */
  readonly tries: number;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

/** Those of one owner at an upstream that have not expired by a time. */
export interface PendingQuery extends Pick<PendingAccount, 'tenant' | 'upstream' | 'subject' | 'issuer'> {
  /** Those alone that were asked for so. Default: all. */
  readonly askedBy?: AskedBy;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Accounts that wait for a code, for minutes: nothing that serves a call reads them. */
export interface PendingTable {
  /** @returns false where there is one of that id: it stays as it is. */
  insert(row: PendingAccount): Promise<boolean>;
  list(query: PendingQuery & { readonly limit: number }): Promise<PendingAccount[]>;
  /**
   * Counts a try of each, before anything is compared: of many who guess at once, nobody guesses for nothing.
   * @param most those that have had so many already are left out.
   * @returns them with this try counted.
   */
  tried(query: PendingQuery & { readonly most: number }): Promise<PendingAccount[]>;
  /** Takes back a try that was not meant for these. */
  spare(ids: readonly string[]): Promise<void>;
  /** @returns whether this very call deleted it. */
  delete(id: string): Promise<boolean>;
  /** Deletes what has expired by a time. */
  forget(now: number): Promise<void>;
}
