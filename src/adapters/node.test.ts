import { connect } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import type { Signal } from '../core/abort.ts';
import { asPosternError } from '../core/errors.ts';
import { type HttpReply, type HttpRequest, json } from '../http/exchange.ts';
import { respond } from '../http/respond.ts';
import { type Listening, type ListenOptions, listen } from './node.ts';

const open: Listening[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listening) => listening.close()));
});

async function serve(
  handle: (request: HttpRequest) => Promise<HttpReply>,
  options: ListenOptions = {},
): Promise<Listening> {
  const listening = await listen({ handle, drain: async () => undefined, close: async () => undefined }, options);
  open.push(listening);
  return listening;
}

/** Sends bytes as they are and gives back all that comes until the server closes. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });
}

const echo = async (request: HttpRequest): Promise<HttpReply> => {
  try {
    return json(200, {
      path: request.path,
      query: request.query,
      body: Buffer.from(await request.read(1000)).toString(),
    });
  } catch (thrown) {
    return respond(asPosternError(thrown), 'req_1');
  }
};

test('path and query arrive undecoded, the body whole', async () => {
  const { url } = await serve(echo);
  const response = await fetch(`${url}/a%2fb?x=%20`, { method: 'POST', body: 'héllo' });
  expect(await response.json()).toEqual({ path: '/a%2fb', query: 'x=%20', body: 'héllo' });
});

test('a client that expects something is answered like any other', async () => {
  const { port } = await serve(echo);
  const ask = (expects: string) =>
    raw(port, `POST /x HTTP/1.1\r\nHost: x\r\nExpect: ${expects}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi`);
  expect(await ask('x')).toMatch(/^HTTP\/1\.1 200 [\s\S]*"body":"hi"/);
  expect(await ask('100-continue')).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 [\s\S]*"body":"hi"/);
});

test('a body above the limit is refused by its declared length, before a byte of it is read', async () => {
  const { port } = await serve(echo);
  const answer = await raw(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  expect(answer).toMatch(/connection: close/i);
});

test('a chunked body is refused at the byte that is one too many', async () => {
  const { port } = await serve(echo);
  const chunk = `200\r\n${'x'.repeat(0x200)}\r\n`;
  const answer = await raw(port, `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}${chunk}`);
  expect(answer).toMatch(/^HTTP\/1\.1 413 /);
});

test('every header is counted, and headers of too many bytes are answered 431', async () => {
  const count = async (request: HttpRequest) => json(200, { headers: request.headerCount });
  const { port } = await serve(count, { headerBytes: 32 * 1024 });
  const many = Array.from({ length: 2500 }, (_, n) => `x-${n}: 1\r\n`).join('');
  expect(await raw(port, `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${many}\r\n`)).toMatch(
    /\{"headers":2502\}$/,
  );
  expect(await raw(port, `GET / HTTP/1.1\r\nHost: x\r\nx-a: ${'a'.repeat(40_000)}\r\n\r\n`)).toMatch(
    /^HTTP\/1\.1 431 /,
  );
});

test('a sender of headers that never end is cut off', async () => {
  const { port } = await serve(echo, { headersTimeoutMs: 50, requestTimeoutMs: 100 });
  expect(await raw(port, 'GET / HTTP/1.1\r\nHost: x\r\nx-slow: ')).toMatch(/^HTTP\/1\.1 408 /);
});

test('a repeated credential is seen as repeated', async () => {
  const { port } = await serve(async (request) => json(200, { count: request.countOf('authorization') }));
  const answer = await raw(
    port,
    'GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\r\nauthorization: Bearer b\r\nConnection: close\r\n\r\n',
  );
  expect(answer).toMatch(/\{"count":2\}$/);
});

test('runs of bytes are one body', async () => {
  const runs = ['{"a":', '[1]', '}'].map((text) => Buffer.from(text));
  const { url } = await serve(async () => ({ status: 200, headers: {}, body: runs }));
  const response = await fetch(url);
  expect(response.headers.get('content-length')).toBe('9');
  expect(await response.json()).toEqual({ a: [1] });
});

test('a stream is sent as it comes, and cancelled when the client goes away', async () => {
  const gone = Promise.withResolvers<string>();
  const body = () =>
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from(': hello\n\n')),
      cancel: () => gone.resolve('cancelled'),
    });
  const { url } = await serve(async () => ({
    status: 200,
    headers: { 'content-type': 'text/event-stream' },
    body: body(),
  }));
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal });
  const first = await response.body?.getReader().read();
  expect(Buffer.from(first?.value ?? []).toString()).toBe(': hello\n\n');
  abort.abort();
  expect(await gone.promise).toBe('cancelled');
});

test('a stream for a client that has left before it began is cancelled, too', async () => {
  const [asked, cancelled] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()];
  const { url } = await serve(async ({ signal }) => {
    const left = new Promise<void>((resolve) => signal.addEventListener('abort', resolve));
    asked.resolve();
    await left;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from(': hello\n\n')),
      cancel: () => cancelled.resolve('cancelled'),
    });
    return { status: 200, headers: { 'content-type': 'text/event-stream' }, body };
  });
  const abort = new AbortController();
  const response = fetch(url, { signal: abort.signal }).catch(() => 'gone');
  await asked.promise;
  abort.abort();
  expect([await response, await cancelled.promise]).toEqual(['gone', 'cancelled']);
});

test('the signal of a request aborts when its client goes away, and not when it was answered', async () => {
  const seen = Promise.withResolvers<Signal>();
  const { url } = await serve(async (request) => {
    seen.resolve(request.signal);
    return request.path === '/wait' ? new Promise<HttpReply>(() => undefined) : json(200, {});
  });
  const abort = new AbortController();
  const pending = fetch(`${url}/wait`, { signal: abort.signal }).catch(() => 'gone');
  const signal = await seen.promise;
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', resolve));
  abort.abort();
  await Promise.all([pending, aborted]);
  expect(signal.aborted).toBe(true);
});

test('a port in use is the error of the socket', async () => {
  const { port } = await serve(echo);
  await expect(serve(echo, { port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});

test('a connection that never asked anything does not keep the server from closing', async () => {
  const listening = await serve(echo);
  const socket = connect(listening.port, '127.0.0.1');
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await new Promise((resolve) => socket.once('connect', resolve));
  await Promise.all([listening.close(), ended]);
  expect(socket.destroyed).toBe(true);
});

test('what is under way is answered before the server is closed for good', async () => {
  const order: string[] = [];
  const started = Promise.withResolvers<void>();
  const drained = Promise.withResolvers<void>();
  const listening = await listen({
    handle: async () => {
      started.resolve();
      await drained.promise;
      order.push('answered');
      return json(200, {});
    },
    drain: async () => {
      order.push('drained');
      drained.resolve();
    },
    close: async () => void order.push('closed'),
  });
  const response = fetch(listening.url);
  await started.promise;
  await listening.close();
  expect((await response).status).toBe(200);
  expect(order).toEqual(['drained', 'answered', 'closed']);
});
