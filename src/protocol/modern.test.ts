import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { ALICE, MODERN, modern, type Node, startNode, text } from '../../test/protocol/harness.ts';
import { PosternError } from '../core/errors.ts';

let node: Node;
beforeEach(() => {
  node = startNode();
  node.service.tools.set('echo', (args) => text(JSON.stringify(args)));
});

const META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
};

describe('a modern request', () => {
  test('is answered with JSON that says its type and its server', async () => {
    const answer = await modern(node, 'tools/call', { name: 'echo', arguments: { a: 1 } }, { id: 'x"1' });
    expect(answer.status).toBe(200);
    expect(answer.header('content-type')).toBe('application/json');
    expect(answer.json).toEqual({
      jsonrpc: '2.0',
      id: 'x"1',
      result: {
        resultType: 'complete',
        content: [{ type: 'text', text: '{"a":1}' }],
        _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'fake', version: '1.2.3' } },
      },
    });
    expect(answer.facts).toMatchObject({
      era: 'modern',
      method: 'tools/call',
      name: 'echo',
      client: 'tester/9',
      version: MODERN,
    });
  });

  test('keeps the _meta of a result', async () => {
    node.service.tools.set('meta', () => ({ ...text('x'), _meta: { mine: 1 } }));
    const { json } = await modern(node, 'tools/call', { name: 'meta' });
    expect(json.result._meta).toMatchObject({ mine: 1, 'io.modelcontextprotocol/serverInfo': { name: 'fake' } });
  });

  test('needs no client info, and leaves sessions and event ids alone', async () => {
    const headers = {
      'mcp-protocol-version': MODERN,
      'mcp-method': 'tools/list',
      'mcp-session-id': 'whatever',
      'last-event-id': '7',
    };
    const answer = await node.send(
      { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: META } },
      { headers },
    );
    expect(answer.status).toBe(200);
    expect(answer.header('mcp-session-id')).toBeUndefined();
  });

  test('discovers what the caller is offered', async () => {
    const { json } = await modern(node, 'server/discover');
    expect(json.result).toMatchObject({
      resultType: 'complete',
      supportedVersions: [MODERN],
      capabilities: {
        tools: { listChanged: true },
        resources: { listChanged: true, subscribe: true },
        prompts: { listChanged: true },
        completions: {},
        logging: {},
      },
      instructions: 'Be kind.',
      cacheScope: 'private',
    });
    expect(json.result.ttlMs).toBeGreaterThan(0);
  });

  test('lists pages whose items are the service’s bytes', async () => {
    const { json } = await modern(node, 'tools/list');
    expect(json.result).toMatchObject({
      resultType: 'complete',
      tools: [{ name: 'echo', inputSchema: { type: 'object' } }],
      nextCursor: 'two',
      ttlMs: 1000,
      cacheScope: 'private',
    });
    const second = await modern(node, 'tools/list', { cursor: 'two' });
    expect(second.json.result.nextCursor).toBeUndefined();
    const third = await modern(node, 'tools/list', { cursor: 'mangled' });
    expect([third.status, third.json.error.code]).toEqual([400, -32602]);
  });

  test('reads, prompts and completes', async () => {
    const read = await modern(node, 'resources/read', { uri: 'a:b' });
    expect(read.json.result).toMatchObject({ contents: [{ uri: 'a:b', text: 'hello' }], ttlMs: 1000 });
    const prompt = await modern(node, 'prompts/get', { name: 'greet', arguments: { who: 'x' } });
    expect(prompt.json.result.messages[0].content.text).toBe('{"who":"x"}');
    const ref = { type: 'ref/prompt', name: 'greet' };
    const done = await modern(node, 'completion/complete', { ref, argument: { name: 'who', value: 'a' } });
    expect(done.json.result.completion.values).toEqual([JSON.stringify(ref), 'a']);
  });

  test('names the resource that was not found (SEP-2164)', async () => {
    const { json } = await modern(node, 'resources/read', { uri: 'no:thing' });
    expect(json.error).toMatchObject({ code: -32602, data: { uri: 'no:thing' } });
  });

  test('takes null for arguments left out', async () => {
    const { json } = await modern(node, 'tools/call', { name: 'echo', arguments: null });
    expect(json.result.content[0].text).toBe('{}');
  });
});

describe('a modern refusal', () => {
  const request = (method: string, params: object, headers: { [name: string]: string | undefined }) =>
    node.send({ jsonrpc: '2.0', id: 7, method, params }, { headers });

  test.each([
    ['no _meta', {}, { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/list' }, 400, -32602],
    [
      'no version in _meta',
      { _meta: { 'io.modelcontextprotocol/clientCapabilities': {} } },
      { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/list' },
      400,
      -32602,
    ],
    [
      'no capabilities',
      { _meta: { 'io.modelcontextprotocol/protocolVersion': MODERN } },
      { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/list' },
      400,
      -32602,
    ],
    ['no version header', { _meta: META }, { 'mcp-method': 'tools/list' }, 400, -32020],
    [
      'another version header',
      { _meta: META },
      { 'mcp-protocol-version': '2025-11-25', 'mcp-method': 'tools/list' },
      400,
      -32020,
    ],
    ['no method header', { _meta: META }, { 'mcp-protocol-version': MODERN }, 400, -32020],
    [
      'another method header',
      { _meta: META },
      { 'mcp-protocol-version': MODERN, 'mcp-method': 'prompts/list' },
      400,
      -32020,
    ],
    [
      'the method in capitals',
      { _meta: META },
      { 'mcp-protocol-version': MODERN, 'mcp-method': 'TOOLS/LIST' },
      400,
      -32020,
    ],
    [
      'a version nobody knows',
      { _meta: { ...META, 'io.modelcontextprotocol/protocolVersion': 'v999' } },
      { 'mcp-protocol-version': 'v999', 'mcp-method': 'tools/list' },
      400,
      -32022,
    ],
    [
      'an unknown version under a known header',
      { _meta: { ...META, 'io.modelcontextprotocol/protocolVersion': 'v999' } },
      { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/list' },
      400,
      -32020,
    ],
    [
      'an unknown log level',
      { _meta: { ...META, 'io.modelcontextprotocol/logLevel': 'loud' } },
      { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/list' },
      400,
      -32602,
    ],
  ])('%s', async (_what, params, headers, status, code) => {
    const answer = await request('tools/list', params, headers);
    expect([answer.status, answer.json.error.code, answer.json.id]).toEqual([status, code, 7]);
  });

  test('an unsupported version names the supported ones', async () => {
    const params = { _meta: { ...META, 'io.modelcontextprotocol/protocolVersion': '2031-01-01' } };
    const { json } = await request('tools/list', params, { 'mcp-protocol-version': '2031-01-01' });
    expect(json.error.data).toEqual({ supported: [MODERN], requested: '2031-01-01' });
  });

  test.each(['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'tasks/get', 'toString', '__proto__'])(
    '%s is no method',
    async (method) => {
      const answer = await modern(node, method);
      expect([answer.status, answer.json.error.code]).toEqual([404, -32601]);
    },
  );

  test('what is not offered does not exist', async () => {
    node.service.offered = { ...node.service.offered, prompts: false };
    const answer = await modern(node, 'prompts/list');
    expect([answer.status, answer.json.error.code]).toEqual([404, -32601]);
  });

  test('an unknown tool is a protocol error', async () => {
    const answer = await modern(node, 'tools/call', { name: 'nothing' });
    expect([answer.status, answer.json.error.code]).toEqual([200, -32602]);
  });

  test('a posted response or batch is a fault', async () => {
    const headers = { 'mcp-protocol-version': MODERN };
    for (const body of [{ jsonrpc: '2.0', id: 1, result: {} }, [{ jsonrpc: '2.0', id: 1, method: 'ping' }]]) {
      const answer = await node.send(body, { headers });
      expect([answer.status, answer.json.error.code]).toEqual([400, -32600]);
    }
  });

  test('a notification is taken', async () => {
    const body = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { _meta: META, requestId: 1 } };
    const answer = await node.send(body, { headers: { 'mcp-protocol-version': MODERN } });
    expect([answer.status, answer.reply.body]).toEqual([202, null]);
  });

  test('policy before admission decides the HTTP response', async () => {
    for (const code of ['insufficient_scope', 'rate_limited', 'unavailable', 'too_many_streams'] as const) {
      node.service.refusal = new PosternError(code);
      await expect(modern(node, 'tools/call', { name: 'echo' })).rejects.toMatchObject({ code });
    }
  });

  test('what is thrown by strangers stays inside', async () => {
    node.service.tools.set('leak', () => {
      throw new Error('postgres://user:pw@db');
    });
    const answer = await modern(node, 'tools/call', { name: 'leak' });
    expect([answer.status, answer.json.error.code]).toEqual([500, -32603]);
    expect(answer.text).not.toContain('postgres');
    expect(answer.facts.code).toBe('internal');
    expect(node.notes.find(({ what }) => what === 'error')?.thrown).toMatchObject({ message: 'postgres://user:pw@db' });
  });

  test('a result that cannot be serialised is an internal error', async () => {
    node.service.tools.set('odd', () => ({ content: [], structuredContent: 1n as never }));
    expect((await modern(node, 'tools/call', { name: 'odd' })).json.error.code).toBe(-32603);
  });

  test('the body must be JSON, by its type too', async () => {
    for (const type of [undefined, 'text/plain', 'application/jsonp']) {
      const sent = modern(node, 'tools/list', {}, { headers: { 'content-type': type as string } });
      await expect(sent).rejects.toMatchObject({ code: 'unsupported_media_type' });
    }
    const charset = await modern(
      node,
      'tools/list',
      {},
      { headers: { 'content-type': 'Application/JSON; charset=utf-8' } },
    );
    expect(charset.status).toBe(200);
    const gzip = modern(node, 'tools/list', {}, { headers: { 'content-encoding': 'gzip' } });
    await expect(gzip).rejects.toMatchObject({ code: 'unsupported_media_type' });
  });
});

describe('mirrored headers', () => {
  const call = (name: string, header: string | readonly string[] | undefined) =>
    modern(node, 'tools/call', { name }, { headers: { 'mcp-name': header } });

  test.each([
    ['itself', 'echo', 200],
    ['itself with space around it', '  echo  ', 200],
    ['itself in base64', '=?base64?ZWNobw==?=', 200],
    ['another', 'other', 400],
    ['nothing', undefined, 400],
    ['base64 without its padding', '=?base64?ZWNobw?=', 400],
    ['base64 with foreign characters', '=?base64?ZWN!bw==?=', 400],
    ['the sentinel in capitals', '=?BASE64?ZWNobw==?=', 400],
  ])('Mcp-Name as %s', async (_what, header, status) => {
    const answer = await call('echo', header);
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.json.error.code).toBe(-32020);
  });

  test('a name beyond ASCII goes in base64 and only so', async () => {
    node.service.tools.set('é', () => text('ok'));
    expect((await call('é', 'é')).json.error.code).toBe(-32020);
    expect((await call('é', `=?base64?${Buffer.from('é').toString('base64')}?=`)).status).toBe(200);
  });

  test('a header sent twice is none: who routes may have read either', async () => {
    node.service.tools.set('a, b', () => text('ok'));
    expect((await call('a, b', 'a, b')).status).toBe(200);
    expect((await call('a, b', ['a', 'b'])).json.error.code).toBe(-32020);
  });

  describe('Mcp-Param', () => {
    beforeEach(() => {
      node.service.mirrored.set(
        'echo',
        new Map([
          ['mcp-param-region', ['region']],
          ['mcp-param-limit', ['page', 'limit']],
          ['mcp-param-dry', ['dry']],
        ]),
      );
    });
    const send = async (args: object, headers: { readonly [name: string]: string | readonly string[] }) => {
      const answer = await modern(node, 'tools/call', { name: 'echo', arguments: args as never }, { headers });
      return answer.json.error?.code ?? answer.status;
    };

    test.each([
      [{ region: 'eu' }, { 'mcp-param-region': 'eu' }, 200],
      [{ region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVsbG8=?=' }, 200],
      [{ region: '=?base64?SGVsbG8=' }, { 'mcp-param-region': '=?base64?SGVsbG8=' }, 200],
      [{ region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVsbG8?=' }, -32020],
      [{ region: 'eu' }, { 'mcp-param-region': 'us' }, -32020],
      [{ region: 'eu' }, {}, -32020],
      [{}, { 'mcp-param-region': 'eu' }, -32020],
      [{ region: null }, {}, 200],
      [{ page: { limit: 42 } }, { 'mcp-param-limit': '42.0' }, 200],
      [{ page: { limit: 42 } }, { 'mcp-param-limit': '43' }, -32020],
      [{ page: { limit: 0 } }, { 'mcp-param-limit': '' }, -32020],
      [{ page: { limit: 16 } }, { 'mcp-param-limit': '0x10' }, -32020],
      [{ page: { limit: -7 } }, { 'mcp-param-limit': '-7' }, 200],
      [{ region: 'eu, us' }, { 'mcp-param-region': 'eu, us' }, 200],
      [{ region: 'eu, us' }, { 'mcp-param-region': ['eu', 'us'] }, -32020],
      [{ dry: true }, { 'mcp-param-dry': 'true' }, 200],
      [{ dry: true }, { 'mcp-param-dry': 'True' }, -32020],
    ])('%j with %j', async (args, headers, expected) => {
      expect(await send(args, headers as { [name: string]: string | string[] })).toBe(expected);
    });

    test('any string arrives through its header form', async () => {
      await fc.assert(
        fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (region) => {
          const header = `=?base64?${Buffer.from(region).toString('base64')}?=`;
          expect(await send({ region }, { 'mcp-param-region': header })).toBe(200);
        }),
        { numRuns: 50 },
      );
    });
  });

  test('Claude’s proxy may keep its older version header', async () => {
    const headers = { 'mcp-protocol-version': '2025-11-25', 'user-agent': 'Claude-User/1.0' };
    const answer = await modern(node, 'tools/list', {}, { headers });
    expect(answer.status).toBe(200);
    expect(answer.facts.compat).toContain('version-header-disagrees');
    const other = await modern(node, 'tools/list', {}, { headers: { ...headers, 'user-agent': 'curl/8' } });
    expect(other.json.error.code).toBe(-32020);
  });
});

describe('whatever is posted', () => {
  test('gets a defined reply', async () => {
    const header = fc.option(fc.constantFrom(MODERN, '2025-11-25', '2025-03-26', '', 'v9'), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 4 }), header, async (body, version) => {
        const answer = await node.send(body, { headers: { 'mcp-protocol-version': version } });
        expect([200, 202, 400, 404]).toContain(answer.status);
        if (answer.status !== 202) expect(answer.json).toBeTypeOf('object');
      }),
    );
  });

  test('gets its id back exactly', async () => {
    const ids = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.maxSafeInteger());
    await fc.assert(
      fc.asyncProperty(ids, fc.constantFrom('tools/list', 'nothing', 'tools/call'), async (id, method) => {
        expect((await modern(node, method, {}, { id })).json.id).toStrictEqual(id === 0 ? 0 : id);
      }),
    );
  });

  test('is bounded in size', async () => {
    const small = startNode({}, { maxBodyBytes: 100 });
    const sent = small.send({ jsonrpc: '2.0', id: 1, method: 'x'.repeat(200) }, { caller: ALICE });
    await expect(sent).rejects.toMatchObject({ code: 'body_too_large' });
  });

  test.each([
    ['{', -32700],
    ['"text"', -32600],
    [`${'['.repeat(65)}${']'.repeat(65)}`, -32600],
    ['[]', -32600],
    ['{"jsonrpc":"2.0","id":1,"Method":"ping"}', -32600],
  ])('%s', async (body, code) => {
    const answer = await node.send(body);
    expect([answer.status, answer.json.error.code]).toEqual([400, code]);
  });
});
