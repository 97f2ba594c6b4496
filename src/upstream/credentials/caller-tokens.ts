import type { Principal } from '../../core/principal.ts';

/** Where the token of a call comes from, when it depends on who calls. */
export interface CallerTokens {
  /**
   * The token for a call of `principal`, sent as a bearer token; without a promise where it is at hand.
   * @throws PosternError `forbidden` for a caller who can have none, `needs_reauth` for one who has to log in again,
   *   `upstream_unavailable` when it cannot be had right now, `upstream_error` for what only the operator can mend.
   */
  tokenFor(principal: Principal): string | Promise<string>;
  /**
   * Another token in the place of one that the upstream has refused. Of many who come with the same one, one asks for it.
   * @returns nothing where another one would be refused like this one.
   * @throws PosternError `upstream_unavailable` when that cannot be told right now.
   */
  renew?(principal: Principal, refused: string): Promise<string | undefined>;
}

/** The identity provider's tokens of users who have logged in here. */
export interface IdentityTokens {
  /**
   * @param refused a token that was refused although it seems good: another one takes its place.
   * @throws PosternError `needs_reauth`, `unavailable`.
   */
  tokenFor(grantId: string, refused?: string): Promise<IdentityToken>;
}

export interface IdentityToken {
  readonly token: string;
  /** Milliseconds since the epoch, where it is known. */
  readonly expiresAt?: number;
}

/** A token that is younger, in milliseconds, is not renewed because an upstream refuses it: the next one would fare no better. */
export const YOUNG_MS = 60_000;
