import { type LogLevel, NO_REPLY } from '../core/conversation.ts';
import { PosternError } from '../core/errors.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import { changeMethod } from './changes.ts';
import type { Outlet, RunConversation } from './conversation.ts';
import { dispatch } from './dispatch.ts';
import { type ClientFacts, claimsModern, progressTokenOf, readEnvelope } from './envelope.ts';
import { type Era, errorText, settleError } from './failure.ts';
import { classify, type Id, type Inbound, type InboundRequest } from './json-rpc.ts';
import { LegacyConversation } from './legacy-conversation.ts';
import { type ModernConversation, modernConversation } from './modern-conversation.ts';
import { initializeResult, type Opening, openingOf } from './opening.ts';
import type { Parts } from './parts.ts';
import { legacyWriter, outbound, textOf, type Writer } from './reply.ts';
import type { Caller, Change } from './service.ts';
import type { SessionMemory } from './session.ts';
import { canListen, Subscription } from './subscription.ts';
import { ASSUMED_VERSION, allowsBatches } from './versions.ts';

export interface ConnectionOptions<C extends Caller> {
  readonly parts: Parts<C>;
  readonly caller: C;
  /** Whether requests with a modern `_meta` are served. HTTP+SSE is older than they are. */
  readonly modern: boolean;
  /** Takes whole messages, in order. @returns whether they still reach the client. */
  readonly write: (message: string) => boolean;
}

/** Requests of one connection that may run at once. */
const MAX_RUNNING = 256;

/**
 * One client on a channel of its own, both ways: stdio, or HTTP+SSE. What a session keeps in the cache over HTTP
 * lives here as long as the connection.
 */
export class Connection<C extends Caller> {
  readonly #options: ConnectionOptions<C>;
  readonly #running = new Map<Id, RunConversation>();
  readonly #subscriptions = new Map<Id, { readonly subscription: Subscription; readonly stop: () => void }>();
  readonly #cancelled = new Set<RunConversation>();
  readonly #memory: ConnectionMemory;
  #opening: Opening | undefined;
  #stopChanges: (() => void) | undefined;
  #idle: (() => void) | undefined;

  constructor(options: ConnectionOptions<C>) {
    this.#options = options;
    this.#memory = new ConnectionMemory(options.parts.limits.subscriptions);
  }

  /** Serves one parsed message, or a batch. Its answer is written; the promise is for who wants to wait. */
  async take(value: unknown, caller: C = this.#options.caller): Promise<void> {
    const answer = Array.isArray(value) ? await this.#batch(value, caller) : await this.#one(classify(value), caller);
    if (answer !== undefined) this.#options.write(answer);
  }

  /** Answers bytes that were no message. */
  refuse(thrown: unknown): void {
    const error = settleError(thrown, '', this.#options.parts.note);
    this.#options.write(errorText(null, error, 'legacy'));
  }

  /** Resolves when no request runs. */
  async idle(): Promise<void> {
    if (this.#running.size > 0)
      await new Promise<void>((resolve) => {
        this.#idle = resolve;
      });
  }

  /** Ends the subscriptions in good order and aborts what still runs. */
  close(): void {
    const { parts, write } = this.#options;
    for (const { subscription, stop } of this.#subscriptions.values()) {
      stop();
      write(subscription.completion(parts.writer));
    }
    this.#subscriptions.clear();
    this.#stopChanges?.();
    for (const conversation of this.#running.values()) conversation.abort(new PosternError('cancelled'));
  }

  async #batch(batch: readonly unknown[], caller: C): Promise<string | undefined> {
    const { maxBatch } = this.#options.parts.limits;
    if (batch.length === 0 || batch.length > maxBatch || !allowsBatches(this.#opening?.version ?? ASSUMED_VERSION)) {
      return errorText(null, new PosternError('invalid_request', { message: 'This is no batch to serve.' }), 'legacy');
    }
    const answers = await Promise.all(batch.map((value) => this.#one(classify(value), caller)));
    const texts = answers.filter((text) => text !== undefined);
    return texts.length === 0 ? undefined : `[${texts.join(',')}]`;
  }

  async #one(inbound: Inbound, caller: C): Promise<string | undefined> {
    switch (inbound.kind) {
      case 'invalid':
        return errorText(inbound.id, new PosternError('invalid_request', { message: inbound.message }), 'legacy');
      case 'response':
        this.#answered(inbound.id, inbound.result);
        return undefined;
      case 'notification':
        if (inbound.method === 'notifications/cancelled') this.#cancel(inbound.params['requestId']);
        return undefined;
      case 'request': {
        const modern = this.#options.modern && claimsModern(inbound.method, inbound.params, undefined);
        return this.#request(inbound, caller, modern ? 'modern' : 'legacy');
      }
    }
  }

  async #request(inbound: InboundRequest, caller: C, era: Era): Promise<string | undefined> {
    const { id, method, params } = inbound;
    const { parts } = this.#options;
    const outlet = new RequestOutlet(this.#options.write);
    let conversation: RunConversation | undefined;
    try {
      // Under one id several requests would be one to cancel, to count and to end.
      if (this.#running.has(id) || this.#subscriptions.has(id)) {
        throw new PosternError('invalid_request', { message: 'A request with this id is still running.' });
      }
      if (method === 'initialize' && era === 'legacy') return this.#initialize(inbound, caller);
      if (method === 'subscriptions/listen' && era === 'modern') return this.#listen(inbound, caller);
      if (this.#running.size >= MAX_RUNNING) throw new PosternError('unavailable');
      conversation =
        era === 'modern'
          ? this.#modernConversation(inbound, caller, outlet)
          : this.#legacyConversation(inbound, outlet);
      this.#running.set(id, conversation);
      const writer: Writer = era === 'modern' ? parts.writer : legacyWriter;
      const { service } = parts;
      const asked = { service, caller, era, id, method, params, writer, conversation, reply: NO_REPLY };
      const text = textOf(await dispatch(era === 'modern' ? parts.modern : parts.legacy, asked));
      return this.#cancelled.has(conversation) ? undefined : text;
    } catch (thrown) {
      if (conversation !== undefined && this.#cancelled.has(conversation)) return undefined;
      return errorText(id, settleError(thrown, method, parts.note), era);
    } finally {
      outlet.open = false;
      if (conversation !== undefined) this.#done(id, conversation);
    }
  }

  #initialize({ id, params }: InboundRequest, caller: C): string {
    const { parts } = this.#options;
    this.#opening = openingOf(params);
    this.#stopChanges ??= parts.changes.listen(caller, (change) => this.#tell(change));
    return legacyWriter.result(id, initializeResult(parts.service, caller, this.#opening.version, true));
  }

  #listen({ id, params }: InboundRequest, caller: C): string | undefined {
    const { parts, write } = this.#options;
    readEnvelope(params);
    const features = parts.service.features(caller);
    if (!canListen(features)) throw new PosternError('method_not_found');
    if (this.#subscriptions.size >= parts.limits.streamsPerCaller) throw new PosternError('too_many_streams');
    const subscription = new Subscription(id, params, features, parts.limits.subscriptions);
    write(subscription.acknowledgement());
    if (subscription.empty) return subscription.completion(parts.writer);
    const stop = parts.changes.listen(caller, (change) => {
      const message = subscription.message(change);
      if (message !== undefined) write(message);
    });
    this.#subscriptions.set(id, { subscription, stop });
    return undefined;
  }

  #modernConversation(inbound: InboundRequest, caller: C, outlet: Outlet): ModernConversation {
    const client = readEnvelope(inbound.params);
    return modernConversation(this.#options.parts.states, caller, inbound, client, outlet, undefined);
  }

  #legacyConversation({ id, params }: InboundRequest, outlet: Outlet): LegacyConversation {
    const { clock, limits } = this.#options.parts;
    const meta = params['_meta'];
    const facts: ClientFacts = {
      version: this.#opening?.version ?? ASSUMED_VERSION,
      capabilities: this.#opening?.capabilities ?? {},
      client: this.#opening?.client ?? { name: '', version: '' },
      progressToken: isObject(meta) ? progressTokenOf(meta) : undefined,
      logLevel: this.#memory.level,
    };
    const dialogue = { clock, askTimeoutMs: limits.askTimeoutMs, memory: this.#memory };
    return new LegacyConversation(facts, outlet, undefined, id, dialogue);
  }

  #answered(id: Id, result: JsonObject | undefined): void {
    for (const conversation of this.#running.values()) {
      if (conversation instanceof LegacyConversation && conversation.receive({ kind: 'answer', id, result })) return;
    }
  }

  /** What is cancelled is not answered any more (basic/patterns/cancellation#behavior-requirements). */
  #cancel(id: unknown): void {
    if (typeof id !== 'string' && typeof id !== 'number') return;
    this.#subscriptions.get(id)?.stop();
    this.#subscriptions.delete(id);
    const conversation = this.#running.get(id);
    if (conversation === undefined) return;
    this.#cancelled.add(conversation);
    conversation.abort(new PosternError('cancelled'));
  }

  #done(id: Id, conversation: RunConversation): void {
    this.#cancelled.delete(conversation);
    if (this.#running.get(id) === conversation) this.#running.delete(id);
    if (this.#running.size === 0) this.#idle?.();
  }

  #tell(change: Change): void {
    if (change.kind !== 'resource') this.#options.write(outbound(changeMethod(change), undefined));
    else if (this.#memory.has(change.uri)) this.#options.write(outbound(changeMethod(change), { uri: change.uri }));
  }
}

/** What one request may say, until it is answered (basic/patterns/progress#behavior-requirements). */
class RequestOutlet implements Outlet {
  readonly #write: (message: string) => boolean;
  open = true;

  constructor(write: (message: string) => boolean) {
    this.#write = write;
  }

  send(message: string): boolean {
    return this.open && this.#write(message);
  }
}

/** A session's memory where the connection is the session. */
class ConnectionMemory implements SessionMemory {
  readonly #max: number;
  readonly #uris = new Set<string>();
  level: LogLevel = 'info';

  constructor(max: number) {
    this.#max = max;
  }

  has(uri: string): boolean {
    return this.#uris.has(uri);
  }

  async setLevel(level: LogLevel): Promise<void> {
    this.level = level;
  }

  async subscribe(uri: string, wanted: boolean): Promise<void> {
    if (!wanted) this.#uris.delete(uri);
    else if (this.#uris.size >= this.#max) {
      throw new PosternError('invalid_params', { message: 'This connection has too many subscriptions.' });
    } else this.#uris.add(uri);
  }
}
