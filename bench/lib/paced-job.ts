/** Requests on a schedule. */
export interface PacedStream {
  /** A whole HTTP/1.1 request, head and body. */
  readonly request: string;
  readonly perSecond: number;
}

/** What the generator with a schedule is asked to do. */
export interface PacedJob {
  readonly port: number;
  readonly streams: readonly PacedStream[];
  readonly ms: number;
}

/** What came of one stream. */
export interface PacedResult {
  /** How many answers there were, by status. */
  readonly statuses: { readonly [status: number]: number };
  /** Milliseconds from when a request was due to the last byte of its answer. */
  readonly p50: number;
  readonly p99: number;
}
