import type { Signal } from './abort.ts';
import type { Content } from './content.ts';
import type { Json, JsonObject, JsonSchema } from './json.ts';

/** RFC 5424 severities, as MCP logging spells them. */
export const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Asks the person at the client: by a form of flat fields, or by opening a URL (for everything secret). */
export type Elicitation =
  | { readonly mode?: 'form'; readonly message: string; readonly requestedSchema: JsonSchema }
  | { readonly mode: 'url'; readonly message: string; readonly url: string };

export interface SamplingMessage {
  readonly role: 'user' | 'assistant';
  readonly content: Content | readonly Content[];
}

/** Asks the client's model (MCP `sampling/createMessage`). */
export interface SamplingRequest {
  readonly messages: readonly SamplingMessage[];
  readonly maxTokens: number;
  readonly systemPrompt?: string;
  readonly temperature?: number;
  readonly stopSequences?: readonly string[];
  readonly modelPreferences?: JsonObject;
}

/** Something only the client can answer. */
export type Question =
  | { readonly method: 'elicitation/create'; readonly params: Elicitation }
  | { readonly method: 'sampling/createMessage'; readonly params: SamplingRequest }
  | { readonly method: 'roots/list'; readonly params?: undefined };

/** The client's raw answer, by the key it was asked under: an `ElicitResult`, `CreateMessageResult` or `ListRootsResult`. */
export type Answers = { readonly [key: string]: JsonObject };

/**
 * What a running tool may say to the client that called it, the same in both eras.
 *
 * In the modern era there is no way back to the client within a call: `ask` ends the run, the client answers by
 * calling again, and the handler runs *from its start*, this time with the answer at hand. So a handler does its
 * asking before its doing.
 */
export interface Conversation {
  /** Aborted when the client cancels or goes away, and when the deadline passes. */
  readonly signal: Signal;
  /** What the client says it can do. Unverified. */
  readonly capabilities: JsonObject;
  /** What the client calls itself. Unverified: shown and counted, never decided by. */
  readonly client: { readonly name: string; readonly version: string };
  /** Sent only where the caller asked for progress, and reads it; `progress` must grow. */
  progress(progress: number, total?: number, message?: string): void;
  /** Sent only where the caller asked for log messages of this level, and reads them. */
  log(level: LogLevel, data: Json, logger?: string): void;
  /** Whether {@link ask} can put a question to this client. */
  canAsk(question: Question): boolean;
  /**
   * Asks the client, all questions at once.
   * @throws PosternError `missing_capability` when the client cannot be asked that.
   */
  ask(questions: { readonly [key: string]: Question }): Promise<Answers>;
  /**
   * Ends the stream of this call where the client can come back for the rest (2025-11-25, SSE polling). Absent
   * elsewhere.
   */
  closeStream?(): void;
  /** Breaks the call off: its signal is aborted, for this reason. Absent where nothing could be. */
  abort?(reason: unknown): void;
}

/** The HTTP response of a call, as long as it has not begun. Where there is none of its own, nothing happens. */
export interface ReplyControl {
  /** Policy has passed: from here on the response may begin, and the answer is a result, whatever happens. */
  admit(): void;
  /** What the response says besides the result. Later words are added to earlier ones. */
  describe(head: ReplyHead): void;
}

export interface ReplyHead {
  /** Default 200. Clients that speak MCP read the body of nothing else: it is for those that only speak HTTP. */
  readonly status?: number;
  /** Lower-case names. */
  readonly headers?: { readonly [name: string]: string };
}

/** For results that share a response with others, or have none. */
export const NO_REPLY: ReplyControl = { admit: () => undefined, describe: () => undefined };

/**
 * What `ask` throws where the answer can only come with another call (the modern era): it ends the run and is not a
 * failure. Whoever stands between handler and engine lets it pass; only the engine, which threw it, catches it.
 */
export class Suspended extends Error {
  constructor() {
    super('Suspended until the client answers.');
    this.name = 'Suspended';
  }
}
