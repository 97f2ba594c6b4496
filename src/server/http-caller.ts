import { asPosternError } from '../core/errors.ts';
import { type Principal, principalKey } from '../core/principal.ts';
import type { Lease } from './offer/lease.ts';
import type { ServerCaller } from './offer/service.ts';

/**
 * Who made a request over HTTP, for the engine. Streams hold on to it, so it holds on to nothing of the offer that
 * began with it. A class, because it is made once a request, and most of them never ask for its key.
 */
export class HttpCaller implements ServerCaller {
  readonly principal: Principal;
  readonly requestId: string;
  readonly lease: Lease;
  readonly #viewKey: string;
  readonly #again: () => Principal | Promise<Principal>;

  /**
   * @param viewKey tells what this caller is served from what it is served elsewhere.
   * @param again verifies the same credential once more.
   */
  constructor(
    principal: Principal,
    requestId: string,
    lease: Lease,
    viewKey: string,
    again: () => Principal | Promise<Principal>,
  ) {
    this.principal = principal;
    this.requestId = requestId;
    this.lease = lease;
    this.#viewKey = viewKey;
    this.#again = again;
  }

  get key(): string {
    return `${principalKey(this.principal)}${this.#viewKey}`;
  }

  get expiresAt(): number | undefined {
    return this.principal.expiresAt;
  }

  /** Whether the credential is still good for the same caller. That it cannot be told right now ends nothing. */
  async stillValid(): Promise<boolean> {
    try {
      return principalKey(await this.#again()) === principalKey(this.principal);
    } catch (thrown) {
      return asPosternError(thrown).code === 'unavailable';
    }
  }
}
