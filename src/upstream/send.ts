import { Abort, type Signal, whenAborted } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import type { Account } from '../core/connections.ts';
import { asPosternError, PosternError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import type { RateLimitReading } from '../core/rate-limit.ts';
import type { UpstreamRequest, UpstreamResponse } from '../core/upstream.ts';
import type { Egress } from '../lib/egress.ts';
import { ACCEPT_ENCODING } from '../lib/egress-decode.ts';
import { type Breaker, type Health, healthOfError, healthOfStatus } from './breaker.ts';
import type { Credential } from './credential.ts';
import { NoToken, orNoToken } from './credentials/no-token.ts';
import { throughGate } from './gate.ts';
import type { Limiter } from './limiter.ts';
import type { Retry } from './retry.ts';

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
  /** What is known of its limits. Without it, every call is sent. */
  readonly limiter?: Limiter;
  /** Whether it is answering at all. Without it, every call is sent. */
  readonly breaker?: Breaker;
  /** Without it, every call is sent once. */
  readonly retry?: Retry;
}

/** The circumstances of one call. */
export interface SendContext {
  readonly principal: Principal;
  readonly credential: Credential;
  /** The account that the caller has chosen, where they have several. */
  readonly connection?: string;
  /** Sent as `X-Request-Id`, so that both sides' logs can be laid side by side. */
  readonly requestId: string;
  readonly signal?: Signal;
  /** Milliseconds, when less than the egress' own. */
  readonly timeoutMs?: number;
  /** Method and path, and as whom the API sees the call: what its limits are looked up by. */
  readonly counted?: { readonly operation: string; readonly identity: string };
  /** Whether an answer other than 401 says that the account's token has ended. Default: none does. */
  readonly isExpired?: ((response: UpstreamResponse) => boolean | Promise<boolean>) | undefined;
  /** Whether the request may be sent twice: see `isIdempotent`. Default false. */
  readonly idempotent?: boolean;
}

export interface Sent {
  readonly response: UpstreamResponse;
  /** What was sent as a credential: nobody may see it, whatever the API writes. */
  readonly secrets: readonly string[];
  /** Milliseconds until the whole answer was there. */
  readonly ms: number;
}

/** A failure of the way to the upstream, with the time it took. */
export interface SendFailure {
  readonly error: PosternError;
  readonly ms: number;
  /** The limit that is known to be at its end, where it is for that that nothing was sent. */
  readonly limits?: RateLimitReading;
  /** There was no credential to send it with. That says nothing of the upstream. */
  readonly withoutCredential?: true;
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
 * A call that is known to fail is not sent: while the API's own limit lasts (`rate_limited`), and while it fails all the
 * calls of the tenant (`circuit_open`). A request that may be sent twice is, once, where the connection broke before a
 * byte of the answer.
 *
 * A token of the caller's that the upstream refuses with 401 is renewed, and the request sent again, once and whatever its
 * method: 401 says that it has not been applied (RFC 9110 §15.5.2), and so does what the operator declares to mean it.
 *
 * Whatever the status, an answer is an answer; whether it is a failure is for the normaliser to say.
 *
 * @returns the answer, or the failure to get one (`rate_limited`, `quota_exceeded`, `circuit_open`,
 *   `upstream_unavailable`, `timeout`, `cancelled`, `result_too_large`, `upstream_error`), both with the time it took.
 *   Never throws.
 */
export function send(upstream: Upstream, request: UpstreamRequest, context: SendContext): Promise<Sent | SendFailure> {
  const { principal, counted } = context;
  const call = () => exchange(upstream, request, context);
  return throughGate(upstream, { tenant: principal.tenant, counted }, call, healthOf);
}

function healthOf(sent: Sent | SendFailure): Health {
  if (!('error' in sent)) return healthOfStatus(sent.response.status);
  return sent.withoutCredential === true ? 'unknown' : healthOfError(sent.error);
}

async function exchange(
  upstream: Upstream,
  request: UpstreamRequest,
  context: SendContext,
): Promise<Sent | SendFailure> {
  const { clock, name } = upstream;
  const { credential, principal } = context;
  const start = clock.monotonic();
  try {
    if (!belongs(request.url, upstream.origins)) {
      throw new PosternError('internal', { cause: new Error(`${name}: a request to an origin that is not its own`) });
    }
    const proof = tokenProof(request, context) ?? accountProof(request, context);
    if (proof !== undefined) {
      const sent = await renewing(upstream, context, proof as Proof<unknown>);
      return { ...sent, ms: clock.monotonic() - start };
    }
    const response = await attempts(upstream, credential.apply(request, principal), context);
    return { response, secrets: credential.secrets, ms: clock.monotonic() - start };
  } catch (thrown) {
    const ms = clock.monotonic() - start;
    if (!(thrown instanceof NoToken)) return { error: namedFailure(thrown, name), ms };
    return { error: namedFailure(thrown.cause, name), ms, withoutCredential: true };
  }
}

/** A credential that depends on who calls, as one call has it. */
interface Proof<T> {
  get(): T | Promise<T>;
  /** Another one in the place of what was refused, if there is one. */
  renew(refused: T): Promise<T | undefined> | undefined;
  /** Hears that it ends while it is used, and why. @returns what ends the watch. */
  watch?(used: T, end: (reason: unknown) => void): () => void;
  /** Hears that this was refused although it is new. */
  refuse?(renewed: T): Promise<void>;
  apply(proof: T): { readonly request: UpstreamRequest; readonly secrets: readonly string[] };
}

function tokenProof(request: UpstreamRequest, { credential, principal }: SendContext): Proof<string> | undefined {
  const { tokens } = credential;
  return (
    tokens && {
      get: () => tokens.tokenFor(principal),
      renew: (token) => tokens.renew?.(principal, token),
      apply: (token) => ({
        request: credential.apply(request, principal, token),
        secrets: [token, ...credential.secrets],
      }),
    }
  );
}

function accountProof(
  request: UpstreamRequest,
  { credential, principal, connection }: SendContext,
): Proof<Account> | undefined {
  const { accounts } = credential;
  return (
    accounts && {
      get: () => accounts.accountFor(principal, connection),
      renew: accounts.renew,
      refuse: accounts.refuse,
      watch: accounts.watch,
      apply: (account) => credential.applyAccount(request, principal, account),
    }
  );
}

async function renewing<T>(
  upstream: Upstream,
  context: SendContext,
  proof: Proof<T>,
): Promise<Pick<Sent, 'response' | 'secrets'>> {
  const first = await orNoToken(() => proof.get());
  if (proof.watch === undefined) return renewingFrom(first, upstream, context, proof);
  const ended = new Abort();
  const stop = proof.watch(first, (reason) => ended.abort(reason));
  const { signal } = context;
  const stopListening = whenAborted(signal, () => ended.abort(signal?.reason));
  try {
    return await renewingFrom(first, upstream, { ...context, signal: ended }, proof);
  } finally {
    stopListening();
    stop();
  }
}

async function renewingFrom<T>(
  first: T,
  upstream: Upstream,
  context: SendContext,
  proof: Proof<T>,
): Promise<Pick<Sent, 'response' | 'secrets'>> {
  const { egress, clock } = upstream;
  const { timeoutMs = egress.timeoutMs } = context;
  const begun = clock.monotonic();
  const { request, secrets } = proof.apply(first);
  const response = await attempts(upstream, request, context);
  if (!(await isOver(response, context))) return { response, secrets };
  const other = await orNoToken(() => proof.renew(first));
  if (other === undefined || other === first) return { response: refusedOr(response), secrets };
  const leftMs = Math.max(1, timeoutMs - (clock.monotonic() - begun));
  const again = proof.apply(other);
  const second = await attempts(upstream, again.request, { ...context, timeoutMs: leftMs });
  const stillOver = await isOver(second, context);
  if (stillOver) await orNoToken(() => proof.refuse?.(other));
  return { response: stillOver ? refusedOr(second) : second, secrets: [...again.secrets, ...secrets] };
}

async function isOver(response: UpstreamResponse, { isExpired }: SendContext): Promise<boolean> {
  return response.status === 401 || (isExpired !== undefined && (await isExpired(response)));
}

/** @throws PosternError `needs_reauth` for an answer whose status does not say that it is a refusal. */
function refusedOr(response: UpstreamResponse): UpstreamResponse {
  if (response.status === 401) return response;
  throw new NoToken(new PosternError('needs_reauth'));
}

/** A failure with the upstream at which it happened: what fails at a lower floor does not know where it is used. */
export function namedFailure(thrown: unknown, upstream: string): PosternError {
  const error = asPosternError(thrown);
  return new PosternError(error.code, { ...error.details, upstream, cause: error.cause ?? error });
}

function attempts(upstream: Upstream, sent: UpstreamRequest, context: SendContext): Promise<UpstreamResponse> {
  const { egress, retry } = upstream;
  const { signal, timeoutMs } = context;
  const request = {
    method: sent.method,
    url: sent.url,
    headers: {
      ...sent.headers,
      'user-agent': upstream.userAgent,
      'accept-encoding': ACCEPT_ENCODING,
      'x-request-id': context.requestId,
    },
    body: sent.body,
    signal,
    timeoutMs,
  };
  if (retry === undefined || context.idempotent !== true) return egress.request(request);
  const limitMs = Math.min(egress.timeoutMs, timeoutMs ?? egress.timeoutMs);
  return retry((leftMs) => egress.request({ ...request, timeoutMs: leftMs }), { limitMs, signal });
}
