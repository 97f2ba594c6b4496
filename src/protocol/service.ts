import type { ResourceContents, ToolResult } from '../core/content.ts';
import type { Conversation, ReplyControl, SamplingMessage } from '../core/conversation.ts';
import type { Json, JsonObject } from '../core/json.ts';

/** Who calls, as far as the engine cares: it compares keys and hands the rest through. */
export interface Caller {
  /** Equal for the same caller, different for any two: what sessions, streams and sealed states are bound to. */
  readonly key: string;
  /** What to quote when something about this request is asked: results of tools carry it in `_meta`. */
  readonly requestId?: string;
  /** Milliseconds since the epoch at which the credential dies: streams end there. */
  readonly expiresAt?: number;
  /**
   * Asked from time to time while a stream is open: false ends it, because the credential was revoked. Never rejects.
   * Without it, a credential is good until it expires.
   */
  readonly stillValid?: () => Promise<boolean>;
  /**
   * Asked where something is done for who has waited since the credential was verified, for the body of a request or
   * anything else: without a promise where that was a moment ago.
   * @throws PosternError as whoever verified it first: `invalid_token` where it was revoked meanwhile.
   */
  readonly stands?: () => void | Promise<void>;
}

/** MCP `Implementation`. */
export interface Implementation {
  readonly name: string;
  readonly version: string;
  readonly title?: string;
  readonly description?: string;
  readonly websiteUrl?: string;
}

/** How long, and by whom, a result may be kept (MCP 2026-07-28, server/utilities/caching). */
export interface CacheHint {
  readonly ttlMs: number;
  readonly cacheScope: 'public' | 'private';
}

/** One page of a list, serialised once and sent many times. */
export interface ListPage {
  /** UTF-8 of a JSON array: the items alone. */
  readonly items: Uint8Array;
  readonly nextCursor?: string;
  readonly cache: CacheHint;
}

export interface ReadResult {
  readonly contents: readonly ResourceContents[];
  readonly cache: CacheHint;
}

export interface PromptResult {
  readonly description?: string;
  readonly messages: readonly SamplingMessage[];
}

export interface Completion {
  /** At most 100. */
  readonly values: readonly string[];
  readonly total?: number;
  readonly hasMore?: boolean;
}

export type CompletionRef =
  | { readonly type: 'ref/prompt'; readonly name: string }
  | { readonly type: 'ref/resource'; readonly uri: string };

/**
 * Something changed that a client may have asked to hear of: every caller without `only`, which names one, and
 * `concerns`, which is asked for each.
 */
export type Change = (
  | { readonly kind: 'tools' | 'prompts' | 'resources' }
  | { readonly kind: 'resource'; readonly uri: string }
) & { readonly only?: string; readonly concerns?: (caller: Caller) => boolean };

export interface Features {
  readonly tools: boolean;
  readonly resources: boolean;
  readonly prompts: boolean;
  readonly completions: boolean;
  readonly logging: boolean;
  /** Whether lists can change while the server runs. */
  readonly listChanged: boolean;
  /** Whether resources can be subscribed to. */
  readonly subscribe: boolean;
}

/** What the engine needs to know of a tool before it runs. */
export interface ToolFacts {
  /** `Mcp-Param-{name}` (lower case) → the path of the argument it mirrors, from `x-mcp-header`. Empty for most tools. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

/**
 * What the engine serves: everything that is about *what* is offered and *whether* it may be, nothing about the wire.
 *
 * Every method may throw a `PosternError`: the engine turns it into the JSON-RPC error or the HTTP status of the
 * table in `core/errors.ts`. A *failed call* is not thrown but returned, with `isError`.
 */
export interface McpService<C extends Caller> {
  readonly implementation: Implementation;
  readonly instructions?: string;
  features(caller: C): Features;
  /**
   * Whether any tool the caller sees asks the client something or sends what a session must hold. In the legacy era
   * a session is opened only then.
   */
  interactive(caller: C): boolean;

  listTools(caller: C, cursor: string | undefined): Promise<ListPage>;
  /** @throws PosternError `unknown_tool`. */
  toolFacts(caller: C, name: string): ToolFacts;
  /**
   * Runs a tool.
   * @param reply admits once, when policy has passed: before that no response header may be sent.
   * @throws PosternError before it admitted when policy refuses (`insufficient_scope` and others become HTTP statuses).
   */
  callTool(
    caller: C,
    name: string,
    args: JsonObject,
    conversation: Conversation,
    reply: ReplyControl,
  ): Promise<ToolResult>;

  listResources(caller: C, cursor: string | undefined): Promise<ListPage>;
  listResourceTemplates(caller: C, cursor: string | undefined): Promise<ListPage>;
  /** @throws PosternError `unknown_resource`. */
  readResource(caller: C, uri: string, conversation: Conversation): Promise<ReadResult>;

  listPrompts(caller: C, cursor: string | undefined): Promise<ListPage>;
  /** @throws PosternError `unknown_prompt`, `invalid_params`. */
  getPrompt(
    caller: C,
    name: string,
    args: { readonly [name: string]: string },
    conversation: Conversation,
  ): Promise<PromptResult>;

  complete(
    caller: C,
    ref: CompletionRef,
    argument: { readonly name: string; readonly value: string },
    context: { readonly [name: string]: string },
  ): Promise<Completion>;

  /** Hears of changes until the returned function is called. */
  onChange(listener: (change: Change) => void): () => void;
}

/**
 * Counted and logged by whoever hosts the engine: a compatibility rule that applied, a stream that was cut.
 * @param thrown with `error`: what was thrown by code that is not the engine's. Never shown to a caller.
 */
export type Note = (what: string, facts: { readonly [key: string]: Json }, thrown?: unknown) => void;
