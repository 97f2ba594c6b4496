import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request exactly as it arrived. */
export interface RecordedRequest {
  readonly method: string;
  /** The request target, byte for byte: path and query. */
  readonly target: string;
  /** Name and value in turn, as sent. */
  readonly rawHeaders: readonly string[];
  /** Lower-case names; repeated ones joined as node:http joins them. */
  readonly headers: { readonly [name: string]: string | string[] | undefined };
  readonly body: Buffer;
}

/** An answer: status 200, no headers and no body unless told otherwise. */
export interface RecordedAnswer {
  readonly status?: number;
  readonly headers?: { readonly [name: string]: string | readonly string[] };
  readonly body?: string | Uint8Array;
}

/** Answers a request: with a value, or by writing to the response itself (for streams, stalls and broken answers). */
export type Answer = (
  request: RecordedRequest,
  response: ServerResponse,
) => RecordedAnswer | undefined | Promise<RecordedAnswer | undefined>;

export interface RecordingUpstream {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  /** `127.0.0.1:PORT`, as egress' `allow` takes it. */
  readonly host: string;
  readonly requests: readonly RecordedRequest[];
  /** TCP connections so far, and bytes that came over those that are closed. */
  readonly traffic: { readonly connections: number; readonly bytes: number };
  /** From now on, answers like this. */
  answer(with_: Answer | RecordedAnswer): void;
  /** The last request. @throws Error when there was none. */
  last(): RecordedRequest;
  /** Forgets the requests so far. */
  clear(): void;
  close(): Promise<void>;
}

export interface RecordingUpstreamOptions {
  /** Default: 200 with `{}` as JSON. */
  readonly answer?: Answer | RecordedAnswer;
  /** PEM; with them it speaks https. `ca` asks clients for a certificate of that authority. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string };
}

const EMPTY_OBJECT: RecordedAnswer = { headers: { 'content-type': 'application/json' }, body: '{}' };

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** An HTTP server on loopback that records what it is sent and answers as it is told. */
export async function createRecordingUpstream(options: RecordingUpstreamOptions = {}): Promise<RecordingUpstream> {
  const requests: RecordedRequest[] = [];
  const traffic = { connections: 0, bytes: 0 };
  let answer: Answer | RecordedAnswer = options.answer ?? EMPTY_OBJECT;

  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', rawHeaders, headers } = incoming;
    const request = { method, target: url, rawHeaders: [...rawHeaders], headers, body: await readAll(incoming) };
    requests.push(request);
    const given = typeof answer === 'function' ? await answer(request, response) : answer;
    if (given === undefined) return;
    const sent: { [name: string]: string | string[] } = {};
    for (const [name, value] of Object.entries(given.headers ?? {})) {
      sent[name] = typeof value === 'string' ? value : [...value];
    }
    response.writeHead(given.status ?? 200, sent).end(given.body);
  };
  const listener = (incoming: IncomingMessage, response: ServerResponse): void => {
    serve(incoming, response).catch(() => response.destroy());
  };

  const server =
    options.tls === undefined
      ? createServer(listener)
      : createTlsServer({ ...options.tls, requestCert: options.tls.ca !== undefined }, listener);
  server.on('connection', (socket) => {
    traffic.connections += 1;
    socket.on('close', () => {
      traffic.bytes += socket.bytesRead;
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url: `${options.tls === undefined ? 'http' : 'https'}://${host}`,
    host,
    requests,
    traffic,
    answer: (with_) => {
      answer = with_;
    },
    last: () => {
      const last = requests.at(-1);
      if (last === undefined) throw new Error('no request has arrived');
      return last;
    },
    clear: () => {
      requests.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
