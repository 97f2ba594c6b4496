/** The record of one tool invocation. It never holds a secret, and arguments only where the operator asked for them. */
export interface CallRecord {
  readonly id: string;
  /** The HTTP request it came with, which may have carried several; what the caller is told to quote. */
  readonly requestId: string;
  /** Milliseconds since the epoch when the call began. */
  readonly at: number;
  readonly tenant: string;
  readonly subject: string;
  /** The client's own, unverified word for itself: `name/version`. */
  readonly client: string;
  readonly tool: string;
  readonly upstream: string;
  /** Milliseconds from begin to end, all told. */
  readonly ms: number;
  /** Milliseconds of these spent waiting for the upstream. */
  readonly upstreamMs: number;
  readonly upstreamStatus: number | null;
  /** `ok`, or the code of the failure. */
  readonly code: string;
  /** The arguments, as `observe.arguments` says: absent, their shapes, or whole. */
  readonly arguments: string | null;
}
