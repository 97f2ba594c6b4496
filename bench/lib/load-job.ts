/** What the load generator is asked to do. */
export interface LoadJob {
  readonly port: number;
  /** Whole HTTP/1.1 requests, head and body; connection `i` repeats the one at `i` modulo their number. */
  readonly requests: readonly string[];
  /** Keep-alive connections, one request in flight on each. */
  readonly connections: number;
  /** After this many milliseconds no request is written any more; those in flight are waited for. */
  readonly ms: number;
}

export interface LoadResult {
  /** Answers with status 200. */
  readonly answered: number;
  readonly failed: number;
  /** The head of the first answer that was not 200. */
  readonly firstFailure?: string;
  readonly ms: number;
  readonly perSecond: number;
  /** Milliseconds from the write of a request to the last byte of its answer. */
  readonly p50: number;
  readonly p99: number;
}
