import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createRecordingUpstream, type RecordingUpstream } from '../../src/testing/recording-upstream.ts';
import { type Door, openDoor, UPSTREAM_TOKEN } from './door.ts';

const text = { type: 'string' };
const free = { type: 'object', additionalProperties: text };
const ok = { 200: { description: 'ok' } };
const query = (name: string, schema: object, more = {}) => ({ name, in: 'query', schema, ...more });
const header = (name: string, schema: object = text) => ({ name, in: 'header', schema });

const REFUSED_HEADERS = [
  'Authorization',
  'Host',
  'Cookie',
  'Proxy-Authorization',
  'X-Forwarded-For',
  'X-Forwarded-Host',
  'Forwarded',
  'Transfer-Encoding',
  'Content-Length',
  'Content-Type',
  'Connection',
  'Keep-Alive',
  'TE',
  'Trailer',
  'Upgrade',
  'Expect',
  'X-Real-IP',
  'Mcp-Session-Id',
  'Accept',
]; // prettier-ignore

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Requests', version: '1' },
  components: { securitySchemes: { queryKey: { type: 'apiKey', in: 'query', name: 'api_key' } } },
  paths: {
    '/search': {
      get: {
        operationId: 'search',
        parameters: [
          query('q', text),
          query('raw', text, { allowReserved: true }),
          query('limit', { type: 'integer', minimum: 1, maximum: 10 }),
          query('tags', { type: 'array', items: text }),
          query('filter', free, { style: 'deepObject', explode: true }),
          query('extra', free, { style: 'form', explode: true }),
          header('X-Note'),
          header('X-Tags', { type: 'array', items: text }),
          header('X-Organization-Id'),
          { name: 'theme', in: 'cookie', schema: text },
          { name: 'prefs', in: 'cookie', schema: free },
          ...REFUSED_HEADERS.map((name) => header(name)),
        ],
        responses: ok,
      },
    },
    '/form': {
      post: {
        operationId: 'send_form',
        requestBody: {
          content: {
            'application/x-www-form-urlencoded': {
              schema: { type: 'object', properties: { a: text, b: { type: 'array', items: text } } },
            },
          },
        },
        responses: ok,
      },
    },
    '/upload': {
      post: {
        operationId: 'upload',
        requestBody: {
          content: {
            'multipart/form-data': {
              schema: {
                type: 'object',
                additionalProperties: text,
                properties: { file: { ...text, format: 'binary' } },
              },
            },
          },
        },
        responses: ok,
      },
    },
    '/strict': {
      post: {
        operationId: 'strict',
        requestBody: {
          content: {
            'application/json': {
              schema: { type: 'object', additionalProperties: false, properties: { role: { enum: ['user'] } } },
            },
          },
        },
        responses: ok,
      },
    },
  },
}; // prettier-ignore

describe('a request to the API', () => {
  let upstream: RecordingUpstream;
  let door: Door;
  let key: string;

  beforeAll(async () => {
    upstream = await createRecordingUpstream();
    const own = { headers: { 'X-Organization-Id': 'principal.tenant' } };
    door = await openDoor({ api: { document: DOCUMENT, url: `${upstream.url}/api?fixed=1` }, upstream: own });
    ({ key } = await door.key('acme'));
  });
  afterAll(async () => {
    await door?.[Symbol.asyncDispose]();
    await upstream?.close();
  });
  beforeEach(() => upstream.clear());

  async function refused(name: string, args: unknown): Promise<void> {
    const { json } = await door.call(key, name, args);
    expect(json.result?.structuredContent.error.code ?? json.error.code).toMatch(/^(invalid_arguments|-32602)$/);
    expect(upstream.requests).toHaveLength(0);
  }

  test.each([
    [{ q: 'a&admin=true' }, 'fixed=1&q=a%26admin%3Dtrue'],
    [{ q: 'a#f' }, 'fixed=1&q=a%23f'],
    [{ q: 'a\r\nb\0' }, 'fixed=1&q=a%0D%0Ab%00'],
    [{ raw: 'a&admin=true#x+y' }, 'fixed=1&raw=a%26admin=true%23x%2By'],
    [{ tags: ['a', 'b&c=d'] }, 'fixed=1&tags=a&tags=b%26c%3Dd'],
    [{ filter: { 'a]&admin': 'x' } }, 'fixed=1&filter%5Ba%5D%26admin%5D=x'],
    [{ extra: { 'x&y': 'z', __proto__x: '1' } }, 'fixed=1&x%26y=z&__proto__x=1'],
  ])('security case 73: holds the parameters that were declared and no other: %j', async (args, expected) => {
    await door.call(key, 'search', args);
    expect(upstream.last().target).toBe(`/api/search?${expected}`);
  });

  test.each<object>([
    { admin: 'true' },
    { limit: 11 },
    { limit: '5' },
    { limit: 5.5 },
    { limit: [5] },
    { q: ['a', 'b'] },
    { q: { a: 1 } },
    { tags: 'a' },
    { tags: [['a']] },
    { extra: { limit: '100000' } },
    { extra: { fixed: '2' } },
    { extra: { q: 'a', filter: 'b' } },
    { constructor: { prototype: { a: 1 } } },
    { prefs: { theme: 'x' } },
  ])('is not made of %j', (args) => refused('search', args));

  test('is not made of a __proto__, in arguments or in a body', async () => {
    const raw = (name: string, args: string) =>
      door.post(key, `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${args}}}`);
    for (const [name, args] of [
      ['search', '{"__proto__":{"q":"a"}}'],
      ['strict', '{"body":{"__proto__":{"role":"admin"}}}'],
      ['strict', '{"body":{"role":"user","role":"admin"}}'],
      ['strict', '{"body":{"role":"user","Role":"admin"}}'],
    ] as const) {
      const { json } = await raw(name, args);
      expect(json.result.isError, args).toBe(true);
    }
    expect(upstream.requests).toHaveLength(0);
    expect(({} as { role?: string }).role).toBeUndefined();
  });

  test('is made of a list of any length', async () => {
    const tags = Array.from({ length: 200_000 }, () => 'a');
    const { json } = await door.call(key, 'search', { tags });
    // Whatever the API makes of a megabyte of query.
    expect(json.result.structuredContent.error.code).not.toBe('internal');
    await door.call(key, 'send_form', { body: { b: tags } });
    expect(upstream.last().body).toHaveLength(200_000 * 'b=a&'.length - 1);
  });

  test.each([
    [{ a: '1&b=2' }, 'a=1%26b%3D2'],
    [{ b: ['x&y', 'z'] }, 'b=x%26y&b=z'],
  ])('holds the fields of a form and no other: %j', async (body, expected) => {
    await door.call(key, 'send_form', { body });
    expect(upstream.last().body.toString()).toBe(expected);
  });

  test('lets no name or value of a multipart body begin a header or a part', async () => {
    const evil = 'x"\r\nContent-Type: text/html\r\n\r\n--postern-0\r\n';
    await door.call(key, 'upload', { body: { [evil]: evil, file: 'aGVsbG8=' } });
    const { headers, body } = upstream.last();
    const boundary = /boundary=(\S+)/.exec(String(headers['content-type']))?.[1] ?? '';
    const parts = body.toString().split(`--${boundary}`);
    expect(parts).toHaveLength(4);
    for (const part of parts.slice(1, -1)) expect(part.split('\r\n\r\n', 1)[0]).not.toMatch(/text\/html$/m);
  });

  test.each(['a\r\nx-evil: 1', 'a\nb', 'a\0', 'Łódź', '\u2028', '\x7f', '💥'])(
    'security case 74: has no header of %j',
    async (value) => {
      await refused('search', { 'X-Note': value });
      await refused('search', { 'X-Tags': ['a', value] });
    },
  );

  test.each(REFUSED_HEADERS)('lets no argument be the header %s', async (name) => {
    const listed = await door.modern(key, 'tools/list');
    const [search] = listed.json.result.tools;
    expect(Object.keys(search.inputSchema.properties)).not.toContain(name);
    await refused('search', { [name]: 'smuggled' });
  });

  test('has the tenant of the credential, whatever an argument says', async () => {
    await door.call(key, 'search', { 'X-Organization-Id': 'globex' });
    expect(upstream.last().headers['x-organization-id']).toBe('acme');
  });

  test.each(['a; session=stolen', 'a\r\nset: 1', 'a; theme=b'])('has one cookie of %j', async (theme) => {
    await door.call(key, 'search', { theme });
    expect(String(upstream.last().headers['cookie']).split(';')).toHaveLength(1);
  });

  test('security cases 55, 77: carries nothing of the caller and everything of the operator', async () => {
    const sent = {
      cookie: 'session=caller',
      'x-caller': 'x',
      traceparent: '00-a-b-01',
      baggage: 'user=caller',
      'mcp-x': 'caller',
    };
    await door.modern(key, 'tools/call', { name: 'search', arguments: { q: 'a' } }, sent); // prettier-ignore
    const { rawHeaders, headers } = upstream.last();
    expect(headers['authorization']).toBe(`Bearer ${UPSTREAM_TOKEN}`);
    expect(Object.keys(headers).sort()).toEqual(
      [
        'accept',
        'accept-encoding',
        'authorization',
        'connection',
        'host',
        'user-agent',
        'x-organization-id',
        'x-request-id',
      ], // prettier-ignore
    );
    expect(rawHeaders.join()).not.toMatch(/caller|pstn_/);
  });
});

// A key in the query that Postern adds
test('security case 73: a credential in the query stands there once, whatever a free-form argument brings', async () => {
  const upstream = await createRecordingUpstream();
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
  const apiKey = { in: 'query', name: 'api_key', value: '${env:UPSTREAM_TOKEN}' };
  const own = { credential: { from: 'static', apiKey } };
  await using door = await openDoor({ api: { document: DOCUMENT, url: upstream.url }, upstream: own });
  const { key } = await door.key();
  for (const name of ['api_key', 'api%5Fkey']) await door.call(key, 'search', { extra: { [name]: 'mine' } });
  for (const { target } of upstream.requests) {
    const sent = new URL(target, upstream.url).searchParams.getAll('api_key');
    expect(sent).toEqual([UPSTREAM_TOKEN]);
  }
  expect(upstream.requests).toHaveLength(2);
  await upstream.close();
});

test.each([301, 302, 303, 307, 308])(
  'security case 77: a redirect (%i) leads nowhere, and nothing goes along',
  async (status) => {
    const [upstream, other] = await Promise.all([createRecordingUpstream(), createRecordingUpstream()]);
    await using door = await openDoor({ api: { document: DOCUMENT, url: upstream.url } });
    const { key } = await door.key();
    for (const location of [
      `${other.url}/x`,
      `//${other.host}/x`,
      `http://127.0.0.1@${other.host}/`,
      '/elsewhere',
      'file:///etc/passwd',
    ]) {
      upstream.answer({ status, headers: { location } });
      for (const [name, args] of [
        ['search', { q: 'a' }],
        ['strict', { body: { role: 'user' } }],
      ] as const) {
        const { json, body } = await door.call(key, name, args);
        expect(json.result.structuredContent.error.code).toBe('upstream_error');
        expect(body).not.toContain(other.host);
      }
    } // prettier-ignore
    expect(other.traffic.connections).toBe(0);
    expect(upstream.requests.every(({ target }) => !target.startsWith('/elsewhere'))).toBe(true);
    await Promise.all([upstream.close(), other.close()]);
  },
);

test.each([
  'http://169.254.169.254',
  'https://169.254.169.254',
  'https://127.1',
  'https://2130706433',
  'https://0x7f.1',
  'https://[::1]',
  'https://[::ffff:7f00:1]',
  'https://[::7f00:1]',
  'https://[64:ff9b::7f00:1]',
  'https://[2002:7f00:1::]',
  'https://[fe80::1]',
  'https://100.64.0.1',
  'https://0',
  'https://localhost',
  'http://localhost',
])('security case 76: a document that calls %s its server is not called there', async (url) => {
  const document = { ...DOCUMENT, servers: [{ url }] };
  await using door = await openDoor({ api: { document, url: '' }, upstream: { baseUrl: undefined } });
  const { key } = await door.key();
  const { json } = await door.call(key, 'search', { q: 'a' });
  const { code, message } = json.result.structuredContent.error;
  expect([code, message]).toEqual(['upstream_unavailable', 'The API cannot be reached.']);
}); // prettier-ignore

describe('security case 83: the headers that mirror a request', () => {
  let door: Door;
  let key: string;
  const ran: unknown[] = [];
  const input = {
    type: 'object',
    properties: { region: { ...text, 'x-mcp-header': 'Region' }, size: { type: 'integer', 'x-mcp-header': 'Size' } },
  };

  beforeAll(async () => {
    const run = (args: unknown) => {
      ran.push(args);
      return 'ran';
    };
    door = await openDoor({
      tools: [
        { name: 'place', description: 'Places.', input, run },
        { name: 'other', description: 'Another.', run },
      ],
    });
    ({ key } = await door.key());
  });
  afterAll(() => door[Symbol.asyncDispose]());

  const base64 = (value: string) => `=?base64?${Buffer.from(value).toString('base64')}?=`;
  const fitting = { 'mcp-param-region': 'eu', 'mcp-param-size': '3' };

  test.each<[string, { [name: string]: string }]>([
    ['another method', { 'mcp-method': 'tools/list' }],
    ['a method in another case', { 'mcp-method': 'Tools/Call' }],
    ['two methods', { 'mcp-method': 'tools/call, tools/call' }],
    ['another name', { 'mcp-name': 'other' }],
    ['a name in base64 that is another', { 'mcp-name': base64('other') }],
    ['a name in broken base64', { 'mcp-name': '=?base64?cGxhY2U?=' }],
    ['a name in base64 of the URL alphabet', { 'mcp-name': '=?base64?__-_?=' }],
    ['another version', { 'mcp-protocol-version': '2025-11-25' }],
    ['another parameter', { 'mcp-param-region': 'us' }],
    ['a parameter that is not there', { 'mcp-param-size': '' }],
    ['a number that is another', { 'mcp-param-size': '33' }],
    ['a parameter twice', { 'mcp-param-region': 'eu, eu' }],
  ])('are refused when they say %s', async (_, wrong) => {
    const params = { name: 'place', arguments: { region: 'eu', size: 3 } };
    const { status, json } = await door.modern(key, 'tools/call', params, { ...fitting, ...wrong });
    expect([status, json.error.code]).toEqual([400, -32020]);
    expect(ran).toEqual([]);
  });

  test('are refused when one is missing, or is there for what is not', async () => {
    const missing = await door.modern(key, 'tools/call', { name: 'place', arguments: { region: 'eu' } });
    expect(missing.json.error.code).toBe(-32020);
    const extra = await door.modern(key, 'tools/call', { name: 'place', arguments: {} }, fitting);
    expect(extra.json.error.code).toBe(-32020);
    expect(ran).toEqual([]);
  });

  test('decide nothing in the legacy era: the body names the tool', async () => {
    await door.legacy(key, 'tools/call', { name: 'other' }, { 'mcp-name': 'place', 'mcp-method': 'ping' });
    expect(ran.splice(0)).toEqual([{}]);
  });
});
