import { type Answers, type Question, Suspended } from '../core/conversation.ts';
import { PosternError } from '../core/errors.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import type { HttpRequest } from '../http/exchange.ts';
import { checkAnswer, requireCapabilities } from './ask.ts';
import { type Outlet, RunConversation } from './conversation.ts';
import type { ClientFacts } from './envelope.ts';
import type { InboundRequest } from './json-rpc.ts';
import { optionalObject } from './params.ts';
import {
  claimState,
  openState,
  type RequestState,
  releaseState,
  type StateBinding,
  type StateParts,
  sealState,
} from './request-state.ts';

/** What a suspended run wants of the client: the fields of an `InputRequiredResult`. */
export interface InputRequired {
  readonly inputRequests: { readonly [key: string]: JsonObject };
  readonly requestState: string;
}

/**
 * A modern request's conversation. There is no way back to the client within it, so a question that has no answer
 * yet ends the run; the client answers by sending the request again (MCP 2026-07-28, basic/patterns/mrtr).
 */
export class ModernConversation extends RunConversation {
  readonly #parts: StateParts;
  readonly #binding: StateBinding;
  readonly #responses: { readonly [key: string]: unknown } | undefined;
  readonly #state: RequestState | undefined;
  #claimed = false;
  #answered: Answers = {};
  #required: { readonly [key: string]: Question } | undefined;
  #refusal: PosternError | undefined;

  /** @throws PosternError `invalid_params` for a state or responses that are not what this server asked for. */
  constructor(
    facts: ClientFacts,
    outlet: Outlet,
    gone: HttpRequest | undefined,
    parts: StateParts,
    binding: StateBinding,
    params: JsonObject,
  ) {
    super(facts, outlet, gone);
    this.#parts = parts;
    this.#binding = binding;
    const { inputResponses, requestState } = params;
    if (inputResponses !== undefined) {
      if (!isObject(inputResponses)) {
        throw new PosternError('invalid_params', { message: 'inputResponses must be an object.' });
      }
      this.#responses = inputResponses;
    }
    if (requestState !== undefined) this.#state = openState(parts, binding, requestState);
  }

  /** Whether the client sent this request before: results of such a request must not be cached. */
  get resumed(): boolean {
    return this.#responses !== undefined || this.#state !== undefined;
  }

  async ask(questions: { readonly [key: string]: Question }): Promise<Answers> {
    try {
      requireCapabilities(Object.values(questions), this.capabilities);
      const open: [string, Question][] = [];
      const answers: [string, JsonObject][] = [];
      for (const [key, question] of Object.entries(questions)) {
        const answer = this.#answerTo(key);
        if (answer === undefined) open.push([key, question]);
        else answers.push([key, checkAnswer(key, question, answer)]);
      }
      this.#answered = Object.fromEntries([...Object.entries(this.#answered), ...answers]);
      if (open.length > 0) {
        this.#required = Object.fromEntries(open);
        throw new Suspended();
      }
      await this.#claim();
      return Object.fromEntries(answers);
    } catch (thrown) {
      if (thrown instanceof PosternError) this.#refusal = thrown;
      throw thrown;
    }
  }

  /** Whether the run left something for the client to answer. */
  get waiting(): boolean {
    return this.#required !== undefined;
  }

  /**
   * What the run left for the client to answer, whatever the handler made of the `Suspended` that ended it: one that
   * catches everything does not turn a question into a result.
   */
  async settle(): Promise<InputRequired | undefined> {
    if (this.#required === undefined) return undefined;
    if (this.#claimed && this.#state !== undefined) await releaseState(this.#parts, this.#binding, this.#state);
    return {
      inputRequests: Object.fromEntries(
        Object.entries(this.#required).map(([key, { method, params }]) => [
          key,
          { method, params: (params ?? {}) as Json },
        ]),
      ),
      requestState: sealState(this.#parts, this.#binding, { ...this.#state?.answers, ...this.#answered }),
    };
  }

  /** Why the client could not be asked, for a run that failed: the client is told, not the model. */
  get refusal(): PosternError | undefined {
    return this.#refusal;
  }

  #answerTo(key: string): unknown {
    const earlier = this.#state?.answers;
    if (earlier !== undefined && Object.hasOwn(earlier, key)) return earlier[key];
    return this.#responses !== undefined && Object.hasOwn(this.#responses, key) ? this.#responses[key] : undefined;
  }

  async #claim(): Promise<void> {
    if (this.#claimed || this.#state === undefined) return;
    this.#claimed = true;
    await claimState(this.#parts, this.#binding, this.#state);
  }
}

/** The methods that may be answered with a question (MCP 2026-07-28, basic/patterns/mrtr#supported-requests). */
const SUSPENDABLE: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read']);
const NO_PARAMS: JsonObject = Object.freeze({});

/**
 * The conversation of one modern request. What is sent along with methods that never ask is not looked at.
 * @throws PosternError `invalid_params`.
 */
export function modernConversation(
  parts: StateParts,
  caller: StateBinding['caller'],
  { method, params }: InboundRequest,
  client: ClientFacts,
  outlet: Outlet,
  gone: HttpRequest | undefined,
): ModernConversation {
  if (!SUSPENDABLE.has(method)) {
    return new ModernConversation(client, outlet, gone, parts, { caller, method, name: '', args: {} }, NO_PARAMS);
  }
  // By what the method itself reads: a `name` beside a `uri` would bind the state to nothing.
  const named = params[method === 'resources/read' ? 'uri' : 'name'];
  const name = typeof named === 'string' ? named : '';
  const binding = { caller, method, name, args: optionalObject(params, 'arguments') };
  return new ModernConversation(client, outlet, gone, parts, binding, params);
}
