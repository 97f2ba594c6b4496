import type { Conversation } from '../../core/conversation.ts';
import { PosternError } from '../../core/errors.ts';
import { type Linked, LinkedList } from '../../lib/linked-list.ts';

/** A call under way. */
export interface RunningCall<C> extends Linked<RunningCall<C>> {
  readonly caller: C;
  readonly conversation: Conversation;
  /** Why it was broken off: whatever has become of it, its caller is told so. */
  ended: PosternError | undefined;
}

/** The calls under way, whatever they came by, so that they can be broken off when their caller has to go. */
export class Running<C> {
  readonly #came: (call: RunningCall<C>) => void;
  readonly #calls = new LinkedList<RunningCall<C>>();

  /** @param came told with each call that begins. */
  constructor(came: (call: RunningCall<C>) => void) {
    this.#came = came;
  }

  /** Whether there are any. */
  get some(): boolean {
    return this.#calls.first !== undefined;
  }

  /** @returns what {@link leave} takes when the call has ended, however. */
  enter(caller: C, conversation: Conversation): RunningCall<C> {
    const call: RunningCall<C> = { caller, conversation, ended: undefined, before: undefined, after: undefined };
    this.#calls.add(call);
    this.#came(call);
    return call;
  }

  leave(call: RunningCall<C>): void {
    this.#calls.remove(call);
  }

  /** Breaks off those whose caller has to go. @param has says so. Never rejects. */
  end(has: (caller: C) => Promise<boolean> | boolean): void {
    for (const call of this.#calls.all()) void this.#ask(call, has);
  }

  async #ask(call: RunningCall<C>, has: (caller: C) => Promise<boolean> | boolean): Promise<void> {
    if (call.ended === undefined && (await has(call.caller))) this.breakOff(call);
  }

  /** Because its caller has to go. */
  breakOff(call: RunningCall<C>): void {
    if (call.ended !== undefined) return;
    const reason = 'credential_ended';
    const message = `The credential has ended while the call was under way (${reason}).`;
    call.ended = new PosternError('invalid_token', { message, data: { reason } });
    call.conversation.abort?.(call.ended);
  }
}
