import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { HttpReply } from '../../src/http/exchange.ts';
import type { LoadedMcpUpstream } from '../../src/server/mcp/upstream.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { expectsStatus } from '../gates/expected.ts';
import { call, type LoadOptions, load, nextChange } from './load.ts';
import { startServer, type TestServer } from './server.ts';

expectsStatus([500, 503], 'MCP servers that fail, served by the same door');

let server: TestServer;
const loaded: LoadedMcpUpstream[] = [];

async function loadUp(more: object = {}, options: LoadOptions = {}) {
  const upstream = await load({ mcp: { url: `${server.url}/mcp` }, ...more }, options);
  loaded.push(upstream);
  return upstream;
}

const closed: TestServer[] = [];

beforeEach(async () => {
  server = await startServer({ era: 'modern' });
  server.service.tool({ name: 'echo' }, (args) => ({ content: [{ type: 'text', text: JSON.stringify(args) }] }));
});

afterEach(async () => {
  for (const upstream of loaded.splice(0)) await upstream.close();
  if (!closed.includes(server)) await server.close();
});

/** From now on, POSTs are answered like this. */
function answer(reply: Partial<HttpReply>): void {
  server.intercept = ({ method }) =>
    method === 'POST' ? { status: 200, headers: {}, body: null, ...reply } : undefined;
}

const json = { 'content-type': 'application/json' };

describe('a failing MCP server', () => {
  test('that cannot be reached at the start is a warning, and its tools appear when it is there', async () => {
    const clock = manualClock();
    const { port } = server;
    await server.close();
    closed.push(server);
    const up = await loadUp({}, { clock });
    expect(up.tools).toEqual([]);
    expect(up.warnings).toEqual([expect.stringContaining('up: the MCP server cannot be reached')]);
    server = await startServer({ era: 'modern', port });
    server.service.tool({ name: 'late' }, () => ({ content: [] }));
    const changed = nextChange(up);
    await clock.advance(1_000);
    expect([...(await changed)]).toContain('tools');
    expect(up.tools.map(({ tool }) => tool.name)).toEqual(['up_late']);
    expect(up.warnings).toEqual([]);
  });

  test('is asked again after one second, then two, then four, and every minute at last', async () => {
    const clock = manualClock();
    answer({ status: 500 });
    const up = await loadUp({}, { clock });
    const attempts = () => up.notes.filter(({ event }) => event === 'mcp upstream unreachable').length;
    expect(attempts()).toBe(1);
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      const before = attempts();
      await clock.advance(seconds * 1_000 - 1);
      expect(attempts()).toBe(before);
      await clock.advance(1);
      await expect.poll(attempts).toBe(before + 1);
    }
  });

  test.each([
    [429, { 'retry-after': '7' }, { code: 'rate_limited', details: { retryAfterSeconds: 7, status: 429 } }],
    [401, {}, { code: 'upstream_error', details: { retryable: false, status: 401 } }],
    [403, {}, { code: 'forbidden', details: { status: 403 } }],
    [404, {}, { code: 'upstream_error', details: { status: 404 } }],
    [503, {}, { code: 'upstream_error', details: { status: 503 } }],
    [302, { location: 'http://127.0.0.1:1/' }, { code: 'upstream_error', details: { status: 302 } }],
  ])('that answers %i', async (status, headers, expected) => {
    const up = await loadUp();
    answer({ status, headers });
    await expect(call(up, 'up_echo')).rejects.toMatchObject(expected);
    await expect(call(up, 'up_echo')).rejects.toMatchObject({ details: { upstream: 'up' } });
  });

  test.each([
    ['HTML', { headers: { 'content-type': 'text/html' }, body: '<h1>Hello</h1>' }],
    ['no JSON', { headers: json, body: '{' }],
    ['no message', { headers: json, body: '[1]' }],
    ['no result', { headers: json, body: '{"jsonrpc":"2.0","id":0}' }],
  ])('that answers with %s', async (_, reply) => {
    const up = await loadUp();
    answer(reply);
    await expect(call(up, 'up_echo')).rejects.toMatchObject({ code: /upstream_(error|unavailable)/ });
  });

  test('that is gone', async () => {
    const up = await loadUp();
    await server.close();
    closed.push(server);
    await expect(call(up, 'up_echo')).rejects.toMatchObject({ code: 'upstream_unavailable' });
  });

  test('that does not answer costs its time-out, and hears of it', async () => {
    const clock = manualClock();
    const aborted = new Promise<void>((resolve) => {
      server.service.tool({ name: 'hang' }, async (_, { signal }) => {
        signal.addEventListener('abort', () => resolve());
        void clock.advance(5_000);
        return new Promise(() => {});
      });
    });
    const up = await loadUp({ timeoutMs: 5_000 }, { clock });
    await expect(call(up, 'up_hang')).rejects.toMatchObject({ code: 'timeout' });
    await aborted;
  });

  test('that no longer has the tool says so, and what to do', async () => {
    const up = await loadUp();
    server.service.runs.delete('echo');
    await expect(call(up, 'up_echo')).rejects.toMatchObject({
      code: 'upstream_error',
      details: { retryable: false, hint: expect.stringContaining('list the tools again') },
    });
  });

  test('whose result is larger than may be read', async () => {
    server.service.tool({ name: 'big' }, () => ({ content: [{ type: 'text', text: 'x'.repeat(10_000) }] }));
    const up = await loadUp({ maxResponseBytes: 4_096 });
    await expect(call(up, 'up_big')).rejects.toMatchObject({ code: 'result_too_large' });
  });

  test('whose stream has an event without end', async () => {
    const up = await loadUp({ maxResponseBytes: 4_096 });
    server.intercept = () => ({
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: new ReadableStream<Uint8Array>({
        pull: (controller) => controller.enqueue(Buffer.from(`data: ${'x'.repeat(1_000)}`)),
      }),
    });
    await expect(call(up, 'up_echo')).rejects.toMatchObject({ code: 'result_too_large' });
  });

  test('whose stream ends before the answer', async () => {
    const up = await loadUp();
    server.intercept = () => ({
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: new ReadableStream<Uint8Array>({
        start: (controller) => {
          controller.enqueue(Buffer.from('data: {"jsonrpc":"2.0","method":"notifications/message","params":{}}\n\n'));
          controller.close();
        },
      }),
    });
    await expect(call(up, 'up_echo')).rejects.toMatchObject({ code: 'upstream_unavailable' });
  });

  test('whose lists do not end is no upstream', async () => {
    let page = 0;
    server.service.listTools = async () => ({
      items: Buffer.from('[]'),
      nextCursor: `page ${++page}`,
      cache: { ttlMs: 0, cacheScope: 'private' },
    });
    const up = await loadUp();
    expect(up.tools).toEqual([]);
    expect(up.problem).toBe('a list without end');
  });
});

describe('a failed call at an MCP server', () => {
  const failure = { code: 'rate_limited', message: 'Slow down.', retryable: true, retryAfterSeconds: 30 };

  test.each([
    ['structured', { structuredContent: { error: failure } }],
    ['as text', { content: [{ type: 'text' as const, text: JSON.stringify(failure) }] }],
  ])('keeps its code where it is one of ours, %s', async (_, result) => {
    server.service.tool({ name: 'fail' }, () => ({ content: [], ...result, isError: true }));
    const up = await loadUp();
    await expect(call(up, 'up_fail')).rejects.toMatchObject({
      code: 'rate_limited',
      message: 'Slow down.',
      details: { retryAfterSeconds: 30, upstream: 'up' },
    });
  });

  test('is no failure of our own credential or server', async () => {
    const error = { code: 'insufficient_scope', message: 'no', retryable: false };
    server.service.tool({ name: 'fail' }, () => ({ content: [], structuredContent: { error }, isError: true }));
    const up = await loadUp();
    await expect(call(up, 'up_fail')).rejects.toMatchObject({ code: 'upstream_error' });
  });

  test('stays as it is where it is in words', async () => {
    const content = [{ type: 'text' as const, text: 'There is no such ticket.' }];
    server.service.tool({ name: 'fail' }, () => ({ content, isError: true }));
    const up = await loadUp();
    expect(await call(up, 'up_fail')).toEqual({ content, isError: true });
  });
});
