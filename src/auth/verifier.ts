import type { Principal } from '../core/principal.ts';

/** `not-mine`: the credential is of a kind this verifier does not know, so the next one may look at it. */
export type Verdict = Principal | 'not-mine';

/** Knows one kind of credential. */
export interface Verifier {
  /**
   * Says who presents `token`. Without a promise where it can tell at once.
   *
   * @param address where the request came from, to count failures by.
   * @throws PosternError `invalid_token` when the credential is of this kind and no good; `unavailable` when that cannot
   *   be told right now: an outage must never look like a bad credential, or clients throw theirs away.
   *   `rate_limited` instead of `invalid_token` after too many of these.
   */
  verify(token: string, address: string): Verdict | Promise<Verdict>;
}
