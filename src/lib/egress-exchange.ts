import type { Dispatcher } from 'undici';
import type { Signal } from '../core/abort.ts';
import type { Clock } from '../core/clock.ts';
import { PosternError } from '../core/errors.ts';

/** One request on the wire: parts of the URL as they are sent, and how much may come back. */
export interface WireRequest {
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  readonly method: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: string | Uint8Array;
  readonly signal?: Signal;
  readonly maxBytes: number;
  readonly maxHeaders: number;
}

/** One whose answer is read whole. */
export interface Exchange extends WireRequest {
  /** Milliseconds for everything, from here to the last byte. */
  readonly timeoutMs: number;
}

export interface RawResponse {
  readonly status: number;
  /** Lower-case names; repeated ones joined by `, `. */
  readonly headers: { readonly [name: string]: string };
  /** As it came over the wire. */
  readonly body: Uint8Array;
}

const EMPTY = new Uint8Array(0);

/**
 * The connection failed before a byte of the answer had come. Whether the request arrived is not known: what may be done
 * twice may be tried again (RFC 9110 §9.2.2).
 */
export class Unanswered extends PosternError {}

/** How a connection fails that may be there at the next attempt: kept alive and closed meanwhile, refused, lost. */
const PASSING: ReadonlySet<unknown> = new Set([
  'UND_ERR_SOCKET',
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
]);

/**
 * What a failing connection comes to. The reason stays inside: to a caller, every way of not reaching is the same.
 * @param heard whether a byte of the answer had come.
 */
export function networkError(cause: Error & { code?: unknown }, heard = true): PosternError {
  if (cause.code === 'UND_ERR_HEADERS_TIMEOUT' || cause.code === 'UND_ERR_BODY_TIMEOUT') {
    return new PosternError('timeout', { cause });
  }
  if (cause.code === 'UND_ERR_HEADERS_OVERFLOW' || cause.code === 'HPE_HEADER_OVERFLOW') {
    return new PosternError('upstream_error', { cause });
  }
  if (!heard && PASSING.has(cause.code)) return new Unanswered('upstream_unavailable', { cause });
  return new PosternError('upstream_unavailable', { cause });
}

export function cancelled(signal: Signal): PosternError {
  const reason: unknown = signal.reason;
  return reason instanceof PosternError ? reason : new PosternError('cancelled', { cause: reason });
}

export function flatten(headers: { [name: string]: string | string[] | undefined }): { [name: string]: string } {
  const flat: { [name: string]: string } = {};
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
  }
  return flat;
}

export function tooManyHeaders(headers: object, max: number): PosternError | undefined {
  if (Object.keys(headers).length <= max) return undefined;
  return new PosternError('upstream_error', { cause: new Error('too many response headers') });
}

/**
 * Sends one request and reads its answer whole.
 * @throws Unanswered, PosternError `upstream_unavailable`, `timeout`, `cancelled`, `result_too_large`, `upstream_error`.
 */
export function exchange(dispatcher: Dispatcher, request: Exchange, clock: Clock): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const { signal } = request;
    if (signal?.aborted) return reject(cancelled(signal));
    const collector = new Collector(request);
    let controller: Dispatcher.DispatchController | undefined;
    let settled = false;
    let heard = false;
    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      stopTimer();
      signal?.removeEventListener('abort', onAbort);
      return true;
    };
    const fail = (error: PosternError): void => {
      if (!settle()) return;
      reject(error);
      controller?.abort(error);
    };
    const onAbort = (): void => fail(signal === undefined ? new PosternError('cancelled') : cancelled(signal));
    const stopTimer = clock.after(request.timeoutMs, () => fail(new PosternError('timeout')));
    signal?.addEventListener('abort', onAbort);

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart: (started) => {
        controller = started;
        // It may have waited for a connection until nobody wanted it any more.
        if (settled) started.abort(new Error('no longer wanted'));
      },
      // With the first byte, long before the headers are whole.
      onResponseStarted: () => {
        heard = true;
      },
      onResponseStart: (_, status, headers) => {
        const error = status < 200 ? undefined : collector.start(status, headers);
        if (error !== undefined) fail(error);
      },
      onResponseData: (_, chunk) => {
        const error = collector.add(chunk);
        if (error !== undefined) fail(error);
      },
      onResponseEnd: () => {
        if (settle()) resolve(collector.finish());
      },
      onResponseError: (_, error) => fail(networkError(error, heard)),
    };
    try {
      const { origin, path, method, headers, body } = request;
      dispatcher.dispatch({ origin, path, method, headers, body: body ?? null }, handler);
    } catch (error) {
      fail(new PosternError('internal', { cause: error }));
    }
  });
}

/** Gathers an answer and says when it is more than may be read. */
class Collector {
  readonly #request: Exchange;
  #status = 0;
  #headers: { readonly [name: string]: string } = {};
  #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(request: Exchange) {
    this.#request = request;
  }

  start(status: number, headers: { [name: string]: string | string[] | undefined }): PosternError | undefined {
    this.#status = status;
    this.#headers = flatten(headers);
    const tooMany = tooManyHeaders(headers, this.#request.maxHeaders);
    if (tooMany !== undefined) return tooMany;
    const declared = this.#request.method === 'HEAD' ? 0 : Number(this.#headers['content-length'] ?? 0);
    return declared > this.#request.maxBytes ? new PosternError('result_too_large') : undefined;
  }

  add(chunk: Uint8Array): PosternError | undefined {
    this.#size += chunk.byteLength;
    if (this.#size > this.#request.maxBytes) return new PosternError('result_too_large');
    this.#chunks.push(chunk);
    return undefined;
  }

  finish(): RawResponse {
    const [first = EMPTY] = this.#chunks;
    const body = this.#chunks.length <= 1 ? first : Buffer.concat(this.#chunks, this.#size);
    return { status: this.#status, headers: this.#headers, body };
  }
}
