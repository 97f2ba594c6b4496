import { describe, expect, test } from 'vitest';
import { type HttpReply, type HttpRequest, json } from '../../src/http/exchange.ts';
import { Canaries } from './canaries.ts';
import { Gate } from './gate.ts';

const KEY = 'pstn_0aBcDeFgHiJk_q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6j7k8l9z0x1c2_abcdef';
const OPAQUE = 'Zk3vT9qLw2Xn8RbYc5Hd7JfMs1Pg6Ae4UiOoKtNlVxQ';

interface Asked {
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string;
  readonly path?: string;
}

function request({ headers = {}, body = '', path = '/oauth/token' }: Asked = {}): HttpRequest {
  return {
    ...{ method: 'POST', path, query: '', address: '127.0.0.1', headerCount: 1 },
    header: (name) => headers[name],
    countOf: (name) => (name in headers ? 1 : 0),
    signal: new AbortController().signal,
    read: async () => Buffer.from(body),
  };
}

async function seen(gate: Gate, asked: Asked, reply: HttpReply): Promise<void> {
  const handle = gate.watch(async (given) => {
    await given.read(1_000);
    return reply;
  });
  await handle(request(asked));
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const line = (fields: object) => JSON.stringify({ level: 'info', time: 'now', ...fields, msg: 'x' });

describe('the canary', () => {
  test.each<[string, Asked, HttpReply]>([
    ['of a header', { headers: { authorization: `Bearer ${OPAQUE}` } }, json(200, {})],
    ['of Basic', { headers: { authorization: `Basic ${btoa(`client:${OPAQUE}`)}` } }, json(200, {})],
    ['of X-Api-Key', { headers: { 'x-api-key': OPAQUE } }, json(200, {})],
    ['of a cookie', { headers: { cookie: `a=b; session=${OPAQUE}` } }, json(200, {})],
    ['of a form', { headers: FORM, body: `grant_type=refresh_token&refresh_token=${OPAQUE}` }, json(200, {})],
    ['of a verifier', { headers: FORM, body: `code_verifier=${OPAQUE}` }, json(200, {})],
    ['of an answer', {}, json(200, { refresh_token: OPAQUE })],
    ['of a registration', {}, json(201, { client_secret: OPAQUE })],
    ['of a redirect', {}, { status: 303, headers: { location: `https://app.test/cb?code=${OPAQUE}` }, body: null }],
    ['of Set-Cookie', {}, { ...json(200, {}), cookies: [`session=${OPAQUE}; HttpOnly`] }],
    ['of an authorization under way', { path: `/oauth/interaction/${OPAQUE}` }, json(200, {})],
  ])('finds a secret %s in a line, whole or in part, before it was known or after', async (_, asked, reply) => {
    for (const told of [OPAQUE, OPAQUE.slice(0, 20), `prefix${OPAQUE}`, OPAQUE.slice(-16)]) {
      for (const early of [true, false]) {
        const gate = new Gate();
        if (early) gate.line(line({ path: `/x/${told}` }));
        await seen(gate, asked, reply);
        if (!early) gate.line(line({ path: `/x/${told}` }));
        expect(gate.leaks()).toHaveLength(1);
      }
    }
  });

  test.each([
    ['an API key', { subject: KEY }],
    ['a JWT', { message: 'bad token eyJhbGciOiJFUzI1NiJ9.e30.c2ln' }],
    ['a header', { authorization: 'Bearer abcdefghijklmnop' }],
    ['a query', { url: '/callback?code=abcdefgh' }],
    ['a password of a URL', { url: 'postgres://app:hunter2@db/x' }],
    ['a word that tests mark their secrets with', { reason: 'CANARY-1' }],
  ])('knows %s that it never met', (_, fields) => {
    const gate = new Gate();
    gate.line(line(fields));
    expect(gate.leaks()).toHaveLength(1);
  });

  test('looks into errors, results that are errors, challenges, and metrics', async () => {
    const known: Asked = { headers: { authorization: `Bearer ${OPAQUE}` } };
    const replies: readonly [string, HttpReply][] = [
      ['/mcp', json(400, { message: `not ${OPAQUE}` })],
      ['/mcp', json(200, { result: { isError: true, content: OPAQUE } })],
      ['/mcp', json(401, {}, { 'www-authenticate': `Bearer error_description="${OPAQUE}"` })],
      ['/metrics', { status: 200, headers: {}, body: Buffer.from(`x{token="${OPAQUE}"} 1`) }],
    ];
    for (const [path, reply] of replies) {
      const gate = new Gate();
      await seen(gate, { ...known, path }, reply);
      expect([path, gate.leaks().length]).toEqual([path, 1]);
    }
    const gate = new Gate();
    await seen(gate, known, json(200, { echo: OPAQUE }));
    expect(gate.leaks()).toEqual([]);
  });

  test('takes ids, digests of nobody, filler and words for what they are', () => {
    const canaries = new Canaries();
    canaries.add(KEY, 'a key');
    canaries.add('x'.repeat(100), 'filler');
    for (const text of ['{"subject":"key_0aBcDeFgHiJk"}', 'x'.repeat(50), `{"id":"${'f'.repeat(8)}-${OPAQUE}"}`]) {
      expect(canaries.find(text, 'log')).toBeUndefined();
    }
  });
});

describe('the gate of faults', () => {
  test('tells of 500 and above, and of a handler that throws, unless they are expected', async () => {
    const gate = new Gate();
    for (const status of [200, 404, 499, 500, 503]) await seen(gate, {}, json(status, {}));
    const thrown = gate.watch(async () => {
      throw new Error('no');
    });
    await expect(thrown(request())).rejects.toThrow('no');
    gate.childLine('{"level":"info","method":"POST","path":"/mcp","status":502,"ms":1,"msg":"request"}');
    expect(gate.failures().map((what) => what.slice(0, 3))).toEqual(['500', '503', '599', '502']);
    expect(gate.failures()).toEqual([]);
    gate.expect([503]);
    await seen(gate, {}, json(503, {}));
    expect(gate.failures()).toEqual([]);
  });
});
