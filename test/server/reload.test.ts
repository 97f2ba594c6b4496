import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { queryObjects } from 'node:v8';
import type { Client } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { createPostern, tool } from '../../src/index.ts';
import { Hold } from '../../src/server/offer/hold.ts';
import type { WatchFolder } from '../../src/server/offer/watch-files.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { recorder } from '../e2e/recorder.ts';
import { configOf, documentOf, Reloading } from './reloading.ts';

const NOWHERE = 'http://127.0.0.1:1';

async function namesOf(client: Client): Promise<string[]> {
  return (await client.listTools()).tools.map(({ name }) => name);
}

describe.each(['auto', 'legacy'] as const)('a client that listens (%s)', (mode) => {
  test('hears of tools that changed, and of nothing else', async () => {
    const files = { 'postern.yaml': configOf(NOWHERE), 'api.json': documentOf('one', 'two') };
    await using server = await Reloading.start(files, { watch: true, watchFolder: () => () => {} });
    const client = await server.connect(mode);
    expect(client.getServerCapabilities()?.tools).toEqual({ listChanged: true });
    let heard = 0;
    let next = () => {};
    client.setNotificationHandler('notifications/tools/list_changed', () => {
      heard++;
      next();
    });
    if (mode === 'auto') await client.listen({ toolsListChanged: true });
    expect(await namesOf(client)).toEqual(['one', 'two']);

    // Not to be seen from outside.
    server.write('postern.yaml', configOf(NOWHERE, {}, { timeoutMs: 5_000 }));
    await server.postern.reload();
    const told = new Promise<void>((resolve) => {
      next = resolve;
    });
    server.write('api.json', documentOf('one', 'three'));
    await server.postern.reload();
    await told;
    expect(heard).toBe(1);
    expect(await namesOf(client)).toEqual(['one', 'three']);
    expect(server.event('reloaded').map(({ message }) => message)).toEqual([
      'nothing that clients see has changed',
      '1 tool added: three; 1 tool removed: two; other tools in /mcp',
    ]);
  });
});

/** An API that answers when it is told to, and tells when its connections are closed. */
async function slowApi() {
  const waiting: ServerResponse[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, response) => {
    waiting.push(response);
    server.emit('asked');
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      server.emit('hungUp');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: once(server, 'asked'),
    hungUp: once(server, 'hungUp'),
    open: () => sockets.size,
    answer: (body: string) => waiting.shift()?.writeHead(200, { 'content-type': 'application/json' }).end(body),
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

test('a call under way ends on what it began with, which is closed behind it', async () => {
  await using old = await slowApi();
  await using api = await recorder();
  await using server = await Reloading.start({ 'postern.yaml': configOf(old.url), 'api.json': documentOf('one') });
  const client = await server.connect();
  const calling = client.callTool({ name: 'one' });
  await old.asked;

  server.write('postern.yaml', configOf(api.url));
  server.write('api.json', documentOf('two'));
  await server.postern.reload();
  await client.callTool({ name: 'two' });
  expect(api.taken().map(({ target }) => target)).toEqual(['/two']);
  await expect(client.callTool({ name: 'one' })).rejects.toMatchObject({ code: -32602 });

  expect(old.open()).toBe(1);
  old.answer('{"from":"the old one"}');
  expect((await calling).structuredContent).toEqual({ from: 'the old one' });
  await old.hungUp;
});

describe('what is wrong', () => {
  test.each([
    ['the config', 'postern.yaml', 'upstreams: {', /postern\.yaml:\d+:\d+/],
    ['the document', 'api.json', '{"openapi": "3.1.0", ', /api\.json/],
    [
      'what is served',
      'postern.yaml',
      configOf(NOWHERE, { endpoints: [{ path: '/metrics' }] }),
      /endpoints\[0\]\.path/,
    ],
  ])('with %s is told once, and what was served is served on', async (_, file, broken, told) => {
    const files = { 'postern.yaml': configOf(NOWHERE), 'api.json': documentOf('one') };
    await using server = await Reloading.start(files);
    const client = await server.connect();
    server.write(file, broken);
    await expect(server.postern.reload()).rejects.toThrow(told);
    expect(await namesOf(client)).toEqual(['one']);
    expect(server.event('reload failed')).toMatchObject([{ level: 'error', message: expect.stringMatching(told) }]);
    expect(server.event('reload failed')[0]?.['message']).toMatch(/: found \S.*, wanted \S/);
    expect(await server.outcome()).toMatchObject({ ok: false });

    server.write('postern.yaml', configOf(NOWHERE));
    server.write('api.json', documentOf('one', 'two'));
    await server.postern.reload();
    expect(await namesOf(client)).toEqual(['one', 'two']);
  });
});

test('a key that only a start takes up is named, never its value, and the rest is taken up', async () => {
  const files = { 'postern.yaml': configOf(NOWHERE), 'api.json': documentOf('one') };
  await using server = await Reloading.start(files);
  server.write(
    'postern.yaml',
    configOf(NOWHERE, { server: { port: 9, name: 'other', path: '/v2' }, limits: { bodyBytes: 2048 } }),
  );
  await server.postern.reload();
  expect(await server.outcome()).toMatchObject({
    ok: true,
    waiting: ['server.name', 'server.port', 'limits.bodyBytes'],
  });
  expect(server.event('restart needed')).toMatchObject([
    { level: 'warn', message: 'changed: server.name, server.port, limits.bodyBytes' },
  ]);
  expect(await namesOf(await server.connect('auto', '/v2'))).toEqual(['one']);
  expect((await fetch(`${server.url}/mcp`, { method: 'POST' })).status).toBe(404);
  // What waits is still different the next time, and told again.
  await server.postern.reload();
  expect(await server.outcome()).toMatchObject({ waiting: ['server.name', 'server.port', 'limits.bodyBytes'] });
});

test('a secret in a file is read again', async () => {
  await using api = await recorder();
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
  const credential = { from: 'static', bearer: '${file:./token}' };
  await using server = await Reloading.start({
    'postern.yaml': configOf(api.url, {}, { credential }),
    'api.json': documentOf('one'),
    token: 'first',
  });
  const client = await server.connect();
  await client.callTool({ name: 'one' });
  server.write('token', 'second\n');
  await server.postern.reload();
  await client.callTool({ name: 'one' });
  expect(api.taken().map(({ headers }) => headers['authorization'])).toEqual(['Bearer first', 'Bearer second']);
});

test('reloads that are asked for while one runs are one reload', async () => {
  await using server = await Reloading.start({ 'postern.yaml': configOf(NOWHERE), 'api.json': documentOf('one') });
  const { reload } = server.postern;
  await Promise.all([reload(), reload(), reload()]);
  await reload();
  expect(server.event('reloaded').length).toBe(2);
});

test.each(['auto', 'legacy'] as const)(
  'a stream that stays open keeps nothing of what was served before (%s)',
  async (mode) => {
    const files = { 'postern.yaml': configOf(NOWHERE), 'api.json': documentOf('one') };
    await using server = await Reloading.start(files, { watch: true, watchFolder: () => () => {} });
    const client = await server.connect(mode);
    if (mode === 'auto') await client.listen({ toolsListChanged: true });
    const alive: number[] = [];
    for (let time = 0; time < 6; time++) {
      await client.listTools();
      await server.postern.reload();
      // Counted after a full collection: what every offer stands on.
      alive.push(queryObjects(Hold, { format: 'count' }));
    }
    expect(alive[5]).toBe(alive[2]);
  },
  // A full collection for each count.
  60_000,
);

test('scopes that change are said to', async () => {
  const scoped = (scopes: object) => configOf(NOWHERE, {}, { tools: { scopes } });
  await using server = await Reloading.start({ 'postern.yaml': scoped([]), 'api.json': documentOf('one') });
  server.write('postern.yaml', scoped([{ path: '/**', require: ['acme:write'] }]));
  await server.postern.reload();
  expect(server.event('reloaded')).toMatchObject([{ message: '1 tool with other scopes: one' }]);
});

test('endpoints come and go', async () => {
  const served = (endpoints: object) =>
    configOf(NOWHERE, { toolsets: { a: { include: [{ tool: 'one' }] } }, endpoints });
  await using server = await Reloading.start({
    'postern.yaml': served([{ path: '/v1/mcp', toolset: 'a' }]),
    'api.json': documentOf('one', 'two'),
  });
  const client = await server.connect('auto', '/v1/mcp');
  expect(await namesOf(client)).toEqual(['one']);
  server.write('postern.yaml', served([{ path: '/v2/mcp' }]));
  await server.postern.reload();
  await expect(client.listTools()).rejects.toThrow();
  expect(await namesOf(await server.connect('auto', '/v2/mcp'))).toEqual(['one', 'two']);
  expect(server.event('reloaded')).toMatchObject([{ message: 'other tools in /v1/mcp, /v2/mcp' }]);
});

describe('a file that changes', () => {
  /** Watches nothing: the test says what has changed. */
  function byHand(): { watchFolder: WatchFolder; folders: () => string[]; tell(folder: string, name: string): void } {
    const heard = new Map<string, (name: string | null) => void>();
    return {
      watchFolder: (folder, listener) => {
        heard.set(folder, listener);
        return () => heard.delete(folder);
      },
      folders: () => [...heard.keys()],
      tell: (folder, name) => heard.get(folder)?.(name),
    };
  }

  test('is taken up: the config, a document, what it refers to, a secret', async () => {
    const hand = byHand();
    const clock = manualClock();
    const referring = {
      ...documentOf('one'),
      paths: {
        '/one': {
          get: {
            operationId: 'one',
            parameters: [{ name: 'q', in: 'query', schema: { $ref: './schemas.json#/q' } }],
            responses: { 200: { description: 'ok' } },
          },
        },
      },
    };
    const files = {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
      'postern.yaml': configOf(NOWHERE, {}, { credential: { from: 'static', bearer: '${file:./token}' } }),
      'api.json': referring,
      'schemas.json': { q: { type: 'string' } },
      token: 'first',
    };
    await using server = await Reloading.start(files, { watch: true, watchFolder: hand.watchFolder, clock });
    const client = await server.connect();
    expect((await client.listTools()).tools[0]?.inputSchema.properties).toMatchObject({ q: { type: 'string' } });
    const change = async (name: string, content: string | object) => {
      server.write(name, content);
      hand.tell(server.dir, name);
      await clock.advance(100);
      return server.outcome();
    };
    expect(await change('schemas.json', { q: { type: 'integer' } })).toMatchObject({ summary: '1 tool changed: one' });
    expect((await client.listTools()).tools[0]?.inputSchema.properties).toMatchObject({ q: { type: 'integer' } });
    expect(await change('token', 'second')).toMatchObject({ ok: true, summary: '' });
    expect(await change('api.json', '{')).toMatchObject({ ok: false });
    expect(await change('api.json', documentOf('two'))).toMatchObject({ ok: true });
    // A config that names what is not there is watched until it is.
    const elsewhere = configOf(NOWHERE, {}, { openapi: './other.json' });
    expect(await change('postern.yaml', elsewhere)).toMatchObject({ ok: false });
    expect(await change('other.json', documentOf('three'))).toMatchObject({ ok: true });
    expect(await namesOf(client)).toEqual(['three']);
  });

  test('is taken up where it is an expression', async () => {
    const hand = byHand();
    const clock = manualClock();
    await using api = await recorder();
    const files = {
      'postern.yaml': configOf(api.url, {}, { errors: './errors.jsonata' }),
      'api.json': documentOf('one'),
      'errors.jsonata': '{ "code": "conflict", "message": "first" }',
    };
    await using server = await Reloading.start(files, { watch: true, watchFolder: hand.watchFolder, clock });
    const client = await server.connect();
    const message = async () => (await client.callTool({ name: 'one' })).structuredContent;
    expect(await message()).toMatchObject({ error: { code: 'conflict', message: 'first' } });
    server.write('errors.jsonata', '{ "code": "conflict", "message": "second" }');
    hand.tell(server.dir, 'errors.jsonata');
    await clock.advance(100);
    expect(await server.outcome()).toMatchObject({ ok: true });
    expect(await message()).toMatchObject({ error: { message: 'second' } });
  });

  test('is not watched any more when the server is closed', async () => {
    const hand = byHand();
    {
      const files = { 'postern.yaml': configOf(NOWHERE), 'api.json': documentOf('one') };
      await using server = await Reloading.start(files, { watch: true, watchFolder: hand.watchFolder });
      expect(hand.folders()).toEqual([server.dir]);
    }
    expect(hand.folders()).toEqual([]);
  });
});

test('a document from a URL is asked for by its ETag, and taken up when it has changed', async () => {
  let version = 1;
  const asked: (string | undefined)[] = [];
  const host = createServer((request, response) => {
    asked.push(request.headers['if-none-match']);
    const etag = `"v${version}"`;
    const headers = { etag, 'content-type': 'application/json' };
    if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
    else response.writeHead(200, headers).end(JSON.stringify(documentOf(`v${version}`)));
  });
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  const openapi = `http://127.0.0.1:${(host.address() as AddressInfo).port}/api.json`;
  {
    await using server = await Reloading.start({ 'postern.yaml': configOf(NOWHERE, {}, { openapi }) });
    const client = await server.connect();
    await server.postern.reload();
    expect(await namesOf(client)).toEqual(['v1']);
    version = 2;
    await server.postern.reload();
    expect(await namesOf(client)).toEqual(['v2']);
  }
  expect(asked).toEqual([undefined, '"v1"', '"v1"']);
  host.close();
  host.closeAllConnections();
});

test('in code: documents are read again, and calls of functions go on', async () => {
  const postern = await createPostern({
    auth: 'none',
    logTo: { write: () => {} },
    tools: [tool({ name: 'one', description: 'Does.', run: () => 'done' })],
  });
  await postern.reload();
  expect(postern.endpoints).toMatchObject([{ path: '/mcp', tools: 1 }]);
  await postern.close();
  await expect(postern.reload()).rejects.toThrow('being stopped');
});
