import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openWhole, thingsOf } from './whole.ts';

const KEYS = ['name', 'tenant', 'scopes', 'toolset', 'expiresAt', 'role', 'methods', 'tags', 'tools', 'upstream'];
const MORE = [
  'kind',
  'credential',
  'user',
  'baseUrl',
  'variables',
  'connection',
  'requireKey',
  'suspended',
  'returnTo',
];
const WORDS = ['acme', 'api', 'main', 'admin', 'bearer', 'read', 'support', '2031-01-01T00:00:00Z', '\u0000', '\ud800'];

const word = fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 20 }));
const value = fc.oneof(word, fc.boolean(), fc.integer(), fc.constant(null), fc.array(word, { maxLength: 3 }));
const nested = fc.dictionary(fc.constantFrom('token', 'user', 'subject', 'issuer', 'region'), value, { maxKeys: 3 });
const body = fc.oneof(
  { weight: 4, arbitrary: fc.dictionary(fc.constantFrom(...KEYS, ...MORE), fc.oneof(value, nested), { maxKeys: 8 }) },
  fc.jsonValue({ maxDepth: 4 }),
);
const parameter = fc.tuple(
  fc.constantFrom('limit', 'cursor', 'tenant', 'tool', 'status', 'code', 'since', 'until', 'event', 'client', 'x'),
  fc.oneof(word, fc.integer().map(String)),
);
const header = fc.string({ unit: fc.constantFrom(...'"*a1,W/ '), maxLength: 12 });

const request = (routes: readonly (readonly [string, string])[], ids: readonly string[]) =>
  fc.record({
    route: fc.constantFrom(...routes),
    id: fc.oneof(fc.constantFrom(...ids), word, fc.webPath({ size: 'small' })),
    encoded: fc.boolean(),
    query: fc.array(parameter, { maxLength: 3 }),
    body: fc.oneof(
      body.map((given) => JSON.stringify(given)),
      fc.string({ maxLength: 30 }),
    ),
    headers: fc.dictionary(fc.constantFrom('if-match', 'idempotency-key'), header, { maxKeys: 2 }),
  });

test('whatever is asked, the answer fits the document and no fault is ours', async () => {
  await using server = await openWhole();
  const ids = Object.values(await thingsOf(server, 'acme'));
  const [operator, admin] = [await server.as(), await server.as({ role: 'admin', tenant: 'acme' })];
  const paths = Object.entries(server.document['paths'] as { readonly [path: string]: object });
  const routes = paths.flatMap(([path, item]) =>
    Object.keys(item).map((method) => [method.toUpperCase(), path] as const),
  );
  await fc.assert(
    fc.asyncProperty(request(routes, ids), fc.boolean(), async (asked, asOperator) => {
      const [method, template] = asked.route;
      const safe = asked.id.replace(/[^\x21-\x7e]/g, '').replace(/[?#]/g, '') || 'x';
      const path = template.replace('{id}', asked.encoded ? encode(asked.id) : safe);
      const query = asked.query.map(([name, text]) => `${name}=${encode(text)}`).join('&');
      const ask = asOperator ? operator : admin;
      // The helper holds every answer to the schemas of the document.
      const { status } = await ask(method, query === '' ? path : `${path}?${query}`, {
        headers: Object.fromEntries(Object.entries(asked.headers).map(([name, text]) => [name, text.trim() || '*'])),
        ...(method === 'POST' || method === 'PATCH' ? { body: asked.body } : {}),
      });
      expect(status).toBeLessThan(500);
    }),
    { numRuns: 300 },
  );
}, 60_000);

function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

test.each([
  ['{"name":"a"', 400, 'parse_error'],
  ['\ufeff{}', 400, undefined],
  [`${'['.repeat(20)}${']'.repeat(20)}`, 400, 'invalid_request'],
  [JSON.stringify({ name: 'a'.repeat(300_000) }), 413, 'body_too_large'],
  ['{"name":"a","__proto__":{"role":"operator"}}', 400, 'invalid_arguments'],
])('a body of %.20j is refused', async (body, status, code) => {
  await using server = await openWhole();
  const reply = await (await server.as({ role: 'admin', tenant: 'acme' }))('POST', '/keys', { body });
  expect([reply.status, reply.json.code]).toEqual([status, code ?? reply.json.code]);
});

test('security case 98: what a page can send without a preflight does nothing', async () => {
  await using server = await openWhole();
  const { key } = await server.as({ role: 'admin', tenant: 'acme' });
  const body = '{"name":"a"}';
  const ask = (headers: { readonly [name: string]: string }) => server.ask('POST', '/keys', { body, headers });
  const authorization = `Bearer ${key}`;
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    expect([type, (await ask({ authorization, 'content-type': type })).status]).toEqual([type, 415]);
    expect([type, (await ask({ 'content-type': type })).status]).toEqual([type, 401]);
  }
  expect((await ask({ authorization, origin: 'https://evil.test' })).json.code).toBe('refused_origin');
  expect((await ask({ cookie: `key=${key}` })).status).toBe(401);
  for (const name of ['x-http-method-override', 'x-method-override']) {
    const headers = { authorization, [name]: 'DELETE' };
    expect((await server.ask('GET', '/keys', { headers })).status).toBe(200);
  }
  expect((await server.as().then((operator) => operator('GET', '/keys'))).json.items).toEqual([]);
});
