import type { Signal } from '../core/abort.ts';

/**
 * One HTTP request as the pipeline sees it: the least that both a Node socket and a web `Request` can give cheaply.
 * Building web `Request` and `Response` objects for every call would cost more than the call
 * (docs/architecture.md, "Exchange"), so adapters translate at the edge.
 */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** The path as it came: undecoded, without the query. */
  readonly path: string;
  /** Without the question mark; empty where there is none. */
  readonly query: string;
  /** @param name lower case. Repeated headers are joined by `, `. */
  header(name: string): string | undefined;
  /** How often the header was sent. */
  countOf(name: string): number;
  /** How many header lines it has. */
  readonly headerCount: number;
  /** The address of the client: the peer of the socket, or whom a proxy that is trusted names. */
  readonly address: string;
  /** Aborted when the client goes away before the reply is complete. */
  readonly signal: Signal;
  /**
   * Reads the whole body, once.
   * @throws PosternError `body_too_large` as soon as more than `limit` bytes are certain, `body_timeout` when it stalls.
   */
  read(limit: number): Promise<Uint8Array>;
}

/** Text, bytes, several runs of either sent as one body, or a stream. */
export type HttpBody = string | Uint8Array | Runs | ReadableStream<Uint8Array> | null;

/** What follows each other and is one, without a copy of the large among them. */
export type Runs = readonly (string | Uint8Array)[];

/** Runs as one, for whoever takes nothing else. */
export function joined(runs: Runs): Buffer<ArrayBuffer> {
  return Buffer.concat(runs.map((run) => (typeof run === 'string' ? Buffer.from(run) : run)));
}

export interface HttpReply {
  readonly status: number;
  /** Lower-case names. `content-length` is the adapter's to fill in. */
  readonly headers: { [name: string]: string };
  /** The `Set-Cookie` lines: the one header whose lines cannot be joined (RFC 9110 §5.3). */
  readonly cookies?: readonly string[];
  readonly body: HttpBody;
}

/** A JSON reply of a value. */
export function json(status: number, value: unknown, headers: { readonly [name: string]: string } = {}): HttpReply {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(value) };
}
