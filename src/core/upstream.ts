/** A request to an upstream, complete but for its credential: what an operation and its arguments amount to. */
export interface UpstreamRequest {
  /** Upper case. */
  readonly method: string;
  /** Absolute, within the upstream's base URL. Sent byte for byte: nobody parses and rebuilds it. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string };
  readonly body?: string | Uint8Array;
}

/** What came back: status and headers, and the decoded body within its cap. */
export interface UpstreamResponse {
  readonly status: number;
  /** Lower-case names; repeated ones joined by `, `. */
  readonly headers: { readonly [name: string]: string };
  readonly body: Uint8Array;
}
