import type { Conversation } from '../../core/conversation.ts';
import { PosternError } from '../../core/errors.ts';

/** A call under way. It knows its neighbours: a set that is never empty would keep what went through it (`deadlines.ts`). */
export interface RunningCall<C> {
  readonly caller: C;
  readonly conversation: Conversation;
  /** Why it was broken off: whatever has become of it, its caller is told so. */
  ended: PosternError | undefined;
  before: RunningCall<C> | undefined;
  after: RunningCall<C> | undefined;
}

/** The calls under way, whatever they came by, so that they can be broken off when their caller has to go. */
export class Running<C> {
  readonly #came: (call: RunningCall<C>) => void;
  #first: RunningCall<C> | undefined;
  #last: RunningCall<C> | undefined;

  /** @param came told with each call that begins. */
  constructor(came: (call: RunningCall<C>) => void) {
    this.#came = came;
  }

  /** Whether there are any. */
  get some(): boolean {
    return this.#first !== undefined;
  }

  /** @returns what {@link leave} takes when the call has ended, however. */
  enter(caller: C, conversation: Conversation): RunningCall<C> {
    const call: RunningCall<C> = { caller, conversation, ended: undefined, before: this.#last, after: undefined };
    if (this.#last === undefined) this.#first = call;
    else this.#last.after = call;
    this.#last = call;
    this.#came(call);
    return call;
  }

  leave({ before, after }: RunningCall<C>): void {
    if (before === undefined) this.#first = after;
    else before.after = after;
    if (after === undefined) this.#last = before;
    else after.before = before;
  }

  /** Breaks off those whose caller has to go. @param has says so. Never rejects. */
  end(has: (caller: C) => Promise<boolean> | boolean): void {
    for (let call = this.#first; call !== undefined; call = call.after) void this.#ask(call, has);
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
