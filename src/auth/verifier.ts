import type { Principal } from '../core/principal.ts';

/** `not-mine`: the credential is of a kind this verifier does not know, so the next one may look at it. */
export type Verdict = Principal | 'not-mine';

/** Whether tenants are served at an endpoint. A credential of one that is not is answered like one that nobody has. */
export type AdmitsTenant = (tenant: string) => boolean;

/** Knows one kind of credential. */
export interface Verifier {
  /** Whether what it verifies may stand in `Authorization` only, and not in `X-Api-Key`. Default false. */
  readonly bearerOnly?: boolean;
  /**
   * Says who presents `token`. Without a promise where it can tell at once.
   *
   * @param address where the request came from, to count failures by.
   * @param endpoint the URL of the endpoint that it is presented at: what tokens must be made out to.
   * @param admits whose credentials count there. Default: everybody's.
   * @throws PosternError `invalid_token` when the credential is of this kind and no good; `unavailable` when that cannot
   *   be told right now: an outage must never look like a bad credential, or clients throw theirs away.
   *   `rate_limited` instead of `invalid_token` after too many of these.
   */
  verify(token: string, address: string, endpoint?: string, admits?: AdmitsTenant): Verdict | Promise<Verdict>;
}
