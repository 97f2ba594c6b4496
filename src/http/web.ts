import { PosternError } from '../core/errors.ts';
import { type HttpBody, type HttpReply, type HttpRequest, joined } from './exchange.ts';

/**
 * A web `Request` as an exchange, for runtimes that speak Fetch.
 *
 * @param address the peer's address where the runtime knows it; it is only logged.
 */
export function fromWebRequest(request: Request, address = ''): HttpRequest {
  const url = new URL(request.url);
  return {
    method: request.method,
    path: url.pathname,
    query: url.search.slice(1),
    // `Headers` drops Host in some runtimes; the URL has the same authority.
    header: (name) => request.headers.get(name) ?? (name === 'host' ? url.host : undefined),
    countOf: (name) => (request.headers.has(name) ? 1 : 0),
    headerCount: [...request.headers.keys()].length,
    address,
    signal: request.signal,
    read: (limit) => readAll(request.body, limit),
  };
}

/** The other way: a reply as a web `Response`. */
export function toWebResponse(reply: HttpReply): Response {
  const headers = new Headers(reply.headers);
  for (const cookie of reply.cookies ?? []) headers.append('set-cookie', cookie);
  return new Response(toWebBody(reply.body), { status: reply.status, headers });
}

function toWebBody(body: HttpBody): ConstructorParameters<typeof Response>[0] {
  if (body === null || typeof body === 'string' || body instanceof ReadableStream) return body;
  return body instanceof Uint8Array ? new Uint8Array(body) : joined(body);
}

async function readAll(body: ReadableStream<Uint8Array> | null, limit: number): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > limit) throw new PosternError('body_too_large', { hint: `At most ${limit} bytes.` });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
