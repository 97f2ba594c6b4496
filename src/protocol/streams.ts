import type { Clock } from '../core/clock.ts';
import { PosternError } from '../core/errors.ts';
import type { Caller, Note } from './service.ts';
import { EventStream, type StreamEnd } from './stream.ts';
import type { EngineLimits, EngineOptions } from './types.ts';

export interface StreamWish {
  readonly caller: Caller;
  /** What the stream is, for the log. */
  readonly kind: 'call' | 'listen' | 'session' | 'sse';
  readonly onEnd?: (how: StreamEnd) => void;
  /** Called when the server closes or the credential dies, before the stream ends: the last word is its own. */
  readonly onClosing?: (stream: EventStream) => void;
}

/** Every open stream of this process: counted for each caller, ended with its credential and with the server. */
export class Streams {
  readonly #clock: Clock;
  readonly #limits: EngineLimits;
  readonly #note: Note;
  readonly #stays: NonNullable<EngineOptions['stays']>;
  readonly #perCaller = new Map<string, number>();
  /** How to end each stream that would stay open for ever, and whose it is. */
  readonly #standing = new Map<() => void, Caller>();
  #open = 0;
  #closed = false;

  /** @param stays told of each stream that would stay open for ever. */
  constructor(
    clock: Clock,
    limits: EngineLimits,
    note: Note,
    stays: NonNullable<EngineOptions['stays']> = () => undefined,
  ) {
    this.#clock = clock;
    this.#limits = limits;
    this.#note = note;
    this.#stays = stays;
  }

  /** @returns nothing where the caller, or the process, has as many as it may. */
  tryOpen(wish: StreamWish): EventStream | undefined {
    return this.#refusal(wish.caller) === undefined ? this.#make(wish) : undefined;
  }

  /** @throws PosternError `too_many_streams`, `unavailable`. */
  open(wish: StreamWish): EventStream {
    const refusal = this.#refusal(wish.caller);
    if (refusal !== undefined) throw refusal;
    return this.#make(wish);
  }

  /** Ends the streams that would stay open for ever; those of running calls end with their results. */
  close(): void {
    this.#closed = true;
    for (const end of [...this.#standing.keys()]) end();
  }

  /** Whether any stream is open that would stay so for ever. */
  get standing(): boolean {
    return this.#standing.size > 0;
  }

  /** Ends those whose caller has to go. @param has says so. Never rejects. */
  end(has: (caller: Caller) => Promise<boolean> | boolean): void {
    for (const [end, caller] of this.#standing) {
      const answer = has(caller);
      if (answer === true) end();
      // It may have ended meanwhile.
      else if (answer !== false) void answer.then((gone) => gone && this.#standing.has(end) && end());
    }
  }

  #refusal({ key }: Caller): PosternError | undefined {
    if (this.#closed || this.#open >= this.#limits.streams) return new PosternError('unavailable');
    const mine = this.#perCaller.get(key) ?? 0;
    return mine >= this.#limits.streamsPerCaller
      ? new PosternError('too_many_streams', { retryAfterSeconds: 5, hint: 'Close a stream first.' })
      : undefined;
  }

  #make({ caller, kind, onEnd, onClosing }: StreamWish): EventStream {
    this.#open++;
    this.#perCaller.set(caller.key, (this.#perCaller.get(caller.key) ?? 0) + 1);
    let stopExpiry = () => {};
    let stopRecheck = () => {};
    const stream = new EventStream({
      clock: this.#clock,
      keepAliveMs: this.#limits.keepAliveMs,
      bufferBytes: this.#limits.streamBufferBytes,
      onEnd: (how) => {
        stopExpiry();
        stopRecheck();
        this.#standing.delete(leave);
        this.#release(caller.key);
        if (how === 'cut') this.#note('stream_cut', { kind });
        onEnd?.(how);
      },
    });
    const leave = () => {
      onClosing?.(stream);
      stream.end();
    };
    if (kind !== 'call') {
      this.#standing.set(leave, caller);
      this.#stays(caller, () => this.#standing.has(leave) && leave());
      if (caller.expiresAt !== undefined) {
        stopExpiry = this.#clock.after(Math.max(0, caller.expiresAt - this.#clock.now()), leave);
      }
      if (caller.stillValid !== undefined) stopRecheck = this.#recheck(caller, leave);
    }
    return stream;
  }

  /** @returns a function that stops looking. */
  #recheck(caller: Caller, leave: () => void): () => void {
    let stopped = false;
    let stop = () => {};
    const look = async () => {
      if ((await caller.stillValid?.()) !== false) arm();
      else if (!stopped) leave();
    };
    const arm = () => {
      if (!stopped) stop = this.#clock.after(this.#limits.recheckMs, () => void look());
    };
    arm();
    return () => {
      stopped = true;
      stop();
    };
  }

  #release(key: string): void {
    this.#open--;
    const left = (this.#perCaller.get(key) ?? 1) - 1;
    if (left === 0) this.#perCaller.delete(key);
    else this.#perCaller.set(key, left);
  }
}
