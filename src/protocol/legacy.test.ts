import { beforeEach, describe, expect, test } from 'vitest';
import { ALICE, BOB, initialize, legacy, MODERN, type Node, startNode, text } from '../../test/protocol/harness.ts';
import { PosternError } from '../core/errors.ts';

let node: Node;
beforeEach(() => {
  node = startNode();
  node.service.tools.set('echo', (args) => text(JSON.stringify(args)));
});

const versioned = (version: string | undefined) => ({ headers: { 'mcp-protocol-version': version } });

describe('initialize', () => {
  test.each([
    ['2025-11-25', '2025-11-25'],
    ['2025-06-18', '2025-06-18'],
    ['2025-03-26', '2025-03-26'],
    ['2024-11-05', '2024-11-05'],
    [MODERN, '2025-11-25'],
    ['2099-01-01', '2025-11-25'],
    ['nonsense', '2025-11-25'],
  ])('for %s is answered with %s', async (asked, given) => {
    const answer = await legacy(node, 'initialize', { protocolVersion: asked, capabilities: {} });
    expect(answer.status).toBe(200);
    expect(answer.json.result).toMatchObject({
      protocolVersion: given,
      serverInfo: { name: 'fake', version: '1.2.3' },
      instructions: 'Be kind.',
    });
    expect(answer.json.result.resultType).toBeUndefined();
  });

  test('opens no session where no tool needs one, and promises nothing that would', async () => {
    const answer = await legacy(node, 'initialize', { protocolVersion: '2025-11-25' });
    expect(answer.header('mcp-session-id')).toBeUndefined();
    expect(answer.json.result.capabilities).toEqual({ tools: {}, resources: {}, prompts: {}, completions: {} });
  });

  test('opens a session where one does, in visible ASCII', async () => {
    node.service.asks = true;
    const answer = await legacy(node, 'initialize', { protocolVersion: '2025-11-25' });
    expect(answer.header('mcp-session-id')).toMatch(/^[\x21-\x7e]{40,}$/);
    expect(answer.json.result.capabilities).toMatchObject({
      tools: { listChanged: true },
      resources: { listChanged: true, subscribe: true },
      logging: {},
    });
  });

  test('opens the legacy era whatever its header says, and whatever session it brings', async () => {
    node.service.asks = true;
    const headers = { 'mcp-protocol-version': MODERN, 'mcp-session-id': 'long gone' };
    const answer = await legacy(node, 'initialize', { protocolVersion: '2025-06-18' }, { headers });
    expect(answer.json.result.protocolVersion).toBe('2025-06-18');
    expect(answer.header('mcp-session-id')).toBeDefined();
    expect(answer.facts.compat).toContain('initialize-with-modern-header');
  });
});

describe('a legacy request', () => {
  test.each([[false], [true]])('works with nothing before it (sessions: %s)', async (asks) => {
    node.service.asks = asks;
    const headers = { accept: '*/*' };
    const list = await legacy(node, 'tools/list', {}, { headers });
    expect([list.status, list.header('content-type')]).toEqual([200, 'application/json']);
    expect(Object.keys(list.json.result)).toEqual(['nextCursor', 'tools']);
    const call = await legacy(node, 'tools/call', { name: 'echo', arguments: { a: 1 } }, { headers });
    expect(call.json.result).toEqual({ content: [{ type: 'text', text: '{"a":1}' }] });
    expect(call.facts.compat).toEqual(['version-header-missing', 'accept-without-stream']);
  });

  test.each([
    ['2025-11-25', 200],
    ['2025-06-18', 200],
    ['2025-03-26', 200],
    ['2024-11-05', 200],
    ['2025-11-25, 2025-11-25', 200],
    ['2025-11-25, 2025-06-18', 400],
    ['2099-01-01', 400],
    ['', 400],
  ])('with version header %j is %i', async (version, status) => {
    const answer = await legacy(node, 'ping', {}, versioned(version));
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.json.error.code).toBe(-32022);
  });

  test('is legacy by its version, not by Mcp-Method', async () => {
    const answer = await legacy(node, 'ping', {}, { headers: { 'mcp-method': 'ping', 'mcp-name': 'x' } });
    expect(answer.json.result).toEqual({});
    expect(answer.facts.compat).toContain('method-header-on-legacy');
  });

  test('answers errors in band', async () => {
    const unknown = await legacy(node, 'server/discover');
    expect([unknown.status, unknown.json.error.code]).toEqual([200, -32601]);
    const resource = await legacy(node, 'resources/read', { uri: 'no:thing' });
    expect([resource.status, resource.json.error]).toEqual([
      200,
      { code: -32002, message: 'Resource not found.', data: { uri: 'no:thing' } },
    ]);
    const tool = await legacy(node, 'tools/call', { name: 'nothing' });
    expect([tool.status, tool.json.error.code]).toEqual([200, -32602]);
  });

  test.each<[string, readonly string[]]>([
    ['2024-11-05', ['text', 'text', 'resource']],
    ['2025-03-26', ['text', 'text', 'audio']],
    ['2025-06-18', ['text', 'resource_link', 'audio']],
  ])('shows %s the content it knows: a client refuses a result for one kind it does not', async (version, kinds) => {
    const link = { type: 'resource_link', uri: 'acme:a', name: 'a', title: 'A' } as const;
    const audio = { type: 'audio', data: 'AAAA', mimeType: 'audio/wav' } as const;
    node.service.tools.set('both', () => ({ content: [{ type: 'text', text: 'both' }, link, audio] }));
    node.service.prompt = async () => ({ messages: [link, audio].map((content) => ({ role: 'user', content })) });
    const headers = { 'mcp-protocol-version': version };
    const { content } = (await legacy(node, 'tools/call', { name: 'both' }, { headers })).json.result;
    expect(content.map(({ type }: { type: string }) => type)).toEqual(kinds);
    if (kinds[1] === 'text') expect(content[1].text).toBe('A: acme:a');
    if (kinds[2] === 'resource') {
      expect(content[2].resource).toEqual({ uri: 'cid:2', mimeType: 'audio/wav', blob: 'AAAA' });
    }
    const { messages } = (await legacy(node, 'prompts/get', { name: 'greet' }, { headers })).json.result;
    const told = messages.map(({ content }: { content: { type: string } }) => content.type);
    expect(told).toEqual(kinds.slice(1));
  });

  test('reads, prompts and completes as before', async () => {
    const read = await legacy(node, 'resources/read', { uri: 'a:b' });
    expect(read.json.result).toEqual({ contents: [{ uri: 'a:b', text: 'hello' }] });
    const prompt = await legacy(node, 'prompts/get', { name: 'greet' });
    expect(prompt.json.result.messages).toHaveLength(1);
  });

  test('gets structured content as an object or not at all', async () => {
    node.service.tools.set('list', () => ({ ...text('[1]'), structuredContent: [1] }));
    expect((await legacy(node, 'tools/call', { name: 'list' })).json.result.structuredContent).toBeUndefined();
  });

  test('is refused by policy at the level of HTTP', async () => {
    node.service.refusal = new PosternError('insufficient_scope');
    await expect(legacy(node, 'tools/call', { name: 'echo' })).rejects.toMatchObject({ code: 'insufficient_scope' });
  });

  test('notifications and responses are taken', async () => {
    for (const body of [
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', id: 1, result: {} },
      { jsonrpc: '2.0', id: 1, error: { code: -1, message: 'no' } },
    ]) {
      const answer = await node.send(body, versioned('2025-11-25'));
      expect([answer.status, answer.reply.body]).toEqual([202, null]);
    }
  });
});

describe('a batch', () => {
  const batch = [
    { jsonrpc: '2.0', id: 1, method: 'ping' },
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    { jsonrpc: '2.0', id: 'two', method: 'tools/call', params: { name: 'echo' } },
    { jsonrpc: '2.0', id: 3, method: 'initialize', params: {} },
    7,
  ];

  test.each([['2025-03-26'], ['2024-11-05'], [undefined]])('is served for %s', async (version) => {
    const answer = await node.send(batch, versioned(version));
    expect(answer.status).toBe(200);
    expect(answer.json).toMatchObject([
      { id: 1, result: {} },
      { id: 'two', result: { content: [{ text: '{}' }] } },
      { id: 3, error: { code: -32600 } },
      { id: null, error: { code: -32600 } },
    ]);
  });

  test.each([['2025-06-18'], ['2025-11-25'], [MODERN]])('is refused for %s', async (version) => {
    const answer = await node.send(batch, versioned(version));
    expect([answer.status, answer.json.error.code]).toEqual([400, -32600]);
  });

  test('is as short as it must be', async () => {
    for (const body of [[], Array(101).fill(batch[0])]) expect((await node.send(body)).status).toBe(400);
  });

  test('of notifications has no body', async () => {
    expect((await node.send([batch[1]])).status).toBe(202);
  });

  test('keeps a refusal to the message it is about', async () => {
    node.service.refusal = new PosternError('rate_limited', { retryAfterSeconds: 3 });
    const { json } = await node.send([batch[0], batch[2]]);
    expect(json).toMatchObject([
      { id: 1, result: {} },
      { id: 'two', error: { code: -32603, data: { code: 'rate_limited', retryAfterSeconds: 3 } } },
    ]);
  });
});

describe('without sessions', () => {
  test.each(['GET', 'DELETE', 'HEAD', 'PUT'])('%s is 405 with Allow', async (method) => {
    await expect(node.request({ method })).rejects.toMatchObject({
      code: 'method_not_allowed',
      details: { headers: { allow: 'POST' } },
    });
  });

  test('an id of earlier days changes nothing', async () => {
    const answer = await legacy(node, 'tools/list', {}, { headers: { 'mcp-session-id': 'old' } });
    expect(answer.status).toBe(200);
    expect(answer.facts.compat).toContain('stale-session-ignored');
  });
});

describe('a session', () => {
  beforeEach(() => {
    node.service.asks = true;
  });

  test('is known to every node with the same keys, and after a restart', async () => {
    const headers = await initialize(node, '2025-06-18');
    const other = startNode({ service: node.service, clock: node.clock, seal: node.seal });
    const answer = await legacy(other, 'tools/list', {}, { headers });
    expect(answer.status).toBe(200);
    expect(answer.facts).toMatchObject({ version: '2025-06-18', client: 'tester/9' });
  });

  test('decides the version: a header nobody knows is tolerated, a batch is not', async () => {
    const headers = { ...(await initialize(node, '2025-06-18')), 'mcp-protocol-version': '2099-01-01' };
    const answer = await legacy(node, 'ping', {}, { headers });
    expect(answer.status).toBe(200);
    expect(answer.facts.compat).toContain('version-header-unknown');
    const { 'mcp-session-id': id } = headers;
    const batch = await node.send([{ jsonrpc: '2.0', id: 1, method: 'ping' }], { headers: { 'mcp-session-id': id } });
    expect(batch.status).toBe(400);
  });

  test('is nobody else’s', async () => {
    const headers = await initialize(node);
    for (const [method, request] of [
      ['POST', () => legacy(node, 'tools/list', {}, { headers, caller: BOB })],
      ['GET', () => node.request({ method: 'GET', headers, caller: BOB })],
      ['DELETE', () => node.request({ method: 'DELETE', headers, caller: BOB })],
    ] as const) {
      const answer = await request();
      expect([method, answer.status, answer.json.error.code]).toEqual([method, 404, -32001]);
    }
    expect((await legacy(node, 'tools/list', {}, { headers })).status).toBe(200);
  });

  test('of another key, or altered, or expired, is unknown', async () => {
    const headers = await initialize(node);
    const id = headers['mcp-session-id'];
    for (const wrong of ['x', `${id}A`, id.slice(0, -2), `other.${id.split('.')[1]}`]) {
      const answer = await legacy(node, 'ping', {}, { headers: { ...headers, 'mcp-session-id': wrong } });
      expect(answer.status).toBe(404);
    }
    await node.clock.advance(7 * 24 * 60 * 60 * 1000);
    expect((await legacy(node, 'ping', {}, { headers })).status).toBe(404);
  });

  test('ends with DELETE, on every node', async () => {
    const headers = await initialize(node);
    const other = startNode(node);
    expect((await node.request({ method: 'DELETE', headers })).status).toBe(204);
    expect((await legacy(other, 'tools/list', {}, { headers })).status).toBe(404);
    expect((await node.request({ method: 'DELETE', headers })).status).toBe(404);
  });

  test('without its id GET and DELETE are 405', async () => {
    for (const method of ['GET', 'DELETE']) {
      await expect(node.request({ method })).rejects.toMatchObject({ code: 'method_not_allowed' });
    }
  });

  test('remembers the log level, on every node', async () => {
    node.service.tools.set('log', (_args, conversation) => {
      conversation.log('info', 'quiet');
      conversation.log('error', { loud: true }, 'me');
      return text('done');
    });
    const headers = await initialize(node);
    expect((await legacy(node, 'logging/setLevel', { level: 'error' }, { headers })).json.result).toEqual({});
    const answer = await legacy(startNode(node), 'tools/call', { name: 'log' }, { headers });
    expect(await answer.events.message()).toMatchObject({
      method: 'notifications/message',
      params: { level: 'error', data: { loud: true }, logger: 'me' },
    });
    expect(await answer.events.message()).toMatchObject({ id: 1, result: { content: [{ text: 'done' }] } });
    expect(await answer.events.next()).toBeUndefined();
  });

  test('without one there is nothing to remember a level in', async () => {
    expect((await legacy(node, 'logging/setLevel', { level: 'error' })).json.error.code).toBe(-32601);
    const headers = await initialize(node);
    expect((await legacy(node, 'logging/setLevel', { level: 'loud' }, { headers })).json.error.code).toBe(-32602);
  });

  test('of a talkative client still fits a header', async () => {
    const capabilities = { elicitation: { url: {} }, experimental: { big: { text: 'x'.repeat(20_000) } } };
    const headers = await initialize(node, '2025-11-25', capabilities, ALICE);
    expect(headers['mcp-session-id'].length).toBeLessThan(2_000);
  });

  test('leaves a bounded number of traces', async () => {
    const many = Array.from({ length: 1_001 }, () => initialize(node));
    let refused = 0;
    for (const headers of await Promise.all(many)) {
      await legacy(node, 'logging/setLevel', { level: 'info' }, { headers }).catch(() => refused++);
    }
    expect(refused).toBe(1);
  });
});
