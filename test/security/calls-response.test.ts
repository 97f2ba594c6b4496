import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type Answer,
  createRecordingUpstream,
  type RecordedAnswer,
  type RecordingUpstream,
} from '../../src/testing/recording-upstream.ts';
import { type Door, openDoor, UPSTREAM_TOKEN } from './door.ts';

const HIDDEN =
  '\u{E0041}\u{E0042}\u202Eevil\u2066x\u2069\u200B\u2060\uFEFF\x1b[31m\x1b]8;;http://evil.test\x07link\x07\x9b2J';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSEEN = /[\u{E0000}-\u{E007F}\u202A-\u202E\u2066-\u2069\u200B\u2060\uFEFF\x00-\x08\x0e-\x1f\x7f-\x9f]/u; // prettier-ignore

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: `Shop${HIDDEN}`, version: '1', description: HIDDEN },
  tags: [{ name: `pets${HIDDEN}`, description: HIDDEN }],
  paths: {
    '/thing': {
      get: {
        operationId: 'get_thing',
        tags: [`pets${HIDDEN}`],
        summary: `Get it${HIDDEN}`,
        description: `Gets a thing.${HIDDEN}<!-- hidden --><script>alert(1)</script><img src=x onerror=alert(1)>`,
        parameters: [
          {
            name: 'q',
            in: 'query',
            description: HIDDEN,
            schema: {
              type: 'string',
              title: HIDDEN,
              description: HIDDEN,
              default: `d${HIDDEN}`,
              example: `e${HIDDEN}`,
              enum: [`a${HIDDEN}`, 'b'],
              'x-enum-descriptions': [HIDDEN],
            },
          },
          { name: 'page', in: 'query', schema: { type: 'integer' }, example: HIDDEN },
        ],
        'x-mcp': { title: HIDDEN, examples: [{ q: HIDDEN }] },
        responses: {
          200: {
            description: HIDDEN,
            content: {
              'application/json': { schema: { type: 'object', title: HIDDEN, properties: { [HIDDEN]: {} } } },
            },
          },
        },
      },
    },
  },
}; // prettier-ignore

const json = (body: string | Uint8Array, status = 200): RecordedAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body,
});

describe('an answer of the API', () => {
  let upstream: RecordingUpstream;
  let door: Door;
  let key: string;

  beforeAll(async () => {
    upstream = await createRecordingUpstream();
    const own = { maxResponseBytes: 1_000_000, timeoutMs: 10_000 };
    door = await openDoor({ api: { document: DOCUMENT, url: upstream.url }, upstream: own });
    ({ key } = await door.key());
  });
  afterAll(async () => {
    await door?.[Symbol.asyncDispose]();
    await upstream?.close();
  });
  beforeEach(() => upstream.clear());

  async function answered(with_: Answer | RecordedAnswer) {
    upstream.answer(with_);
    const reply = await door.call(key, 'get_thing');
    return { result: reply.json.result, error: reply.json.result.structuredContent?.error, body: reply.body };
  }

  test.each<[string, Answer | RecordedAnswer, string]>([
    ['declares more than is read', { headers: { 'content-length': '1000000000' } }, 'result_too_large'],
    ['does not end', (_, response) => void flood(response.writeHead(200)), 'result_too_large'],
    [
      'is a stream of events that does not end',
      (_, response) => void flood(response.writeHead(200, { 'content-type': 'text/event-stream' })),
      'result_too_large',
    ],
    ['is a bomb', packed(gzipSync(Buffer.alloc(50_000_000)), 'gzip'), 'result_too_large'],
    ['is a bomb in a bomb', packed(gzipSync(gzipSync(Buffer.alloc(50_000_000))), 'gzip, gzip'), 'result_too_large'],
    ['is encoded a thousand times', packed(Buffer.from('x'), Array(1000).fill('gzip').join()), 'upstream_error'],
    ['is encoded as nobody asked', packed(Buffer.from('x'), 'rot13'), 'upstream_error'],
    ['says gzip and is none', packed(Buffer.from('x'), 'gzip'), 'upstream_error'],
    [
      'ends before its length',
      (_, response) => void response.writeHead(200, { 'content-length': '10' }).write('a', () => response.destroy()),
      'upstream_unavailable',
    ],
    ['is not HTTP', (_, response) => void response.socket?.end('hello\r\n\r\n'), 'upstream_unavailable'],
    [
      'has too many headers',
      { headers: Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x-${i}`, '1'])) },
      'upstream_error',
    ],
  ])('security case 78: that %s is a failed call', async (_, answer, code) => {
    const { error } = await answered(answer);
    expect(error.code).toBe(code);
  }); // prettier-ignore

  test.each<[string, RecordedAnswer, string]>([
    ['HTML for JSON', { headers: { 'content-type': 'text/html' }, body: '<h1>hi</h1>' }, 'upstream_error'],
    ['JSON a million levels deep', json('['.repeat(900_000)), 'upstream_error'],
    [
      'JSON deep within a string-like text',
      json(`{"a":"\\"","b":${'['.repeat(500)}${']'.repeat(500)}}`),
      'upstream_error',
    ],
    ['what is labelled JSON and is not', json('{"a":'), 'upstream_error'],
    ['UTF-16 with half a character', json(Buffer.from([0xff, 0xfe, 0x7b])), 'upstream_error'],
  ])('security case 79: that is %s is a failed call, and it is told of which API', async (_, answer, code) => {
    expect((await answered(answer)).error).toMatchObject({ code, upstream: expect.any(String) });
  }); // prettier-ignore

  test.each<[string, RecordedAnswer, unknown]>([
    ['a byte order mark', json('\ufeff{"a":1}'), { a: 1 }],
    ['a key twice', json('{"a":1,"a":2}'), { a: 2 }],
    [
      'a __proto__',
      json('{"__proto__":{"polluted":true},"constructor":1}'),
      JSON.parse('{"__proto__":{"polluted":true},"constructor":1}'),
    ],
  ])('may have %s', async (_, answer, expected) => {
    const { result } = await answered(answer);
    expect(JSON.stringify(result.structuredContent)).toBe(JSON.stringify(expected));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  }); // prettier-ignore

  test('may be a number of a hundred thousand digits', async () => {
    const { result } = await answered(json(`{"n":${'9'.repeat(100_000)}}`));
    expect(result.isError).toBeUndefined();
  });

  const INSIDE = [
    'Error: boom\n    at handler (/srv/app/index.js:10:5)',
    'SELECT * FROM users WHERE id = 1',
    'connect ECONNREFUSED 10.0.0.5:5432',
    'see http://billing.internal:8080/debug',
    'Traceback (most recent call last):\n  File "/app/x.py", line 3',
    `your token was ${UPSTREAM_TOKEN}`,
    `Authorization: Bearer ${UPSTREAM_TOKEN}`,
  ];
  const SHAPES: readonly ((text: string) => RecordedAnswer)[] = [
    (text) => json(JSON.stringify({ message: text })),
    (text) => json(JSON.stringify({ error: { message: text, stack: text } })),
    (text) => json(JSON.stringify({ errors: [{ field: text, message: text }], trace: text })),
    (text) => ({ headers: { 'content-type': 'text/plain' }, body: text }),
    (text) => ({ headers: { 'content-type': 'text/html' }, body: `<title>${text}</title>` }),
  ];

  test.each([400, 401, 403, 404, 409, 418, 422, 429, 500, 502, 503])(
    'security case 80: of %i shows nothing of the inside',
    async (status) => {
      for (const inside of INSIDE) {
        for (const shape of SHAPES) {
          const answer = shape(inside);
          const headers = {
            ...answer.headers,
            'set-cookie': 'session=inside',
            'www-authenticate': 'Bearer realm="inside"',
            'x-powered-by': 'inside',
          };
          const { error, body } = await answered({ ...answer, status, headers });
          expect(error.status).toBe(status);
          expect(body).not.toMatch(
            /index\.js|SELECT|ECONNREFUSED|10\.0\.0\.5|\.internal|Traceback|x\.py|CANARY|session=|inside/,
          );
        }
      }
    },
  ); // prettier-ignore

  test('of 401 asks no client for a credential', async () => {
    upstream.answer({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    const reply = await door.call(key, 'get_thing');
    expect(reply.status).toBe(200);
    expect(reply.headers['www-authenticate']).toBeUndefined();
    expect(reply.json.result.structuredContent.error.code).toBe('upstream_error');
  });

  test('that repeats the credential it was asked with does not give it away', async () => {
    const echo: Answer = ({ headers }) => ({ ...json(JSON.stringify({ headers })), status: 200 });
    const { result } = await answered(echo);
    expect(result.structuredContent.headers.authorization).toBe('Bearer [redacted]');
    const located = await answered({ status: 201, headers: { location: `/x?token=${UPSTREAM_TOKEN}` } });
    expect(located.body).not.toContain('CANARY');
    const text = await answered({ headers: { 'content-type': 'text/plain' }, body: `ü ${UPSTREAM_TOKEN}` });
    expect(text.result.content[0].text).toBe('ü [redacted]');
  });

  test.each<[string, RecordedAnswer]>([
    ['JSON', json(JSON.stringify({ [`a${HIDDEN}`]: HIDDEN, list: [HIDDEN] }))],
    ['JSON with escapes', json(`{"a":"\\u202e\\u200b\\udb40\\udc41\\u001b[31m"}`)],
    ['text', { headers: { 'content-type': 'text/plain' }, body: `a${HIDDEN}b` }],
    ['an error', json(JSON.stringify({ message: `no ${HIDDEN} such thing` }), 404)],
    ['a success that failed', json(JSON.stringify({ ok: false, error: `not_found${HIDDEN}` }))],
    ['a location', { status: 201, headers: { location: '/x\x9b2J' } }],
  ])('security case 81: in %s hides nothing from a person that a model would read', async (_, answer) => {
    const { body } = await answered(answer);
    expect(decoded(body)).not.toMatch(UNSEEN);
  });

  test('hides nothing in what is listed of it, either', async () => {
    const { body } = await door.modern(key, 'tools/list');
    expect(decoded(body)).not.toMatch(UNSEEN);
    expect(body).not.toMatch(/<script|onerror|<!--/);
  });

  // Each of these held the process for minutes once
  test.each<[string, RecordedAnswer]>([
    ['numbers that are a sentence in ever so many ways', json(JSON.stringify({ message: `${'1 '.repeat(90)}/` }), 500)],
    [
      'nothing but beginnings of terminal sequences',
      { headers: { 'content-type': 'text/plain' }, body: `${'\x9d'.repeat(400_000)}\x1b` },
    ],
    ['beginnings of another kind', { headers: { 'content-type': 'text/plain' }, body: `${'\x1b]'.repeat(400_000)}` }],
    [
      'a long result ninety levels down',
      json(`${'{"b":{},"a":'.repeat(90)}["${'x'.repeat(900_000)}"]${'}'.repeat(90)}`),
    ],
    ['spaces', json(JSON.stringify({ message: `${' '.repeat(900_000)}x` }), 500)],
    ['a quoted word without end', json(JSON.stringify({ message: `"${"'".repeat(100_000)}` }), 500)],
    ['tags without end', { status: 500, headers: { 'content-type': 'text/html' }, body: '<title '.repeat(100_000) }],
  ])('security case 109: of %s is read in no time', async (_, answer) => {
    expect((await answered(answer)).result).toBeDefined();
  }); // prettier-ignore
});

function packed(body: Uint8Array, encoding: string): RecordedAnswer {
  return { headers: { 'content-type': 'application/json', 'content-encoding': encoding }, body };
}

/** Writes for as long as somebody reads. */
function flood(response: {
  write(chunk: string): boolean;
  once(event: 'drain', task: () => void): unknown;
  destroyed: boolean;
}) {
  while (!response.destroyed && response.write('data: x\n\n'.repeat(1000))) {}
  if (!response.destroyed) response.once('drain', () => flood(response));
} // prettier-ignore

/** With the escapes of JSON undone, also those within a text that is JSON itself. */
function decoded(body: string): string {
  return body.replace(/\\+u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
}
