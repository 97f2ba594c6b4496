import type { Readable, Writable } from 'node:stream';
import type { LocalIssuer } from '../auth/issuer.ts';
import type { Cache } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../core/database.ts';
import type { Principal } from '../core/principal.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import type { FacadeExtras } from './oauth/facade-parts.ts';
import type { Definitions } from './offer/offer.ts';
import type { ReloadExtras, ServedEndpoint } from './offer/stage.ts';

export interface ComposeExtras extends Definitions {
  /** What relative paths in the config are relative to. */
  readonly baseDir: string;
  /** Both are closed by whoever opened them, after the server. */
  readonly database: Database;
  readonly cache: Cache;
  /** At least 32 bytes; every key of the server is derived from it. */
  readonly master: Uint8Array;
  readonly clock: Clock;
  /** Postern's own version. */
  readonly version: string;
  /** Where log lines go: a file descriptor, or something that takes each line. Default: standard error. */
  readonly logTo?: number | { write(line: string): void };
  /** Where documents from URLs are kept with their ETag; nowhere without it. */
  readonly cacheFolder?: string;
  /** The folder `.postern`, where the pins of MCP upstreams are kept; in memory without it. */
  readonly stateFolder?: string;
  /** Where the programs of MCP upstreams are looked up, as `PATH` has it. */
  readonly searchPath?: string;
  /** How what is served is taken up anew. Without it, it stays as it is. */
  readonly reload?: ReloadExtras;
  /** Authorization servers in this process, whose tokens are accepted. */
  readonly localIssuers?: readonly LocalIssuer[];
  /** What stands beside the authorization server: the identity provider of `--dev`. */
  readonly devIdentityProvider?: FacadeExtras['devIdentityProvider'];
  /** Whether callers of several tenants may share the one credential of an upstream: for `--dev`. Default: false. */
  readonly tenantsMayShare?: boolean;
  /** Called last when the server is closed. */
  readonly afterClose?: () => Promise<void>;
}

/** Tells clients that something changed. A client hears only of what it asked to hear of. */
export interface Notifier {
  toolsChanged(): void;
  promptsChanged(): void;
  resourcesChanged(): void;
  resourceUpdated(uri: string): void;
}

/** A server, composed and ready to be mounted. */
export interface Postern {
  /** Answers a web `Request`. Never rejects. */
  fetch(request: Request): Promise<Response>;
  /** Answers an exchange, for adapters. Never rejects. */
  handle(request: HttpRequest): Promise<HttpReply>;
  readonly notify: Notifier;
  /** Speaks MCP over two streams, a message a line, for one principal; returns when the input has ended. */
  serveLines(input: Readable, output: Writable, principal: Principal): Promise<void>;
  /**
   * Reads config and documents anew. What is served changes as a whole; where anything is wrong, not at all. Calls
   * under way end on what they began with.
   * @throws StartError, DocumentError: what is wrong, as at the start.
   */
  reload(): Promise<void>;
  /** What was wrong with parts of the documents, as far as they have been looked into. */
  readonly warnings: readonly string[];
  /** What in the config means nothing, such as a selector that fits no tool. */
  readonly remarks: readonly string[];
  readonly upstreams: readonly { readonly name: string; readonly baseUrl: string; readonly tools: number }[];
  /** Where MCP is spoken, and how many tools each endpoint has. */
  readonly endpoints: readonly ServedEndpoint[];
  /** Every scope that some tool requires. */
  readonly scopes: readonly string[];
  /** Counters since the start, by name. */
  counters(): { readonly [name: string]: number };
  /** Ends open streams, so that connections can be closed; calls under way go on. */
  drain(): Promise<void>;
  /** Ends streams, and writes down what has not been written yet. Once, however often it is called. */
  close(): Promise<void>;
}
