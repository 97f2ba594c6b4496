import type { Dispatcher } from 'undici';
import type { Signal } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { PosternError } from '../core/errors.ts';
import { allowList, isPublicAddress, literalAddress } from './egress-address.ts';
import { decodeContent } from './egress-decode.ts';
import type { DispatcherOptions } from './egress-dispatcher.ts';
import { type Exchange, exchange, type RawResponse } from './egress-exchange.ts';
import { type StreamResponse, streamExchange } from './egress-stream.ts';

export interface EgressOptions extends DispatcherOptions {
  readonly clock: Clock;
  /** Milliseconds for a whole request, redirects included. Default 30,000. */
  readonly timeoutMs?: number;
  /** Bytes of a response body, both as sent and after decoding. Default 10 MiB. */
  readonly maxBytes?: number;
  /** Different response headers. Default 200. */
  readonly maxHeaders?: number;
}

export interface EgressRequest {
  readonly method: string;
  /** Absolute http(s), without user, password and fragment. Path and query are sent byte for byte. */
  readonly url: string;
  /** Lower-case names. */
  readonly headers: { readonly [name: string]: string };
  readonly body?: string | Uint8Array;
  readonly signal?: Signal;
  /** Milliseconds, when less than the egress' own `timeoutMs`. */
  readonly timeoutMs?: number;
  /** Bytes, instead of the egress' own `maxBytes`. */
  readonly maxBytes?: number;
  /**
   * `none`: a redirect is an answer like any other (the default). `same-origin`: GET and HEAD follow up to three within
   * the origin. Nothing ever follows one to another origin: headers and bodies may hold what only this one may know.
   */
  readonly redirect?: 'none' | 'same-origin';
}

export interface EgressStreamRequest extends Omit<EgressRequest, 'redirect'> {
  /** Milliseconds without a byte of the body after which it ends. Default: the egress' own `timeoutMs`. */
  readonly idleMs?: number;
}

/** The body is decoded: `content-encoding` and `content-length` are gone from the headers where it was encoded. */
export type EgressResponse = RawResponse;

/** Speaks HTTP to the outside. Nothing else in the project does. */
export interface Egress {
  /** Milliseconds that a whole request may take at the most. */
  readonly timeoutMs: number;
  /** @throws Unanswered, PosternError `upstream_unavailable`, `timeout`, `cancelled`, `result_too_large`, `upstream_error`. */
  request(request: EgressRequest): Promise<EgressResponse>;
  /**
   * Sends a request whose answer is read as it comes, such as an event stream. `timeoutMs` counts until the headers are
   * there, `maxBytes` bounds the whole body; an answer with a content coding is refused, and no redirect is followed.
   * @throws PosternError `upstream_unavailable`, `timeout`, `cancelled`, `upstream_error`.
   */
  stream(request: EgressStreamRequest): Promise<StreamResponse>;
  /** Ends when the requests under way have. */
  close(): Promise<void>;
}

const MOST_REDIRECTS = 3;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const ORIGINS_REMEMBERED = 256;

function refused(why: string): PosternError {
  return new PosternError('upstream_unavailable', { cause: new Error(why) });
}

/** @throws TypeError when `allow` or `proxy` cannot be read. */
export function createEgress(options: EgressOptions): Egress {
  const { clock, timeoutMs = 30_000, maxBytes = 10 * 1024 * 1024, maxHeaders = 200 } = options;
  const allow = allowList(options.allow ?? []);
  if (options.proxy !== undefined) new URL(options.proxy);
  let loading: Promise<Dispatcher> | undefined;
  let dispatcher: Dispatcher | undefined;
  const judged = new Map<string, string>();

  /** Loaded with the first request: undici's hundred modules are a fifth of the start of a small server. */
  const load = (): Promise<Dispatcher> => {
    loading ??= import('./egress-dispatcher.ts').then(({ createDispatcher }) => {
      dispatcher = createDispatcher(options, timeoutMs);
      return dispatcher;
    });
    return loading;
  };

  /** The origin as undici wants it, or a refusal; each is judged once. */
  const originOf = (authority: string): string => {
    const known = judged.get(authority);
    if (known !== undefined) return known;
    if (!URL.canParse(authority)) throw refused('not a URL');
    const url = new URL(authority);
    if (url.username !== '' || url.password !== '' || url.pathname !== '/') throw refused('not a plain origin');
    if (!allow.has(url.protocol, url.hostname, url.port)) {
      if (url.protocol !== 'https:') throw refused(`${url.host}: http is for hosts that the config names`);
      const address = literalAddress(url.hostname);
      if (address !== undefined && !isPublicAddress(address)) throw refused(`${url.host} is not public`);
    }
    if (judged.size >= ORIGINS_REMEMBERED) judged.clear();
    judged.set(authority, url.origin);
    return url.origin;
  };

  /** Whom to connect to, and what to ask for: both judged. */
  const targetOf = (url: string): { readonly origin: string; readonly path: string } => {
    const [authority] = /^https?:\/\/[^/?#\\]+/i.exec(url) ?? [];
    if (authority === undefined) throw refused('not an absolute http(s) URL');
    const origin = originOf(authority);
    const rest = url.slice(authority.length);
    const path = rest.startsWith('/') ? rest : `/${rest}`;
    if (!/^[\x21\x22\x24-\x7e]*$/.test(path))
      throw refused('a URL with characters that must be encoded, or a fragment');
    return { origin, path };
  };

  const once = async (request: EgressRequest, url: string, leftMs: number): Promise<EgressResponse> => {
    const { origin, path } = targetOf(url);
    const cap = request.maxBytes ?? maxBytes;
    const { method, headers, body, signal } = request;
    const sent: Exchange = {
      origin,
      path,
      method,
      headers,
      body,
      signal,
      timeoutMs: leftMs,
      maxBytes: cap,
      maxHeaders,
    };
    const response = await exchange(dispatcher ?? (await load()), sent, clock);
    const encoding = response.headers['content-encoding'];
    if (encoding === undefined || response.body.byteLength === 0) return response;
    const decoded = await decodeContent(response.body, encoding, cap);
    const { 'content-encoding': _encoding, 'content-length': _length, ...others } = response.headers;
    return { status: response.status, headers: others, body: decoded };
  };

  const follow = async (request: EgressRequest, limitMs: number): Promise<EgressResponse> => {
    const end = clock.monotonic() + limitMs;
    let { url } = request;
    for (let hop = 0; ; hop++) {
      const response = await once(request, url, Math.max(0, end - clock.monotonic()));
      const next = hop < MOST_REDIRECTS ? sameOriginTarget(response, url) : undefined;
      if (next === undefined) return response;
      url = next;
    }
  };

  return {
    timeoutMs,
    request: (request) => {
      const limitMs = Math.min(timeoutMs, request.timeoutMs ?? timeoutMs);
      const follows = request.redirect === 'same-origin' && /^(GET|HEAD)$/.test(request.method);
      return follows ? follow(request, limitMs) : once(request, request.url, limitMs);
    },
    stream: async (request) => {
      const { method, headers, body, signal, idleMs = timeoutMs } = request;
      const sent = {
        ...targetOf(request.url),
        method,
        headers,
        body,
        signal,
        idleMs,
        timeoutMs: Math.min(timeoutMs, request.timeoutMs ?? timeoutMs),
        maxBytes: request.maxBytes ?? maxBytes,
        maxHeaders,
      };
      return streamExchange(dispatcher ?? (await load()), sent, clock);
    },
    close: async () => (await loading)?.close(),
  };
}

function sameOriginTarget(response: EgressResponse, from: string): string | undefined {
  const location = response.headers['location'];
  if (location === undefined || !REDIRECTS.has(response.status) || !URL.canParse(location, from)) return undefined;
  const target = new URL(location, from);
  if (target.origin !== new URL(from).origin || target.username !== '' || target.password !== '') return undefined;
  target.hash = '';
  return target.href;
}
