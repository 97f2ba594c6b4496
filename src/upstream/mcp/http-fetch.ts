import { PosternError } from '../../core/errors.ts';
import type { UpstreamRequest } from '../../core/upstream.ts';
import { mediaTypeOf } from '../../lib/body.ts';
import type { Egress } from '../../lib/egress.ts';
import { boundedBytes, boundedEvents, type EventListener } from './bounded-stream.ts';
import type { Leg } from './legs.ts';
import type { Questions } from './questions.ts';

/** The way of an MCP client to one URL. */
export interface HttpWay {
  /** The endpoint; nothing else is ever asked. */
  readonly url: string;
  readonly egress: Egress;
  /** `postern/<version>`. */
  readonly userAgent: string;
  /** Bytes of one answer, or of one event of a stream. */
  readonly maxBytes: number;
  /** Milliseconds of silence after which a stream of notifications is given up and opened again. */
  readonly quietMs: number;
  /** Adds the credential, and what the config says of the caller where the request is for one. */
  authorise(request: UpstreamRequest, leg: Leg | undefined): UpstreamRequest | Promise<UpstreamRequest>;
  /** Without it, notifications are not asked for. */
  readonly stream: StreamListener | undefined;
}

/** Hears how the stream of notifications fares that a legacy server is asked for by GET. */
export interface StreamListener {
  /** The session it belonged to is no longer known. */
  onLost(): void;
  /** It was away for a while, and with it what it would have told. */
  onReopened(): void;
}

/** @returns whether there has been such a stream: a server that has none is no reason to connect again. */
function tell(status: number, opened: boolean, stream: StreamListener): boolean {
  if (opened && (status === 404 || status === 400)) {
    stream.onLost();
    return false;
  }
  if (status !== 200) return opened;
  if (opened) stream.onReopened();
  return true;
}

/** Names the leg a request belongs to. It stays in this process. */
export const LEG_HEADER = 'x-postern-leg';

/** Bodies of refusals are read up to here: nobody needs more to say why. */
const REFUSAL_BYTES = 64 * 1024;
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/** A `fetch` for the official client, on our own egress: its address checks, its caps, no redirects, no cookies. */
export function fetchThrough(
  way: HttpWay,
  questions: Questions,
): (url: string | URL, init?: RequestInit) => Promise<Response> {
  let opened = false;
  return async (url, init = {}) => {
    if (String(url) !== way.url)
      throw new PosternError('internal', { cause: new Error('a URL that is not the upstream') });
    const { [LEG_HEADER]: id, ...headers } = Object.fromEntries(new Headers(init.headers));
    const leg = id === undefined ? undefined : questions.legs.find(id);
    const method = init.method ?? 'GET';
    // The answer of a server that has none.
    if (method === 'GET' && way.stream === undefined && headers['last-event-id'] === undefined) {
      return new Response(null, { status: 405 });
    }
    const body = typeof init.body === 'string' ? init.body : undefined;
    const request = await way.authorise({ method, url: way.url, headers, body }, leg);
    const answer = await way.egress.stream({
      ...request,
      headers: {
        ...request.headers,
        'user-agent': way.userAgent,
        'accept-encoding': 'identity',
        ...(leg?.requestId === undefined ? {} : { 'x-request-id': leg.requestId }),
      },
      signal: init.signal ?? undefined,
      idleMs: way.quietMs,
      maxBytes: Number.POSITIVE_INFINITY,
    });
    if (method === 'GET' && way.stream !== undefined) opened = tell(answer.status, opened, way.stream);
    if (leg === undefined && answer.status >= 300)
      questions.refusal = { status: answer.status, headers: answer.headers };
    if (leg !== undefined) leg.answer = { status: answer.status, headers: answer.headers };
    return asResponse(answer, way, leg === undefined ? undefined : questions.listener(leg));
  };
}

function asResponse(
  { status, headers, body }: Awaited<ReturnType<Egress['stream']>>,
  way: HttpWay,
  listener: EventListener | undefined,
): Response {
  if (status > 599) {
    void body.cancel();
    throw new PosternError('upstream_error', { status, cause: new Error('a status that HTTP does not have') });
  }
  if (BODILESS.has(status)) {
    void body.cancel();
    return new Response(null, { status, headers: { ...headers } });
  }
  const refusal = status >= 300;
  const events = !refusal && mediaTypeOf(headers['content-type']) === 'text/event-stream';
  const bounded = events
    ? boundedEvents(body, way.maxBytes, listener)
    : boundedBytes(body, refusal ? Math.min(REFUSAL_BYTES, way.maxBytes) : way.maxBytes);
  return new Response(bounded, { status, headers: { ...headers } });
}
