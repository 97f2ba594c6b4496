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
  // A handler that runs again asks in the same order, so a number is name enough.
  let asked = 0;
  const askOne = async (question: Question): Promise<JsonObject> => {
    const key = `q${++asked}`;
    const answers = await conversation.ask({ [key]: question });
    return answers[key] ?? {};
  };
  return {
    principal,
    requestId,
    get signal() {
      return conversation.signal;
    },
    capabilities: conversation.capabilities,
    client: conversation.client,
    progress: (progress, total, message) => conversation.progress(progress, total, message),
    log: (level, data, logger) => conversation.log(level, data, logger),
    ask: (questions) => conversation.ask(questions),
    elicit: async (message, form) =>
      asElicited(await askOne({ method: 'elicitation/create', params: formOf(message, jsonSchemaOf(form)) })),
    sample: (request) => askOne({ method: 'sampling/createMessage', params: request }),
    roots: () => askOne({ method: 'roots/list' }),
    closeStream: () => conversation.closeStream?.(),
  };
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
