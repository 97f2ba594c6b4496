import type { Clock } from '../core/clock.ts';
import { asPosternError, PosternError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { UpstreamRequest, UpstreamResponse } from '../core/upstream.ts';
import type { Egress } from '../lib/egress.ts';
import { ACCEPT_ENCODING } from '../lib/egress-decode.ts';
import type { Credential } from './credential.ts';

/** An upstream as it is spoken to. */
export interface Upstream {
  /** Its name in the config. */
  readonly name: string;
  /** The origins that are the upstream's own (`https://api.acme.com`): its credential goes nowhere else. */
  readonly origins: readonly string[];
  readonly egress: Egress;
  readonly clock: Clock;
  /** `postern/<version>`. */
  readonly userAgent: string;
}

/** The circumstances of one call. */
export interface SendContext {
  readonly principal: Principal;
  readonly credential: Credential;
  /** Sent as `X-Request-Id`, so that both sides' logs can be laid side by side. */
  readonly requestId: string;
  readonly signal?: AbortSignal;
  /** Milliseconds, when less than the egress' own. */
  readonly timeoutMs?: number;
}

export interface Sent {
  readonly response: UpstreamResponse;
  /** Milliseconds until the whole answer was there. */
  readonly ms: number;
}

/** A failure of the way to the upstream, with the time it took. */
export interface SendFailure {
  readonly error: PosternError;
  readonly ms: number;
}

function belongs(url: string, origins: readonly string[]): boolean {
  return origins.some(
    (origin) => url.startsWith(origin) && /^[/?]|^$/.test(url.slice(origin.length, origin.length + 1)),
  );
}

/**
 * Sends one request with the upstream's credential. Its headers are the operation's own and those set here: nothing that
 * came in from the caller's side passes.
 *
 * Whatever the status, an answer is an answer; whether it is a failure is for `failureOf` to say.
 *
 * @returns the answer, or the failure to get one (`upstream_unavailable`, `timeout`, `cancelled`, `result_too_large`,
 *   `upstream_error`), both with the time it took. Never throws.
 */
export async function send(
  upstream: Upstream,
  request: UpstreamRequest,
  context: SendContext,
): Promise<Sent | SendFailure> {
  const { clock, egress, name } = upstream;
  const start = clock.monotonic();
  try {
    if (!belongs(request.url, upstream.origins)) {
      throw new PosternError('internal', { cause: new Error(`${name}: a request to an origin that is not its own`) });
    }
    const sent = context.credential.apply(request, context.principal);
    const response = await egress.request({
      method: sent.method,
      url: sent.url,
      headers: {
        ...sent.headers,
        'user-agent': upstream.userAgent,
        'accept-encoding': ACCEPT_ENCODING,
        'x-request-id': context.requestId,
      },
      body: sent.body,
      signal: context.signal,
      timeoutMs: context.timeoutMs,
    });
    return { response, ms: clock.monotonic() - start };
  } catch (thrown) {
    const error = asPosternError(thrown);
    const named = new PosternError(error.code, { ...error.details, upstream: name, cause: error.cause ?? error });
    return { error: named, ms: clock.monotonic() - start };
  }
}
