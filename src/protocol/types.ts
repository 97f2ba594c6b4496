import type { Cache } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import type { Sealer } from '../lib/seal.ts';
import type { Caller, Note } from './service.ts';

/** Bounds of what one request, one caller and one stream may take. */
export interface EngineLimits {
  /** Bytes of a request's body, or of a line over stdio. Default 4 MiB. */
  readonly maxBodyBytes: number;
  /** Nesting of JSON in a request. Default 64. */
  readonly maxDepth: number;
  /** Messages in a batch. Default 100. */
  readonly maxBatch: number;
  /** Streams open at once for one caller. Default 32. */
  readonly streamsPerCaller: number;
  /** Streams open at once in this process. Default 10,000. */
  readonly streams: number;
  /** Bytes a stream may hold for a slow reader before it is cut. Default 1 MiB. */
  readonly streamBufferBytes: number;
  /** Milliseconds between two keep-alive comments on a stream. Default 15,000. */
  readonly keepAliveMs: number;
  /** Milliseconds between two looks at whether the credential of an open stream still stands. Default 4,000. */
  readonly recheckMs: number;
  /** Milliseconds after which a call that is still running is answered as a stream. Default 10,000. */
  readonly upgradeAfterMs: number;
  /** Milliseconds a legacy session lives. Long, because most clients do not survive its end. Default 7 days. */
  readonly sessionTtlMs: number;
  /** Milliseconds a client has to come back with its answers. Default 600,000. */
  readonly requestStateTtlMs: number;
  /** Milliseconds a legacy client has to answer a question. Default 600,000. */
  readonly askTimeoutMs: number;
  /** Messages of one stream kept for a client that lost it. Default 256. */
  readonly replayEntries: number;
  /** Milliseconds they are kept after the last one. Default 300,000. */
  readonly replayTtlMs: number;
  /** Milliseconds a client is told to wait before it comes back for a closed stream. Default 1,000. */
  readonly retryMs: number;
  /** Resources one client may listen to. Default 1,000. */
  readonly subscriptions: number;
}

export const ENGINE_LIMITS: EngineLimits = {
  maxBodyBytes: 4 * 1024 * 1024,
  maxDepth: 64,
  maxBatch: 100,
  streamsPerCaller: 32,
  streams: 10_000,
  streamBufferBytes: 1024 * 1024,
  keepAliveMs: 15_000,
  recheckMs: 4_000,
  upgradeAfterMs: 10_000,
  sessionTtlMs: 7 * 24 * 60 * 60 * 1000,
  requestStateTtlMs: 600_000,
  askTimeoutMs: 600_000,
  replayEntries: 256,
  replayTtlMs: 300_000,
  retryMs: 1_000,
  subscriptions: 1_000,
};

export interface EngineOptions {
  /** Seals session ids and request states. Every node needs the same keys. */
  readonly seal: Sealer;
  /** Shared by every node: it carries what one node must tell another. */
  readonly cache: Cache;
  readonly clock: Clock;
  readonly note: Note;
  /** Told of each stream that would stay open for ever. @param end ends it. */
  stays?(caller: Caller, end: () => void): void;
  readonly limits?: Partial<EngineLimits>;
}

/** What the engine learned of a request, for the request log. Filled in while it is served. */
export interface RequestFacts {
  era?: 'modern' | 'legacy';
  method?: string;
  /** The tool, the prompt or the URI. */
  name?: string;
  /** The client's own, unverified word for itself: `name/version`. */
  client?: string;
  version?: string;
  /** The code of the error it was answered with. */
  code?: string;
  /** Names of the compatibility rules that applied. */
  compat?: string[];
}

/** The protocol, spoken over HTTP. The caller has been authenticated and Host and Origin checked before. */
export interface Engine<C extends Caller> {
  /**
   * The MCP endpoint: POST, GET, DELETE, HEAD.
   * @throws PosternError where policy refuses before anything was sent, and for what HTTP itself refuses (413, 415).
   */
  handle(request: HttpRequest, caller: C, facts: RequestFacts): Promise<HttpReply>;
  /** `GET /sse` of the 2024-11-05 transport. The client is told to POST to `messages` beside it. */
  handleSse(request: HttpRequest, caller: C, facts: RequestFacts): Promise<HttpReply>;
  /** `POST /messages` of the 2024-11-05 transport. */
  handleMessages(request: HttpRequest, caller: C, facts: RequestFacts): Promise<HttpReply>;
  /** Ends the streams whose caller has to go, those of running calls aside. @param has says so. Never rejects. */
  endStreams(has: (caller: C) => Promise<boolean> | boolean): void;
  /** Whether a stream is open that would stay so for ever. */
  readonly standing: boolean;
  /** Ends every open stream in good order. Requests that still run are answered. */
  close(): Promise<void>;
}
