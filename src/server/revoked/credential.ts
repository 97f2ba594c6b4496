import type { Clock } from '../../core/clock.ts';
import { RELIED_ON_MS } from '../../core/ends.ts';
import { asPosternError, PosternError } from '../../core/errors.ts';
import { type Principal, principalKey, sameRights } from '../../core/principal.ts';

/** What somebody was let in by, who may stay. A class, because it is made once a request, and most of them go at once. */
export class Credential {
  readonly principal: Principal;
  readonly #again: () => Principal | Promise<Principal>;
  readonly #clock: Clock;
  #foundAt: number;

  /**
   * @param again verifies the same credential once more.
   * @param foundAt on the monotonic clock: when it began to be verified.
   */
  constructor(principal: Principal, again: () => Principal | Promise<Principal>, clock: Clock, foundAt: number) {
    this.principal = principal;
    this.#again = again;
    this.#clock = clock;
    this.#foundAt = foundAt;
  }

  /**
   * For whoever has waited since, and does something now: without a promise where that was no longer than what was found
   * out is relied on.
   * @throws PosternError as whoever verified it first, and `conflict` where it is good for something else by now.
   */
  stands(): void | Promise<void> {
    if (this.#clock.monotonic() - this.#foundAt >= RELIED_ON_MS) return this.#verify();
  }

  /** Whether it is no longer good for the same caller. @throws PosternError `unavailable` where that cannot be told. */
  async gone(): Promise<boolean> {
    try {
      await this.#verify();
      return false;
    } catch (thrown) {
      const error = asPosternError(thrown);
      if (error.code === 'unavailable') throw error;
      return true;
    }
  }

  async #verify(): Promise<void> {
    const begun = this.#clock.monotonic();
    const found = await this.#again();
    if (found !== this.principal) {
      if (principalKey(found) !== principalKey(this.principal)) throw new PosternError('invalid_token');
      if (!sameRights(found, this.principal)) throw new PosternError('conflict', CHANGED);
    }
    this.#foundAt = begun;
  }
}

const CHANGED = {
  message: 'What the credential may do was changed while the request was under way.',
  hint: 'Send it again.',
};
