/** As much of an `AbortSignal` as is listened to here, so that one of ours can stand where one of Node's does. */
export interface Signal {
  readonly aborted: boolean;
  /** Why, once it is. */
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * A signal together with what aborts it. Node's are events with all that belongs to them; every call to an API would
 * make two, and hardly one of them is ever aborted.
 */
export class Abort implements Signal {
  #aborted = false;
  #reason: unknown;
  /** The first is nearly always the only one. */
  #listener: (() => void) | undefined;
  #others: (() => void)[] | undefined;

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** Tells all that listen, once. The first reason stays. */
  abort(reason?: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    const listeners = [this.#listener, ...(this.#others ?? [])];
    this.#listener = undefined;
    this.#others = undefined;
    for (const listener of listeners) listener?.();
  }

  /** A signal is aborted once, so every listener is heard once. After that none is, as with Node's. */
  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#aborted || this.#listener === listener || this.#others?.includes(listener) === true) return;
    if (this.#listener === undefined) this.#listener = listener;
    else this.#others = [...(this.#others ?? []), listener];
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    if (this.#listener === listener) this.#listener = undefined;
    else this.#others = this.#others?.filter((other) => other !== listener);
  }
}

/**
 * Calls `listener` once it is aborted: at once, where it is already.
 * @returns what ends the listening.
 */
export function whenAborted(signal: Signal | undefined, listener: () => void): () => void {
  if (signal?.aborted === true) listener();
  else signal?.addEventListener('abort', listener, { once: true });
  return () => signal?.removeEventListener('abort', listener);
}

/** The same as one of Node's, for whoever wants all of it. */
export function asAbortSignal(signal: Signal): AbortSignal {
  if (signal instanceof AbortSignal) return signal;
  const controller = new AbortController();
  whenAborted(signal, () => controller.abort(signal.reason));
  return controller.signal;
}
