import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { wire } from '../e2e/raw-http.ts';
import { type Door, MODERN, modernBody, modernHeaders, openDoor } from './door.ts';
import { EventReader } from './events.ts';

const BODY_BYTES = 2_000_000;
const MEGABYTE = 'x'.repeat(1_000_000);

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Wide', version: '1' },
  paths: {
    '/wide': {
      post: {
        operationId: 'wide',
        requestBody: {
          content: {
            'application/json': {
              schema: {
                type: 'object',
                additionalProperties: false,
                properties: Object.fromEntries(
                  Array.from({ length: 200 }, (_, i) => [`property_${i}`, { type: 'string', maxLength: 9 }]),
                ),
                oneOf: [{ required: ['property_1'] }, { required: ['property_2'] }],
              },
            },
          },
        },
        responses: { 200: { description: 'ok' } },
      },
    },
  },
}; // prettier-ignore

describe('one hostile client', () => {
  let upstream: RecordingUpstream;
  let door: Door;
  let key: string;
  let running = { begin: () => {}, abort: () => {} };

  /** Tells when the next call of `wait` has begun, and when it was aborted. */
  function nextCall(): { readonly begun: Promise<void>; readonly aborted: Promise<void> } {
    const [begun, aborted] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    running = { begin: begun.resolve, abort: aborted.resolve };
    return { begun: begun.promise, aborted: aborted.promise };
  }

  beforeAll(async () => {
    upstream = await createRecordingUpstream();
    door = await openDoor({
      api: { document: DOCUMENT, url: upstream.url },
      config: { limits: { bodyBytes: BODY_BYTES, streamsPerPrincipal: 4 } },
      resources: [{ uri: 'acme:doc', name: 'doc', read: () => 'text' }],
      resourceTemplates: [
        { uriTemplate: 'acme://{a}/{b}/{c}', name: 'parts', read: (uri) => uri },
        { uriTemplate: 'acme:{name}.{extension}', name: 'files', read: (uri) => uri },
      ],
      prompts: [{ name: 'greet', arguments: [{ name: 'who', complete: () => ['a'] }], get: ({ who }) => `Hi ${who}` }],
      tools: [
        {
          name: 'echo',
          description: 'Echoes.',
          input: { type: 'object' },
          interactive: true,
          run: (args) => ({ args }),
        },
        {
          name: 'tell',
          description: 'Tells how far it is.',
          run: (_, { progress }) => {
            for (let step = 1; step <= 100; step++) progress(step);
            return 'told';
          },
        },
        {
          name: 'wait',
          description: 'Waits until nobody wants it any more.',
          interactive: true,
          input: { type: 'object' },
          run: (_, { signal }) =>
            new Promise((resolve) => {
              const { begin, abort } = running;
              signal.addEventListener('abort', () => {
                abort();
                resolve('aborted');
              });
              begin();
            }),
        },
      ],
    });
    ({ key } = await door.key());
  }); // prettier-ignore
  afterAll(async () => {
    await door?.[Symbol.asyncDispose]();
    await upstream?.close();
  });

  const raw = (text: string | Buffer, headers = {}) => door.post(key, text, headers);
  const message = (rest: string) => `{"jsonrpc":"2.0",${rest}}`;

  test.each<[string, string | Buffer, { [name: string]: string }, number, number?]>([
    ['a body in gzip', gzipSync('{}'), { 'content-encoding': 'gzip' }, 415],
    ['a body of another type', '{}', { 'content-type': 'text/plain' }, 415],
    ['a body of a type that looks like it', '{}', { 'content-type': 'application/jsonx' }, 415],
    [
      'a body that says it is UTF-16',
      Buffer.from('{}', 'utf16le'),
      { 'content-type': 'application/json; charset=utf-16' },
      400,
      -32700,
    ],
    [
      'a batch in a version without',
      `[${message('"id":1,"method":"ping"')}]`,
      { 'mcp-protocol-version': '2025-06-18' },
      400,
      -32600,
    ],
    [
      'a batch in the modern era',
      `[${message('"id":1,"method":"ping"')}]`,
      { 'mcp-protocol-version': MODERN },
      400,
      -32600,
    ],
    ['a batch too long', `[${Array(101).fill(message('"id":1,"method":"ping"')).join()}]`, {}, 400, -32600],
    ['a response in the modern era', message('"id":1,"result":{}'), { 'mcp-protocol-version': MODERN }, 400, -32600],
    ['an empty body', '', {}, 400, -32700],
    ['a byte order mark and nothing else', '\ufeff', {}, 400, -32700],
    [
      'a version of the future',
      message('"id":1,"method":"ping"'),
      { 'mcp-protocol-version': '2099-01-01' },
      400,
      -32022,
    ],
    [
      'a version of 10 kB',
      message('"id":1,"method":"ping"'),
      { 'mcp-protocol-version': 'x'.repeat(10_000) },
      400,
      -32022,
    ],
  ])('security case 104: is refused with %s', async (_, body, headers, status, code) => {
    const answer = await raw(body, headers);
    expect([answer.status, answer.json.error?.code]).toEqual([status, code]);
  }); // prettier-ignore

  test.each([
    '"\\u0000"',
    '"💥"',
    '"\\ud800"',
    '"\\u2028\\u202e"',
    '"__proto__"',
    '0',
    '-1',
    '9007199254740991',
    `"${'x'.repeat(1024)}"`,
  ])('security case 105: gets its id back as it was: %s', async (id) => {
    const { status, body } = await raw(message(`"id":${id},"method":"ping"`));
    expect([status, JSON.parse(body).id]).toEqual([200, JSON.parse(id)]);
  }); // prettier-ignore

  test.each([
    'null',
    '1.5',
    '1e400',
    '9007199254740993',
    'true',
    '[]',
    '{}',
    '[1]',
    `"${'x'.repeat(1025)}"`,
    '"a","id":null',
  ])('has no id %s', async (id) => {
    const { status, json } = await raw(message(`"id":${id},"method":"ping"`));
    expect([status, json.error.code, json.id]).toEqual([400, -32600, null]);
  }); // prettier-ignore

  test.each<[string, number]>([
    ['"id":1,"Method":"tools/list"', -32600],
    ['"id":1,"method\\u0000":"tools/list"', -32600],
    ['"id":1,"method":["tools/list"]', -32600],
    ['"id":1,"method":"tools/list","params":[]', -32600],
    ['"id":1,"method":"tools/list","params":"x"', -32600],
    ['"id":1,"method":"tools/list\\u0000"', -32601],
    ['"id":1,"method":"__proto__"', -32601],
    ['"id":1,"method":"constructor"', -32601],
    ['"id":1,"method":""', -32601],
    [`"id":1,"method":"${'m'.repeat(100_000)}"`, -32601],
    ['"id":1,"method":"tools/call"', -32602],
    ['"id":1,"method":"tools/call","params":{"name":{"toString":"x"}}', -32602],
    ['"id":1,"method":"tools/call","params":{"name":"constructor"}', -32602],
    ['"id":1,"method":"tools/call","params":{"name":"echo\\u0000"}', -32602],
    ['"id":1,"method":"tools/call","params":{"name":"echo","arguments":[]}', -32602],
    ['"id":1,"method":"tools/call","params":{"__proto__":{"name":"echo"}}', -32602],
    [`"id":1,"method":"tools/call","params":{"name":"${'n'.repeat(100_000)}"}`, -32602],
    ['"id":1,"method":"tools/list","params":{"cursor":"MQ"}', -32602],
    ['"id":1,"method":"tools/list","params":{"cursor":{}}', -32602],
    ['"id":1,"method":"prompts/get","params":{"name":"constructor"}', -32602],
    ['"id":1,"method":"prompts/get","params":{"name":"greet","arguments":{"who":{}}}', -32602],
    ['"id":1,"method":"resources/read","params":{"uri":"__proto__"}', -32002],
    ['"id":1,"method":"resources/read","params":{"uri":"file:///etc/passwd"}', -32002],
    ['"id":1,"method":"resources/read","params":{"uri":"acme://a/../c"}', -32002],
    ['"id":1,"method":"resources/read","params":{"uri":"acme://a/..%2f..%2fetc%2fpasswd/c"}', -32002],
    ['"id":1,"method":"resources/read","params":{"uri":"acme://a/%2e%2e/c"}', -32002],
    ['"id":1,"method":"resources/read","params":{"uri":"acme://a/x%00/c"}', -32002],
    ['"id":1,"method":"resources/read","params":{"uri":"acme://%zz/b/c"}', -32002],
    [
      '"id":1,"method":"completion/complete","params":{"ref":{"type":"__proto__"},"argument":{"name":"who","value":""}}',
      -32602,
    ],
    ['"id":1,"method":"logging/setLevel","params":{"level":"constructor"}', -32602],
  ])('gets an answer and nothing else for %s', async (rest, code) => {
    const { status, json, body } = await raw(message(rest));
    expect([200, 400]).toContain(status);
    expect(json.error.code).toBe(code);
    expect(body.length).toBeLessThan(1000);
  }); // prettier-ignore

  test('changes no prototype, and finds nothing on one', async () => {
    const evil = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    for (const method of ['tools/call', 'prompts/get', 'initialize', 'completion/complete', 'resources/read']) {
      await raw(
        message(
          `"id":1,"method":"${method}","params":{"name":"echo","arguments":${evil},"capabilities":${evil},"clientInfo":${evil},"_meta":${evil},"context":${evil}}`,
        ),
      );
    }
    const { body } = await raw(message(`"id":1,"method":"tools/call","params":{"name":"echo","arguments":${evil}}`));
    expect(body).toContain('"args":{"__proto__":{"polluted":1}');
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  }); // prettier-ignore

  test.each<[string, unknown]>([
    ['a name of a megabyte', { [MEGABYTE]: 1 }],
    ['a name of a megabyte of control characters', { ['\u0001'.repeat(300_000)]: 1 }],
    ['a value of a megabyte', { property_1: MEGABYTE }],
    [
      'fifteen hundred names that are nearly right',
      Object.fromEntries(Array.from({ length: 1500 }, (_, i) => [`propertyX${i}`, 1])),
    ],
    ['ten thousand names', Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`p${i}`, 1]))],
    ['a list of two hundred thousand', Array(200_000).fill({})],
    ['sixty levels', JSON.parse(`${'{"a":'.repeat(50)}1${'}'.repeat(50)}`)],
  ])('security case 109: gets back little for %s', async (_, body) => {
    const answer = await door.call(key, 'wide', { body });
    expect(answer.json.result.structuredContent.error.code).toBe('invalid_arguments');
    expect(answer.body.length).toBeLessThan(20_000);
    expect(upstream.requests).toHaveLength(0);
  }); // prettier-ignore

  test('is not told of its progress in a megabyte a message', async () => {
    const params = { name: 'tell', _meta: { progressToken: MEGABYTE } };
    const answer = await door.legacy(key, 'tools/call', params, { accept: 'application/json, text/event-stream' });
    expect(answer.body.length).toBeLessThan(1000);
  });

  test('reads no megabyte', async () => {
    const { json } = await door.legacy(key, 'resources/read', { uri: `acme:${'.'.repeat(1_000_000)}/` });
    expect(json.error.code).toBe(-32002);
  });

  test('subscribes to no megabyte', async () => {
    const opened = await door.legacy(key, 'initialize', { protocolVersion: '2025-11-25' });
    const headers = { 'mcp-session-id': String(opened.headers['mcp-session-id']) };
    const { json } = await door.legacy(key, 'resources/subscribe', { uri: MEGABYTE }, headers);
    expect(json.error.code).toBe(-32602);
  });

  test('gets the answers of a batch, each for its message, and no more than one batch', async () => {
    const params = { name: 'echo', arguments: {} };
    const batch = [
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      { jsonrpc: '2.0', id: 1, method: 'ping' },
      [{ jsonrpc: '2.0', id: 2, method: 'ping' }],
      { jsonrpc: '2.0', id: 3, method: 'initialize', params: {} },
      modernBody('tools/call', params, 4),
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } },
      { jsonrpc: '2.0', id: 5, result: {} },
      null,
      7,
    ];
    const { json } = await door.post(key, batch);
    expect(json.map((each: { id: unknown; error?: { code: number } }) => [each.id, each.error?.code])).toEqual([
      [1, undefined],
      [1, undefined],
      [null, -32600],
      [3, -32600],
      [4, -32600],
      [null, -32600],
      [null, -32600],
    ]);
  });

  const listen = (from: string, uris: readonly string[] = ['acme:doc']): Promise<EventReader> => {
    const params = { notifications: { resourceSubscriptions: [...uris] } };
    const headers = modernHeaders('subscriptions/listen', params);
    return EventReader.open(door.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${from}`, ...headers },
      body: JSON.stringify(modernBody('subscriptions/listen', params)),
    });
  };

  test('security case 107: has as many streams as it may have, and others theirs', async () => {
    const [one, other] = [(await door.key()).key, (await door.key()).key];
    const open = await Promise.all(Array.from({ length: 12 }, () => listen(one)));
    const admitted = open.filter(({ status }) => status === 200);
    const refused = open.filter(({ status }) => status === 429);
    expect([admitted.length, refused.length]).toEqual([4, 8]);
    for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    const theirs = await listen(other);
    expect(theirs.status).toBe(200);
    // A call is answered all the same, without a stream of its own.
    const called = await door.legacy(
      one,
      'tools/call',
      { name: 'tell', _meta: { progressToken: 1 } },
      { accept: 'application/json, text/event-stream' },
    );
    expect(called.json.result.content[0].text).toBe('told');
    for (const stream of [...open, theirs]) stream.leave();
  }); // prettier-ignore

  test('that never reads is cut, and costs no memory', async () => {
    const { key: deaf } = await door.key();
    const uri = `acme:${'u'.repeat(20_000)}`;
    const stream = await listen(deaf, [uri]);
    expect(stream.status).toBe(200);
    const cut = () =>
      Object.entries(door.postern.counters()).some(([name, count]) => name.startsWith('streams_cut') && count > 0);
    for (let sent = 0; sent < 5_000 && !cut(); sent++) {
      door.postern.notify.resourceUpdated(uri);
      if (sent % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(cut()).toBe(true);
    stream.leave();
  }); // prettier-ignore

  test('that goes away takes its calls with it', async () => {
    const params = { name: 'wait', arguments: {} };
    const body = JSON.stringify(modernBody('tools/call', params));
    const headers = Object.entries({ ...modernHeaders('tools/call', params), 'content-length': body.length });
    const lines = [`authorization: Bearer ${key}`, 'content-type: application/json', `host: ${door.url.host}`];
    const head = ['POST /mcp HTTP/1.1', ...lines, ...headers.map(([name, value]) => `${name}: ${value}`), '', body];
    for (let at = 0; at < 20; at++) {
      const call = nextCall();
      const { socket } = await wire(door.url);
      socket.write(head.join('\r\n'));
      await call.begun;
      socket.destroy();
      await call.aborted;
    }
    expect((await door.legacy(key, 'ping')).status).toBe(200);
  });

  test('cancels its own requests and nobody else’s', async () => {
    const sessionOf = async (from: string): Promise<{ [name: string]: string }> => {
      const opened = await door.legacy(from, 'initialize', { protocolVersion: '2025-11-25' });
      return { 'mcp-session-id': String(opened.headers['mcp-session-id']) };
    };
    const theirs = (await door.key()).key;
    const [mine, another, foreign] = [await sessionOf(key), await sessionOf(key), await sessionOf(theirs)];
    const call = nextCall();
    const answer = door.legacy(key, 'tools/call', { name: 'wait', arguments: {} }, mine);
    await call.begun;
    let ended = false;
    void call.aborted.then(() => {
      ended = true;
    });
    const cancel = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    const tries: [string, object, { [name: string]: string }][] = [
      [key, cancel, another],
      [key, cancel, {}],
      [theirs, cancel, foreign],
      [theirs, cancel, {}],
      [key, { ...cancel, params: { requestId: '1' } }, mine],
      [key, { ...cancel, params: { requestId: { toString: 1 } } }, mine],
      [key, { ...cancel, params: {} }, mine],
    ];
    for (const [from, body, headers] of tries) expect((await door.post(from, body, headers)).status).toBe(202);
    expect((await door.post(theirs, cancel, mine)).status).toBe(404);
    expect(ended).toBe(false);
    await door.post(key, cancel, mine);
    await call.aborted;
    await answer;
  });
});
