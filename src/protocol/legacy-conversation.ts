import { randomBytes } from 'node:crypto';
import type { Signal } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import type { Answers, Question } from '../core/conversation.ts';
import { PosternError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { checkAnswer, requireCapabilities } from './ask.ts';
import { type Outlet, RunConversation } from './conversation.ts';
import type { ClientFacts } from './envelope.ts';
import type { Id } from './json-rpc.ts';
import type { Letter } from './mail.ts';
import { outbound } from './reply.ts';
import type { SessionMemory } from './session.ts';

/** What lets a legacy request be answered, cancelled and remembered; absent without a session. */
export interface Dialogue {
  readonly clock: Clock;
  readonly askTimeoutMs: number;
  readonly memory: SessionMemory;
}

interface Waiting {
  readonly resolve: (result: JsonObject) => void;
  readonly reject: (error: PosternError) => void;
}

/**
 * A legacy request's conversation: a question goes to the client as a request of our own, on the stream of the
 * request that asked, and the answer comes back by POST, at this node or another.
 */
export class LegacyConversation extends RunConversation {
  readonly #requestId: Id;
  readonly #dialogue: Dialogue | undefined;
  readonly #waiting = new Map<Id, Waiting>();
  closeStream?: () => void;

  constructor(
    facts: ClientFacts,
    outlet: Outlet,
    gone: { readonly signal: Signal } | undefined,
    requestId: Id,
    dialogue: Dialogue | undefined,
  ) {
    super(facts, outlet, gone);
    this.#requestId = requestId;
    this.#dialogue = dialogue;
  }

  get memory(): SessionMemory | undefined {
    return this.#dialogue?.memory;
  }

  override canAsk(question: Question): boolean {
    return super.canAsk(question) && this.#dialogue !== undefined && this.outlet.open;
  }

  async ask(questions: { readonly [key: string]: Question }): Promise<Answers> {
    requireCapabilities(Object.values(questions), this.capabilities);
    const dialogue = this.#dialogue;
    if (dialogue === undefined || !this.outlet.open) {
      throw new PosternError('missing_capability', {
        message: 'This tool has to ask you something, and this connection has no way to.',
        hint: 'Connect with a session and accept text/event-stream.',
      });
    }
    const asked = Object.entries(questions).map(
      async ([key, question]): Promise<[string, JsonObject]> => [
        key,
        checkAnswer(key, question, await this.#put(question, dialogue)),
      ],
    );
    return Object.fromEntries(await Promise.all(asked));
  }

  /** Takes a letter of this session, if it is about this request. */
  receive(letter: Letter): boolean {
    switch (letter.kind) {
      case 'answer':
        return this.#answer(letter.id, letter.result);
      case 'cancel':
        if (letter.id !== this.#requestId) return false;
        this.abort(new PosternError('cancelled'));
        return true;
      case 'end':
        this.abort(new PosternError('cancelled'));
        return true;
      case 'displace':
        return false;
    }
  }

  #answer(id: Id, result: JsonObject | undefined): boolean {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return false;
    if (result !== undefined) waiting.resolve(result);
    else waiting.reject(new PosternError('rejected', { message: 'The client refused to answer.' }));
    return true;
  }

  #put(question: Question, { clock, askTimeoutMs }: Dialogue): Promise<JsonObject> {
    const { signal } = this;
    return new Promise<JsonObject>((resolve, reject) => {
      // Unguessable, so that only who was asked can answer.
      const id = randomBytes(16).toString('base64url');
      const settle = () => {
        this.#waiting.delete(id);
        stop();
        signal.removeEventListener('abort', cancelled);
      };
      const fail = (error: PosternError) => {
        settle();
        reject(error);
      };
      const cancelled = () => {
        const reason: unknown = signal.reason;
        fail(reason instanceof PosternError ? reason : new PosternError('cancelled'));
      };
      const stop = clock.after(askTimeoutMs, () =>
        fail(new PosternError('timeout', { message: 'The client did not answer in time.' })),
      );
      const answered = (result: JsonObject) => {
        settle();
        resolve(result);
      };
      this.#waiting.set(id, { resolve: answered, reject: fail });
      if (signal.aborted) return cancelled();
      signal.addEventListener('abort', cancelled, { once: true });
      if (!this.outlet.send(outbound(question.method, wireParams(question), id)))
        fail(new PosternError('too_many_streams'));
    });
  }
}

/** 2025-11-25 wants an id for a URL; earlier revisions know no modes, so `form` goes unsaid. */
function wireParams(question: Question): object | undefined {
  if (question.method !== 'elicitation/create') return question.params;
  const { params } = question;
  if (params.mode === 'url') return { ...params, elicitationId: randomBytes(16).toString('base64url') };
  return { message: params.message, requestedSchema: params.requestedSchema };
}
