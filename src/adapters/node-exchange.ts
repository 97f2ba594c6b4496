import type { IncomingMessage, ServerResponse } from 'node:http';
import { Abort, type Signal } from '../core/abort.ts';
import { PosternError } from '../core/errors.ts';
import type { ClientAddress } from '../http/client-address.ts';
import type { HttpReply, HttpRequest, Runs } from '../http/exchange.ts';

/** A Node request as an exchange. A class, because it is made once a request and its methods should not be. */
export class NodeRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly #incoming: IncomingMessage;
  readonly #headers: IncomingMessage['headers'];
  readonly #outgoing: ServerResponse;
  readonly #clientAddress: ClientAddress | undefined;
  #signal: Signal | undefined;

  /** @param clientAddress how the client is told from the proxies before this server. Default: the peer is the client. */
  constructor(incoming: IncomingMessage, outgoing: ServerResponse, clientAddress?: ClientAddress) {
    const url = incoming.url ?? '/';
    const mark = url.indexOf('?');
    this.method = incoming.method ?? 'GET';
    this.path = mark === -1 ? url : url.slice(0, mark);
    this.query = mark === -1 ? '' : url.slice(mark + 1);
    this.#incoming = incoming;
    this.#headers = incoming.headers;
    this.#outgoing = outgoing;
    this.#clientAddress = clientAddress;
  }

  get headerCount(): number {
    return this.#incoming.rawHeaders.length / 2;
  }

  get address(): string {
    const peer = this.#incoming.socket.remoteAddress ?? '';
    return this.#clientAddress?.(peer, this.header('x-forwarded-for')) ?? peer;
  }

  get signal(): Signal {
    this.#signal ??= closeSignal(this.#outgoing);
    return this.#signal;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  countOf(name: string): number {
    const raw = this.#incoming.rawHeaders;
    let count = 0;
    for (let i = 0; i < raw.length; i += 2) {
      const candidate = raw[i];
      if (candidate?.length === name.length && candidate.toLowerCase() === name) count++;
    }
    return count;
  }

  read(limit: number): Promise<Uint8Array> {
    const declared = Number(this.#incoming.headers['content-length'] ?? 0);
    return declared > limit ? Promise.reject(tooLarge(limit)) : readAll(this.#incoming, limit);
  }
}

function closeSignal(outgoing: ServerResponse): Signal {
  const abort = new Abort();
  if (outgoing.destroyed) abort.abort();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) abort.abort();
  });
  return abort;
}

function readAll(incoming: IncomingMessage, limit: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let rest: Buffer[] | undefined;
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        incoming.removeAllListeners('data');
        incoming.pause();
        reject(tooLarge(limit));
      } else if (first === undefined) first = chunk;
      else if (rest === undefined) rest = [first, chunk];
      else rest.push(chunk);
    });
    incoming.on('end', () => resolve(rest === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(rest, size)));
    incoming.on('error', (cause) => reject(new PosternError('body_timeout', { cause })));
  });
}

function tooLarge(limit: number): PosternError {
  return new PosternError('body_too_large', { hint: `At most ${limit} bytes.` });
}

/** Writes a reply to the socket. */
export function send(incoming: IncomingMessage, outgoing: ServerResponse, reply: HttpReply): void {
  const { status, headers, cookies, body } = reply;
  if (cookies !== undefined) outgoing.setHeader('set-cookie', cookies);
  // What is left of a body nobody will read would be taken for the next request.
  if (!incoming.complete && hasBody(incoming)) headers['connection'] = 'close';
  if (body instanceof ReadableStream) {
    outgoing.writeHead(status, headers);
    outgoing.flushHeaders();
    void pump(body, outgoing);
  } else if (body === null || incoming.method === 'HEAD') {
    outgoing.writeHead(status, headers).end();
  } else if (typeof body === 'string' || body instanceof Uint8Array) {
    headers['content-length'] = String(Buffer.byteLength(body));
    outgoing.writeHead(status, headers).end(body);
  } else {
    sendRuns(outgoing, status, headers, body);
  }
}

function hasBody(incoming: IncomingMessage): boolean {
  return incoming.headers['content-length'] !== undefined || incoming.headers['transfer-encoding'] !== undefined;
}

/** Several runs as one body, in one write to the socket. Node joins text that comes first with the headers. */
function sendRuns(outgoing: ServerResponse, status: number, headers: { [name: string]: string }, runs: Runs): void {
  headers['content-length'] = String(runs.reduce((sum, run) => sum + Buffer.byteLength(run), 0));
  outgoing.writeHead(status, headers);
  outgoing.cork();
  for (const run of runs) outgoing.write(run);
  outgoing.end();
  outgoing.uncork();
}

/** Copies a stream to the socket at the socket's pace, and cancels it when the client goes away. */
async function pump(stream: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  const reader = stream.getReader();
  const leave = () => void reader.cancel().catch(() => undefined);
  // A client that left before the stream began closes nothing any more.
  if (outgoing.destroyed) return leave();
  outgoing.once('close', leave);
  try {
    for (let next = await reader.read(); !next.done && !outgoing.destroyed; next = await reader.read()) {
      if (!outgoing.write(next.value)) await drained(outgoing);
    }
    outgoing.end();
  } catch {
    outgoing.destroy();
  }
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off('drain', done);
      outgoing.off('close', done);
      resolve();
    };
    outgoing.on('drain', done);
    outgoing.on('close', done);
  });
}
