import { Abort, type Signal, whenAborted } from '../core/abort.ts';
import { type Answers, type Conversation, LOG_LEVELS, type LogLevel, type Question } from '../core/conversation.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { lacking } from './ask.ts';
import type { ClientFacts } from './envelope.ts';
import { outbound } from './reply.ts';

/** The way back to the client while a request runs. */
export interface Outlet {
  /** Whether what is sent here reaches the client before the result does. */
  readonly open: boolean;
  /** @param message a whole JSON-RPC message. @returns whether it will reach the client. */
  send(message: string): boolean;
}

/** An outlet that leads nowhere: JSON replies, batches. */
export const CLOSED_OUTLET: Outlet = { open: false, send: () => false };

/**
 * The conversation of one running request. Made for every call, used by few: the signal is made when somebody
 * asks for it.
 */
export abstract class RunConversation implements Conversation {
  /** The revision the request is read by. */
  readonly version: string;
  readonly capabilities: JsonObject;
  readonly client: ClientFacts['client'];
  protected readonly outlet: Outlet;
  readonly #progressToken: string | number | undefined;
  readonly #leastLevel: LogLevel | undefined;
  readonly #gone: { readonly signal: Signal } | undefined;
  #signal: Abort | undefined;
  #progress = Number.NEGATIVE_INFINITY;

  /** @param gone what tells that the client went away, where that ends the request. */
  constructor(facts: ClientFacts, outlet: Outlet, gone: { readonly signal: Signal } | undefined) {
    this.version = facts.version;
    this.capabilities = facts.capabilities;
    this.client = facts.client;
    this.outlet = outlet;
    this.#progressToken = facts.progressToken;
    this.#leastLevel = facts.logLevel;
    this.#gone = gone;
  }

  get signal(): Signal {
    if (this.#signal === undefined) {
      this.#signal = new Abort();
      const gone = this.#gone?.signal;
      whenAborted(gone, () => this.abort(gone?.reason));
    }
    return this.#signal;
  }

  get aborted(): boolean {
    return this.#signal?.aborted === true || this.#gone?.signal.aborted === true;
  }

  abort(reason: unknown): void {
    this.#signal ??= new Abort();
    this.#signal.abort(reason);
  }

  progress(progress: number, total?: number, message?: string): void {
    // Values must grow (MCP, basic/patterns/progress): one that does not is not worth failing a call for.
    if (this.#progressToken === undefined || !(progress > this.#progress) || this.aborted) return;
    this.#progress = progress;
    this.outlet.send(
      outbound('notifications/progress', { progressToken: this.#progressToken, progress, total, message }),
    );
  }

  log(level: LogLevel, data: Json, logger?: string): void {
    if (this.#leastLevel === undefined || this.aborted) return;
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(this.#leastLevel)) return;
    this.outlet.send(outbound('notifications/message', { level, logger, data }));
  }

  canAsk(question: Question): boolean {
    return lacking([question], this.capabilities) === undefined;
  }

  abstract ask(questions: { readonly [key: string]: Question }): Promise<Answers>;
}
