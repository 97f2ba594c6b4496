import { type Principal, principalKey } from '../core/principal.ts';
import type { Lease } from './offer/lease.ts';
import type { ServerCaller } from './offer/service.ts';
import type { Credential } from './revoked/credential.ts';

/**
 * Who made a request over HTTP, for the engine. Streams hold on to it, so it holds on to nothing of the offer that
 * began with it. A class, because it is made once a request, and most of them never ask for its key.
 */
export class HttpCaller implements ServerCaller {
  readonly principal: Principal;
  readonly requestId: string;
  readonly lease: Lease;
  readonly #credential: Credential;
  readonly #viewKey: string;

  /** @param viewKey tells what this caller is served from what it is served elsewhere. */
  constructor(credential: Credential, requestId: string, lease: Lease, viewKey: string) {
    this.principal = credential.principal;
    this.requestId = requestId;
    this.lease = lease;
    this.#credential = credential;
    this.#viewKey = viewKey;
  }

  get key(): string {
    return `${principalKey(this.principal)}${this.#viewKey}`;
  }

  get expiresAt(): number | undefined {
    return this.principal.expiresAt;
  }

  stands(): void | Promise<void> {
    return this.#credential.stands();
  }

  gone(): Promise<boolean> {
    return this.#credential.gone();
  }

  /** That it cannot be told right now ends nothing. */
  stillValid(): Promise<boolean> {
    return this.gone().then(
      (gone) => !gone,
      () => true,
    );
  }
}
