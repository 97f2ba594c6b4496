import { beforeEach, describe, expect, test } from 'vitest';
import { type Answer, BOB, MODERN, type Node, type SendOptions, startNode, text } from '../../test/protocol/harness.ts';

let node: Node;
beforeEach(() => {
  node = startNode();
  node.service.tools.set('echo', (args) => text(JSON.stringify(args)));
});

async function open(on = node): Promise<{ answer: Answer; query: string }> {
  const answer = await on.request({ method: 'GET', path: '/sse' });
  await answer.events.next();
  const endpoint = await answer.events.next();
  expect(endpoint?.event).toBe('endpoint');
  const [path, query = ''] = (endpoint?.data ?? '').split('?');
  expect(path).toBe('/messages');
  return { answer, query };
}

const post = (query: string, body: unknown, on = node, more: SendOptions = {}) =>
  on.send(body, { path: '/messages', query, ...more });

describe('HTTP+SSE of 2024-11-05', () => {
  test('names the address, takes messages there and answers on the stream', async () => {
    const { answer, query } = await open();
    const params = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'old', version: '1' } };
    const posted = await post(query, { jsonrpc: '2.0', id: 0, method: 'initialize', params });
    expect([posted.status, posted.reply.body]).toEqual([202, null]);
    expect(await answer.events.message()).toMatchObject({ id: 0, result: { protocolVersion: '2024-11-05' } });
    await post(query, { jsonrpc: '2.0', method: 'notifications/initialized' });
    await post(query, { jsonrpc: '2.0', id: 'x', method: 'tools/call', params: { name: 'echo', arguments: { a: 1 } } });
    expect(await answer.events.message()).toMatchObject({ id: 'x', result: { content: [{ text: '{"a":1}' }] } });
  });

  test('takes JSON alone, as it is', async () => {
    const { query } = await open();
    for (const headers of [{ 'content-type': 'text/plain' }, { 'content-encoding': 'gzip' }]) {
      const posted = post(query, { jsonrpc: '2.0', id: 1, method: 'ping' }, node, { headers });
      await expect(posted).rejects.toMatchObject({ code: 'unsupported_media_type' });
    }
  });

  test('takes messages at any node, and knows batches', async () => {
    const { answer, query } = await open();
    const other = startNode(node);
    await post(query, [{ jsonrpc: '2.0', id: 1, method: 'ping' }, 7], other);
    expect(await answer.events.message()).toMatchObject([{ id: 1, result: {} }, { error: { code: -32600 } }]);
  });

  test('asks and is answered', async () => {
    node.service.tools.set('ask', async (_args, conversation) =>
      text(JSON.stringify(await conversation.ask({ r: { method: 'roots/list' } }))),
    );
    const { answer, query } = await open();
    await post(query, { jsonrpc: '2.0', id: 1, method: 'initialize', params: { capabilities: { roots: {} } } });
    await answer.events.message();
    await post(query, { jsonrpc: '2.0', id: 2, method: 'tools/call', params: { name: 'ask' } });
    const question = await answer.events.message();
    expect(question.method).toBe('roots/list');
    await post(query, { jsonrpc: '2.0', id: question.id, result: { roots: [] } });
    expect((await answer.events.message()).result.content[0].text).toBe('{"r":{"roots":[]}}');
  });

  test('belongs to its caller, and dies with its stream', async () => {
    const { answer, query } = await open();
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    expect((await post(query, ping, node, { caller: BOB })).status).toBe(404);
    expect((await post('sessionId=guess', ping)).status).toBe(404);
    await answer.events.leave();
    expect((await post(query, ping)).status).toBe(404);
    expect(node.service.heard).toBe(0);
  });

  test('leaves nothing behind where the cache fails, before or after', async () => {
    const one = startNode({}, { streamsPerCaller: 1 });
    const { subscribe } = one.cache;
    one.cache.subscribe = () => Promise.reject(new Error('down'));
    await expect(open(one)).rejects.toThrow('down');
    one.cache.subscribe = subscribe;
    one.cache.delete = () => Promise.reject(new Error('down'));
    const { answer } = await open(one);
    await answer.events.leave();
    await open(one);
    expect(one.notes).toContainEqual(expect.objectContaining({ what: 'error', thrown: new Error('down') }));
  });

  test('knows nothing of the modern era', async () => {
    const { answer, query } = await open();
    const _meta = { 'io.modelcontextprotocol/protocolVersion': MODERN };
    await post(query, { jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta } });
    expect((await answer.events.message()).error.code).toBe(-32601);
  });

  test('refuses what is no JSON, and other methods', async () => {
    const { query } = await open();
    expect((await post(query, '{')).status).toBe(400);
    await expect(node.request({ method: 'POST', path: '/sse' })).rejects.toMatchObject({ code: 'method_not_allowed' });
    await expect(node.request({ method: 'GET', path: '/messages' })).rejects.toMatchObject({
      code: 'method_not_allowed',
    });
  });
});
