import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type ClientAddress, createClientAddress } from '../http/client-address.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import { systemClock } from '../lib/clock.ts';
import { once } from '../lib/once.ts';
import { NodeRequest, send } from './node-exchange.ts';

/** What the adapter serves: anything that answers an exchange, such as a `Postern`. */
export interface Served {
  handle(request: HttpRequest): Promise<HttpReply>;
  /** Ends open streams, which would keep their connections for ever; calls under way go on. */
  drain(): Promise<void>;
  /** Called last, when no connection is left. */
  close(): Promise<void>;
}

export interface ListenOptions {
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default 0: a free one. */
  readonly port?: number;
  /** Bytes of all headers of a request. Default 16 KiB; more are answered 431. */
  readonly headerBytes?: number;
  /** Connections open at once. Default 10,000; further ones are closed at once. */
  readonly connections?: number;
  /** Milliseconds the headers of a request may take to arrive. Default 10,000; then 408. */
  readonly headersTimeoutMs?: number;
  /** Milliseconds a whole request may take to arrive. Default 30,000; then 408. */
  readonly requestTimeoutMs?: number;
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed. Default: none. */
  readonly trustedProxies?: readonly string[];
}

export interface Listening {
  /** `http://host:port`, without a path. */
  readonly url: string;
  readonly port: number;
  /** Stops taking connections, ends streams, and waits for what is under way, five seconds at the most. */
  close(): Promise<void>;
}

/** How often Node looks for slow senders; half the smallest time-out that can be asked for in earnest. */
const CHECK_INTERVAL_MS = 1_000;
const CLOSE_GRACE_MS = 5_000;

/**
 * Serves over `node:http`.
 * @throws the socket's own error (`EADDRINUSE`, `EACCES`) when it cannot listen.
 */
export async function listen(served: Served, options: ListenOptions = {}): Promise<Listening> {
  const host = options.host ?? '127.0.0.1';
  // Connections that have not asked anything yet: Node takes them for busy, and would wait for them when it closes.
  const silent = new Set<Socket>();
  const { trustedProxies = [] } = options;
  const clientAddress = trustedProxies.length === 0 ? undefined : createClientAddress(trustedProxies);
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    silent.delete(incoming.socket);
    void answer(served, incoming, outgoing, clientAddress);
  };
  // An import of it would read every export, and one of them loads a WebSocket client: a tenth of the start.
  const { createServer } = process.getBuiltinModule('node:http');
  const server = createServer(
    {
      maxHeaderSize: options.headerBytes ?? 16 * 1024,
      headersTimeout: options.headersTimeoutMs ?? 10_000,
      requestTimeout: options.requestTimeoutMs ?? 30_000,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      keepAliveTimeout: 65_000,
    },
    serve,
  );
  // What else a client expects it may go without (RFC 9110 §10.1.1). Node would answer 417 by itself, and nobody would hear.
  server.on('checkExpectation', serve);
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.maxConnections = options.connections ?? 10_000;
  // Above its own count Node drops headers, in silence or with the request; the pipeline counts and says so.
  server.maxHeadersCount = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    port,
    close: once(() => stop(server, served, silent)),
  };
}

async function stop(server: Server, served: Served, silent: ReadonlySet<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  await served.drain();
  for (const socket of silent) socket.destroy();
  server.closeIdleConnections();
  const takeBack = systemClock.after(CLOSE_GRACE_MS, () => server.closeAllConnections());
  await closed;
  takeBack();
  await served.close();
}

async function answer(
  served: Served,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  clientAddress: ClientAddress | undefined,
): Promise<void> {
  try {
    send(incoming, outgoing, await served.handle(new NodeRequest(incoming, outgoing, clientAddress)));
  } catch {
    // The pipeline answers everything it can; what is left is a reply that could not be written.
    outgoing.destroy();
  }
}
