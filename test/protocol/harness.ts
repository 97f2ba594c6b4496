import type { Cache } from '../../src/core/cache.ts';
import type { ToolResult } from '../../src/core/content.ts';
import type { Conversation, ReplyControl } from '../../src/core/conversation.ts';
import { PosternError } from '../../src/core/errors.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { type HttpReply, type HttpRequest, joined } from '../../src/http/exchange.ts';
import { createSealer, type Sealer } from '../../src/lib/seal.ts';
import { createEngine, type Engine, type EngineLimits, type RequestFacts } from '../../src/protocol/engine.ts';
import type { Caller, Change, Features, ListPage, McpService, PromptResult } from '../../src/protocol/service.ts';
import { createMemoryCache } from '../../src/stores/memory.ts';
import { type ManualClock, manualClock } from '../../src/testing/manual-clock.ts';

export const MODERN = '2026-07-28';
export const ALICE: Caller = { key: 'acme/alice' };
export const BOB: Caller = { key: 'acme/bob' };

const PRIVATE = { ttlMs: 1000, cacheScope: 'private' } as const;
const ALL: Features = {
  tools: true,
  resources: true,
  prompts: true,
  completions: true,
  logging: true,
  listChanged: true,
  subscribe: true,
};

type Run = (args: JsonObject, conversation: Conversation) => ToolResult | Promise<ToolResult>;

export function text(value: string): ToolResult {
  return { content: [{ type: 'text', text: value }] };
}

/** A service whose tools are functions of the test. */
export class FakeService implements McpService<Caller> {
  readonly implementation = { name: 'fake', version: '1.2.3' };
  readonly instructions = 'Be kind.';
  readonly tools = new Map<string, Run>();
  readonly mirrored = new Map<string, ReadonlyMap<string, readonly string[]>>();
  readonly calls: { caller: Caller; name: string; args: JsonObject }[] = [];
  offered: Features = ALL;
  asks = false;
  /** Thrown by policy, before a call is admitted. */
  refusal: PosternError | undefined;
  prompt: ((conversation: Conversation) => Promise<PromptResult>) | undefined;
  readonly #listeners = new Set<(change: Change) => void>();
  #heard = () => {};
  /** Resolves when the engine first listens to changes. */
  readonly listenedTo = new Promise<void>((resolve) => {
    this.#heard = resolve;
  });

  features(): Features {
    return this.offered;
  }

  interactive(): boolean {
    return this.asks;
  }

  async listTools(_caller: Caller, cursor: string | undefined): Promise<ListPage> {
    if (cursor !== undefined && cursor !== 'two') throw new PosternError('invalid_cursor');
    const items = [...this.tools.keys()].map((name) => ({ name, inputSchema: { type: 'object' } }));
    return { items: Buffer.from(JSON.stringify(items)), cache: PRIVATE, ...(cursor ? {} : { nextCursor: 'two' }) };
  }

  toolFacts(_caller: Caller, name: string) {
    if (!this.tools.has(name)) throw new PosternError('unknown_tool');
    return { headers: this.mirrored.get(name) ?? new Map<string, readonly string[]>() };
  }

  async callTool(caller: Caller, name: string, args: JsonObject, conversation: Conversation, reply: ReplyControl) {
    if (this.refusal !== undefined) throw this.refusal;
    const run = this.tools.get(name);
    if (run === undefined) throw new PosternError('unknown_tool');
    reply.admit();
    this.calls.push({ caller, name, args });
    return run(args, conversation);
  }

  async listResources(): Promise<ListPage> {
    return { items: Buffer.from('[{"uri":"a:b","name":"ab"}]'), cache: PRIVATE };
  }

  async listResourceTemplates(): Promise<ListPage> {
    return { items: Buffer.from('[]'), cache: PRIVATE };
  }

  async readResource(_caller: Caller, uri: string) {
    if (uri !== 'a:b') throw new PosternError('unknown_resource');
    return { contents: [{ uri, text: 'hello' }], cache: PRIVATE };
  }

  async listPrompts(): Promise<ListPage> {
    return { items: Buffer.from('[]'), cache: PRIVATE };
  }

  async getPrompt(_caller: Caller, name: string, args: object, conversation: Conversation): Promise<PromptResult> {
    if (name !== 'greet') throw new PosternError('unknown_prompt');
    if (this.prompt !== undefined) return this.prompt(conversation);
    return { messages: [{ role: 'user', content: { type: 'text', text: JSON.stringify(args) } }] };
  }

  async complete(_caller: Caller, ref: object, argument: { value: string }) {
    return { values: [JSON.stringify(ref), argument.value] };
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    this.#heard();
    return () => void this.#listeners.delete(listener);
  }

  change(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** How many listeners the engine holds. */
  get heard(): number {
    return this.#listeners.size;
  }
}

export interface Noted {
  readonly what: string;
  readonly facts: { readonly [key: string]: Json };
  readonly thrown: unknown;
}

/** A node: an engine with everything around it, all of which a second node may share. */
export interface Node {
  readonly service: FakeService;
  readonly engine: Engine<Caller>;
  readonly clock: ManualClock;
  readonly cache: Cache;
  readonly seal: Sealer;
  readonly notes: Noted[];
  send(body: unknown, options?: SendOptions): Promise<Answer>;
  request(options: SendOptions & { body?: unknown }): Promise<Answer>;
}

export interface SendOptions {
  readonly method?: string;
  readonly path?: string;
  readonly query?: string;
  readonly caller?: Caller;
  /** A list is one header sent several times. */
  readonly headers?: { readonly [name: string]: string | readonly string[] | undefined };
  readonly signal?: AbortSignal;
}

export function startNode(
  shared: Partial<Pick<Node, 'service' | 'clock' | 'cache' | 'seal'>> = {},
  limits: Partial<EngineLimits> = {},
): Node {
  const clock = shared.clock ?? manualClock();
  const cache = shared.cache ?? createMemoryCache({ clock });
  const seal = shared.seal ?? createSealer([{ id: 'test', secret: new Uint8Array(32).fill(7) }]);
  const service = shared.service ?? new FakeService();
  const notes: Noted[] = [];
  const engine = createEngine(service, {
    seal,
    cache,
    clock,
    limits,
    note: (what, facts, thrown) => void notes.push({ what, facts, thrown }),
  });
  const request: Node['request'] = async ({ body, caller = ALICE, ...options }) => {
    const facts: RequestFacts = {};
    const made = httpRequest(body, options);
    const door = made.path === '/sse' ? 'handleSse' : made.path === '/messages' ? 'handleMessages' : 'handle';
    return new Answer(await engine[door](made, caller, facts), facts);
  };
  const send: Node['send'] = (body, options = {}) => request({ method: 'POST', ...options, body });
  return { service, engine, clock, cache, seal, notes, send, request };
}

/** What both eras send with every POST; undefined takes a header away. */
const HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };

export function httpRequest(body: unknown, options: SendOptions): HttpRequest {
  const bytes =
    body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? null));
  const headers: SendOptions['headers'] = { ...HEADERS, ...options.headers };
  const sent = (name: string): readonly string[] => [headers[name] ?? []].flat();
  return {
    method: options.method ?? 'GET',
    path: options.path ?? '/mcp',
    query: options.query ?? '',
    header: (name) => (headers[name] === undefined ? undefined : sent(name).join(', ')),
    countOf: (name) => sent(name).length,
    headerCount: Object.keys(headers).length,
    address: '127.0.0.1',
    signal: options.signal ?? new AbortController().signal,
    read: async (limit) => {
      if (bytes.length > limit) throw new PosternError('body_too_large');
      return bytes;
    },
  };
}

/** A reply, read the way a client reads it. */
export class Answer {
  readonly reply: HttpReply;
  readonly facts: RequestFacts;
  #events: EventReader | undefined;

  constructor(reply: HttpReply, facts: RequestFacts) {
    this.reply = reply;
    this.facts = facts;
  }

  get status(): number {
    return this.reply.status;
  }

  header(name: string): string | undefined {
    return this.reply.headers[name];
  }

  get text(): string {
    const { body } = this.reply;
    if (body instanceof ReadableStream || body === null) throw new Error('This answer has no text.');
    if (typeof body === 'string') return body;
    return joined(body instanceof Uint8Array ? [body] : body).toString();
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any shape.
  get json(): any {
    return JSON.parse(this.text);
  }

  /** The events, for an answer that is a stream. */
  get events(): EventReader {
    if (!(this.reply.body instanceof ReadableStream)) throw new Error(`Not a stream: ${this.text}`);
    this.#events ??= new EventReader(this.reply.body);
    return this.#events;
  }
}

export interface Event {
  readonly comment?: string;
  readonly id?: string;
  readonly event?: string;
  readonly retry?: string;
  readonly data?: string;
}

export class EventReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';

  constructor(body: ReadableStream<Uint8Array>) {
    this.#reader = body.getReader();
  }

  /** @returns nothing at the end of the stream. */
  async next(): Promise<Event | undefined> {
    for (;;) {
      const end = this.#text.indexOf('\n\n');
      if (end !== -1) {
        const block = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 2);
        return parse(block);
      }
      const { done, value } = await this.#reader.read();
      if (done) return undefined;
      this.#text += Buffer.from(value).toString();
    }
  }

  /** The next JSON-RPC message, past comments and priming events. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into messages of any shape.
  async message(): Promise<any> {
    for (;;) {
      const event = await this.next();
      if (event === undefined) return undefined;
      if (event.data !== undefined && event.data !== '') return JSON.parse(event.data);
    }
  }

  /** The client goes away. */
  async leave(): Promise<void> {
    await this.#reader.cancel();
  }
}

function parse(block: string): Event {
  const fields: { [name: string]: string } = {};
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    const value = line.slice(colon + 1).trimStart();
    fields[colon === 0 ? 'comment' : line.slice(0, colon)] = value;
  }
  return fields;
}

export interface ModernOptions extends SendOptions {
  readonly id?: string | number;
  readonly capabilities?: JsonObject;
  readonly meta?: JsonObject;
}

/** A modern request, as a conforming client sends it. */
export function modern(node: Node, method: string, params: JsonObject = {}, options: ModernOptions = {}) {
  const { id = 1, capabilities = {}, meta = {}, ...rest } = options;
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientCapabilities': capabilities,
    'io.modelcontextprotocol/clientInfo': { name: 'tester', version: '9' },
    ...meta,
  };
  const named = params['name'] ?? params['uri'];
  const headers = {
    'mcp-protocol-version': MODERN,
    'mcp-method': method,
    ...(typeof named === 'string' ? { 'mcp-name': named } : {}),
    ...rest.headers,
  };
  return node.send({ jsonrpc: '2.0', id, method, params: { ...params, _meta } }, { ...rest, headers });
}

/** A legacy request. */
export function legacy(
  node: Node,
  method: string,
  params: JsonObject = {},
  options: SendOptions & { id?: string | number } = {},
) {
  const { id = 1, ...rest } = options;
  return node.send({ jsonrpc: '2.0', id, method, params }, rest);
}

/** Opens a session and returns the headers that go with it. */
export async function initialize(
  node: Node,
  version = '2025-11-25',
  capabilities: JsonObject = {},
  caller: Caller = ALICE,
): Promise<{ 'mcp-session-id': string; 'mcp-protocol-version': string }> {
  const clientInfo = { name: 'tester', version: '9' };
  const answer = await legacy(node, 'initialize', { protocolVersion: version, capabilities, clientInfo }, { caller });
  const id = answer.header('mcp-session-id');
  if (id === undefined) throw new Error(`No session: ${answer.text}`);
  return { 'mcp-session-id': id, 'mcp-protocol-version': version };
}
