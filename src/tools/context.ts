import { asAbortSignal } from '../core/abort.ts';
import type { Answers, Conversation, Elicitation, LogLevel, Question, SamplingRequest } from '../core/conversation.ts';
import type { Json, JsonObject, JsonSchema } from '../core/json.ts';
import type { Principal } from '../core/principal.ts';
import { jsonSchemaOf, type SchemaInput } from './schema-input.ts';

/** What the person at the client did with a form: only `accept` carries content. */
export interface Elicited {
  readonly action: 'accept' | 'decline' | 'cancel';
  readonly content?: JsonObject;
}

/**
 * What a handler is given besides its arguments: who calls, and the way back to the client.
 *
 * `ask`, `elicit`, `sample` and `roots` end the run in the modern era: the client answers by calling again and the
 * handler runs from its start. So do the asking before the doing, in an order that depends on nothing else.
 */
export interface HandlerContext {
  readonly principal: Principal;
  readonly requestId: string;
  /** Aborted when the client cancels or goes away, and at the deadline. Hand it to whatever waits. */
  readonly signal: AbortSignal;
  /** The capabilities the client declared. Unverified. */
  readonly capabilities: JsonObject;
  /** What the client calls itself. Unverified. */
  readonly client: { readonly name: string; readonly version: string };
  /** Tells how far the work is; `progress` must grow from call to call. */
  progress(progress: number, total?: number, message?: string): void;
  log(level: LogLevel, data: Json, logger?: string): void;
  /** Asks several things at once, by keys of your choice. @throws PosternError `missing_capability`. */
  ask(questions: { readonly [key: string]: Question }): Promise<Answers>;
  /** Shows the person a form. Never ask for secrets with it: send them to a URL of yours through `ask`. */
  elicit(message: string, form: SchemaInput): Promise<Elicited>;
  /** Has the client's model write something. */
  sample(request: SamplingRequest): Promise<JsonObject>;
  /** The client's root folders. */
  roots(): Promise<JsonObject>;
  /** Lets a 2025-11-25 client come back for the rest later; does nothing where streams cannot be resumed. */
  closeStream(): void;
}

export function createContext(principal: Principal, requestId: string, conversation: Conversation): HandlerContext {
  return new CallContext(principal, requestId, conversation);
}

/**
 * Made for every call, and used little by most: the functions are made when they are asked for. They are getters and
 * not methods, so that a handler may take them out of the context: `run: (args, { progress }) => …`.
 */
class CallContext implements HandlerContext {
  readonly principal: Principal;
  readonly requestId: string;
  readonly #conversation: Conversation;
  #signal: AbortSignal | undefined;
  /** A handler that runs again asks in the same order, so a number is name enough. */
  #asked = 0;

  constructor(principal: Principal, requestId: string, conversation: Conversation) {
    this.principal = principal;
    this.requestId = requestId;
    this.#conversation = conversation;
  }

  get signal(): AbortSignal {
    this.#signal ??= asAbortSignal(this.#conversation.signal);
    return this.#signal;
  }

  get capabilities() {
    return this.#conversation.capabilities;
  }

  get client() {
    return this.#conversation.client;
  }

  get progress(): HandlerContext['progress'] {
    return (progress, total, message) => this.#conversation.progress(progress, total, message);
  }

  get log(): HandlerContext['log'] {
    return (level, data, logger) => this.#conversation.log(level, data, logger);
  }

  get ask(): HandlerContext['ask'] {
    return (questions) => this.#conversation.ask(questions);
  }

  get elicit(): HandlerContext['elicit'] {
    return async (message, form) =>
      asElicited(await this.#askOne({ method: 'elicitation/create', params: formOf(message, jsonSchemaOf(form)) }));
  }

  get sample(): HandlerContext['sample'] {
    return (request) => this.#askOne({ method: 'sampling/createMessage', params: request });
  }

  get roots(): HandlerContext['roots'] {
    return () => this.#askOne({ method: 'roots/list' });
  }

  get closeStream(): HandlerContext['closeStream'] {
    return () => this.#conversation.closeStream?.();
  }

  async #askOne(question: Question): Promise<JsonObject> {
    const key = `q${++this.#asked}`;
    const answers = await this.#conversation.ask({ [key]: question });
    return answers[key] ?? {};
  }
}

function formOf(message: string, requestedSchema: JsonSchema): Elicitation {
  return { mode: 'form', message, requestedSchema };
}

function asElicited(answer: JsonObject): Elicited {
  const { action, content } = answer;
  if (action === 'accept')
    return {
      action,
      content: typeof content === 'object' && content !== null && !Array.isArray(content) ? content : {},
    };
  return { action: action === 'decline' ? 'decline' : 'cancel' };
}
