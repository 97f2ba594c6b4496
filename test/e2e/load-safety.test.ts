import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, send, wire } from './raw-http.ts';
import { type Recorder, recorder } from './recorder.ts';
import { type Served, served } from './served.ts';

const BODY_BYTES = 8192;

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Tickets', version: '1.0.0' },
  paths: { '/tickets': { get: { operationId: 'listTickets', responses: { 200: { description: 'Tickets' } } } } },
};

function serveWith(upstream: Recorder, limits: object): Promise<Served> {
  return served([], async (dir) => {
    await writeFile(join(dir, 'tickets.json'), JSON.stringify(DOCUMENT));
    // JSON is YAML too.
    const config = { upstreams: { tickets: { openapi: './tickets.json', baseUrl: upstream.url } }, limits };
    await writeFile(join(dir, 'postern.yaml'), JSON.stringify(config));
  });
}

type Headers = { readonly [name: string]: string };

const LIST = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

function post(server: Served, body: string | Buffer, headers: Headers = {}): Ask {
  return {
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${server.key}`,
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    },
    body,
  };
}

function head(server: Served, ...lines: string[]): string {
  return [`POST ${server.url.pathname} HTTP/1.1`, `host: ${server.url.host}`, ...lines, '', ''].join('\r\n');
}

function authorised(server: Served): string[] {
  return [`authorization: Bearer ${server.key}`, 'content-type: application/json'];
}

describe('a server under unfriendly requests', () => {
  let upstream: Recorder;
  let server: Served;

  beforeAll(async () => {
    upstream = await recorder();
    server = await serveWith(upstream, { bodyBytes: BODY_BYTES });
  }, 30_000);

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await upstream?.[Symbol.asyncDispose]();
  });

  test('answers a plain request', async () => {
    const answer = await send(server.url, post(server, LIST));
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body).result.tools).toHaveLength(1);
  });

  test('refuses a body by its announced length, before any of it is sent', async () => {
    const { socket, statusLine } = await wire(server.url);
    socket.write(head(server, ...authorised(server), `content-length: ${BODY_BYTES + 1}`));
    expect(await statusLine()).toBe('HTTP/1.1 413 Payload Too Large');
    socket.destroy();
  });

  test('refuses a chunked body as soon as it is too long, before its end', async () => {
    const { socket, statusLine } = await wire(server.url);
    socket.write(head(server, ...authorised(server), 'transfer-encoding: chunked'));
    socket.write(`${(BODY_BYTES + 1).toString(16)}\r\n${' '.repeat(BODY_BYTES + 1)}\r\n`);
    expect(await statusLine()).toBe('HTTP/1.1 413 Payload Too Large');
    socket.destroy();
  });

  test('takes a body of exactly the limit', async () => {
    const answer = await send(server.url, post(server, LIST.padEnd(BODY_BYTES)));
    expect(answer.status).toBe(200);
  });

  test('refuses a large body without a credential, too', async () => {
    const { socket, statusLine } = await wire(server.url);
    socket.write(head(server, 'content-type: application/json', `content-length: ${BODY_BYTES + 1}`));
    expect(await statusLine()).toMatch(/^HTTP\/1\.1 (401|413) /);
    socket.destroy();
  });

  test.each([
    ['65 levels', `${'['.repeat(65)}${']'.repeat(65)}`, [-32700, -32600]],
    ['as deep as the body may be long', '['.repeat(BODY_BYTES), [-32700, -32600]],
    [
      '65 levels inside the params',
      `{"jsonrpc":"2.0","id":1,"method":"tools/list","params":${'{"a":'.repeat(64)}1${'}'.repeat(64)}}`,
      [-32700, -32600],
    ],
    ['no JSON', '{"jsonrpc":', [-32700]],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), [-32700]],
    ['no JSON-RPC', '{"hello":"world"}', [-32600]],
    ['a method in another case', '{"jsonrpc":"2.0","id":1,"Method":"tools/list"}', [-32600]],
    ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"tools/list"}', [-32600]],
    ['an empty batch', '[]', [-32600]],
  ])('refuses %s', async (_, body, codes) => {
    const answer = await send(server.url, post(server, body));
    expect(answer.status).toBe(400);
    expect(codes).toContain(JSON.parse(answer.body).error.code);
  });

  test('lets no __proto__ through to anything', async () => {
    const body =
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"__proto__","arguments":{"__proto__":{"a":1}}}}';
    const answer = await send(server.url, post(server, body));
    expect(JSON.parse(answer.body).error.code).toBe(-32602);
    expect(upstream.taken()).toEqual([]);
  });

  test.each([
    ['POST', '//mcp'],
    ['POST', '/MCP'],
    ['POST', '/mcp/%2e%2e/mcp'],
    ['POST', '/mcp/../mcp'],
    ['POST', '/mcp;x'],
    ['POST', '/%6dcp'],
    ['POST', '/mcp//'],
    ['GET', '/sse'],
    ['POST', '/messages'],
    ['PUT', '/mcp'],
    ['HEAD', '/mcp'],
    ['GET', '/'],
    ['GET', '/metrics'],
    ['GET', '/.env'],
  ])('gives no tools away at %s %s', async (method, path) => {
    const answer = await send(server.url, {
      ...post(server, method === 'POST' || method === 'PUT' ? LIST : ''),
      method,
      path,
    });
    expect([404, 405]).toContain(answer.status);
    expect(answer.body).not.toContain('listTickets');
  });

  test.each<Headers>([
    { 'x-original-url': '/healthz' },
    { 'x-rewrite-url': '/healthz' },
    { 'x-forwarded-uri': '/public' },
    { 'x-forwarded-for': '127.0.0.1' },
    { 'user-agent': 'kube-probe/1.31' },
  ])('wants the credential whatever %o says', async (headers) => {
    const { authorization: _, ...rest } = post(server, LIST).headers ?? {};
    const answer = await send(server.url, { headers: { ...rest, ...headers }, body: LIST });
    expect(answer.status).toBe(401);
    expect(answer.body).not.toContain('listTickets');
  });

  test.each<Headers>([{ host: 'evil.test' }, { origin: 'https://evil.test' }, { origin: 'null' }])(
    'refuses %o with 403 and says which',
    async (headers) => {
      const answer = await send(server.url, post(server, LIST, headers));
      expect(answer.status).toBe(403);
      const [value] = Object.values(headers);
      expect(answer.body).toContain(value);
    },
  );

  test('repeats no foreign host where a proxy is said to stand', async () => {
    const answer = await send(
      server.url,
      post(server, LIST, { 'x-forwarded-host': 'evil.test', forwarded: 'host=evil.test' }),
    );
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer)).not.toContain('evil.test');
  });

  test('refuses more headers, and larger ones, than it takes', async () => {
    const many = Object.fromEntries(Array.from({ length: 120 }, (_, i) => [`x-filler-${i}`, '1']));
    expect((await send(server.url, post(server, LIST, many))).status).toBe(431);
    expect((await send(server.url, post(server, LIST, { 'x-filler': 'a'.repeat(20_000) }))).status).toBe(431);
  });
});

describe('a server under slow and many connections', () => {
  let upstream: Recorder;
  let server: Served;

  beforeAll(async () => {
    upstream = await recorder();
    server = await serveWith(upstream, { headersTimeoutMs: 100, requestTimeoutMs: 200 });
  }, 30_000);

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await upstream?.[Symbol.asyncDispose]();
  });

  test.each([
    ['sends nothing', () => ''],
    ['stops within the headers', () => `POST /mcp HTTP/1.1\r\nhost: ${server.url.host}\r\nx-slow: `],
    ['stops within the body', () => `${head(server, ...authorised(server), 'content-length: 100')}{"jsonrpc"`],
  ])('hangs up on a client that %s', async (_, bytes) => {
    const { socket, closed } = await wire(server.url);
    socket.write(bytes());
    expect(await closed()).toMatch(/^(HTTP\/1\.1 408 |$)/);
  });

  test('takes no more connections than it may, and takes them again', async () => {
    const connections = 4;
    await using small = await serveWith(upstream, { connections });
    const request = `GET /healthz HTTP/1.1\r\nhost: ${small.url.host}\r\n`;
    const open = await Promise.all(Array.from({ length: connections }, () => wire(small.url)));
    for (const { socket, statusLine } of open) {
      socket.write(`${request}\r\n`);
      expect(await statusLine()).toBe('HTTP/1.1 200 OK');
    }
    const refused = await wire(small.url);
    expect(await refused.closed()).toBe('');
    const [first] = open;
    first?.socket.write(`${request}connection: close\r\n\r\n`);
    await first?.closed();
    const next = await wire(small.url);
    next.socket.write(`${request}\r\n`);
    expect(await next.statusLine()).toBe('HTTP/1.1 200 OK');
    for (const { socket } of [...open, next]) socket.destroy();
  });
});
