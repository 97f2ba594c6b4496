import { readFileSync } from 'node:fs';
import { CORE_SCHEMA, load } from 'js-yaml';
import { expect, test } from 'vitest';
import type { Principal } from '../../src/core/principal.ts';
import { createPostern, type PosternOptions, tool } from '../../src/index.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { createToolsets, narrowingOf } from '../../src/server/offer/toolsets.ts';
import { createEndpoints } from '../../src/server/routes/endpoints.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';

const DAY = 24 * 60 * 60 * 1000;

const TOOLS = ['get_ticket', 'close_ticket'].map((name) =>
  tool({ name, description: 'Does.', tags: ['tickets'], run: () => name }),
);

function start(options: Partial<PosternOptions>) {
  return createPostern({ auth: 'none', logTo: { write: () => undefined }, tools: TOOLS, ...options });
}

function ask(postern: Awaited<ReturnType<typeof start>>, path: string, method = 'POST') {
  return postern.fetch(
    new Request(`http://localhost${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: method === 'POST' ? JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }) : null,
    }),
  );
}

test('an endpoint says from its deprecation on that it is deprecated, when it goes and what follows it', async () => {
  const clock = manualClock(Date.UTC(2026, 0, 1));
  const postern = await start({
    clock,
    server: { url: 'https://mcp.example.com' },
    endpoints: [
      { path: '/v1/mcp', version: '1', deprecated: '2026-01-02', sunset: '2026-01-03T12:00:00Z', successor: '/v2/mcp' },
      { path: '/v2/mcp', version: '2' },
    ],
  });
  const told = async (path: string, method?: string) => {
    const { headers } = await ask(postern, path, method);
    return ['deprecation', 'sunset', 'link'].map((name) => headers.get(name));
  };
  const nothing = [null, null, null];
  expect(await told('/v1/mcp')).toEqual(nothing);
  await clock.advance(DAY);
  const all = [
    '@1767312000',
    'Sat, 03 Jan 2026 12:00:00 GMT',
    '<https://mcp.example.com/v2/mcp>; rel="successor-version"',
  ];
  expect(await told('/v1/mcp')).toEqual(all);
  // What is refused is told too: it is the endpoint that ends.
  expect(await told('/v1/mcp', 'GET')).toEqual(all);
  expect(await told('/mcp')).toEqual(nothing);
  expect(await told('/v2/mcp')).toEqual(nothing);
  await clock.advance(3 * DAY);
  expect(await told('/v1/mcp')).toEqual(all);
  await postern.close();
});

test('the endpoint of server.path may be given a toolset like any other', async () => {
  const postern = await start({
    toolsets: { reading: { include: [{ tool: 'get_*' }] } },
    endpoints: [{ path: '/mcp', toolset: 'reading', version: '2' }],
  });
  expect(postern.endpoints).toMatchObject([{ path: '/mcp', toolset: 'reading', version: '2', tools: 1 }]);
  await postern.close();
});

test('every endpoint is a resource of its own, by its URL', () => {
  const raw = { server: { url: 'https://mcp.example.com/' }, endpoints: [{ path: '/v1/mcp' }, { path: '/v2/mcp' }] };
  const config = readConfig(raw, { name: 'test', lineOf: () => undefined }, { env: {}, baseDir: '/' });
  expect(createEndpoints(config).map(({ audience }) => audience)).toEqual([
    'https://mcp.example.com/mcp',
    'https://mcp.example.com/v1/mcp',
    'https://mcp.example.com/v2/mcp',
  ]);
});

test('a toolset that is not there is not found, and the nearest is named', async () => {
  const postern = await start({ toolsets: { support: {} } });
  const answer = await ask(postern, '/mcp?toolset=suport');
  expect(answer.status).toBe(404);
  expect(await answer.json()).toMatchObject({ code: 'no_route', hint: 'support, perhaps.' });
  const many = await ask(postern, '/mcp?toolset=support&toolset=support');
  expect(many.status).toBe(400);
  expect(await many.json()).toMatchObject({ code: 'invalid_request' });
  await postern.close();
});

test.each(['user', 'service'] as const)('a %s takes an endpoint: its token is made out to one URL', (kind) => {
  const toolsets = createToolsets({ support: { include: [], exclude: [] } });
  const config = readConfig({}, { name: 'test', lineOf: () => undefined }, { env: {}, baseDir: '/' });
  const [endpoint] = createEndpoints(config);
  const principal: Principal = { kind, subject: 's', tenant: 't', scopes: new Set() };
  expect(() => narrowingOf(endpoint, principal, 'toolset=support', toolsets)).toThrow('for API keys and links');
  expect(narrowingOf(endpoint, { ...principal, kind: 'key' }, 'toolset=support', toolsets)).toEqual([['support']]);
});

test.each([
  [{ endpoints: [{ path: '/healthz' }] }, 'endpoints[0].path', '/healthz, and /healthz means something else'],
  [{ endpoints: [{ path: '/oauth/mcp' }] }, 'endpoints[0].path', '/oauth/mcp, and /oauth means something else'],
  [
    { endpoints: [{ path: '/sse' }], server: { sse2024: true } },
    'endpoints[0].path',
    '/sse, and /sse means something else',
  ],
  [{ endpoints: [{ path: '/a' }, { path: '/a' }] }, 'endpoints[1].path', '/a, which another endpoint has'],
  [
    { endpoints: [{ path: '/a', toolset: 'suport' }], toolsets: { support: {} } },
    'endpoints[0].toolset',
    'suport, which is none',
  ],
  [{ endpoints: [{ path: '/a', successor: '/b' }] }, 'endpoints[0].successor', '/b, which is none'],
  [{ endpoints: [{ path: '/a', successor: '/a' }] }, 'endpoints[0].successor', 'its own path'],
  [
    { toolsets: { a: { include: [{ upstream: 'acme' }] } } },
    'toolsets.a.include[0].upstream',
    'acme, which is no upstream',
  ],
  [{ endpoints: [{ path: '/a/../b' }] }, 'createPostern endpoints[0].path', '"/a/../b"'],
  [{ endpoints: [{ path: '/a', deprecated: 'soon' }] }, 'createPostern endpoints[0].deprecated', '"soon"'],
  [
    { endpoints: [{ path: '/a', deprecated: '2026-02-01', sunset: '2026-01-01' }] },
    'createPostern endpoints[0].sunset',
    '"2026-01-01"',
  ],
])('%j does not start', async (options, where, found) => {
  await expect(start(options)).rejects.toMatchObject({ problems: [{ where, found }] });
});

test('a selector that fits no tool is told, with what was probably meant', async () => {
  const postern = await start({ toolsets: { a: { include: [{ tool: 'get_tikcet' }], exclude: [{ tag: 'ticket' }] } } });
  expect(postern.remarks).toEqual([
    'toolsets.a.include[0]: {"tool":"get_tikcet"} fits no tool; did you mean "get_ticket"?',
    'toolsets.a.exclude[0]: {"tag":"ticket"} fits no tool; did you mean "tickets"?',
  ]);
  await postern.close();
});

test('the page shows what is sent', async () => {
  const page = readFileSync(new URL('../../docs/endpoints.md', import.meta.url), 'utf8');
  const [, yaml = '', ...others] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  expect(others).toEqual([]);
  const clock = manualClock(Date.UTC(2027, 0, 1));
  const postern = await start({ ...(load(yaml, { schema: CORE_SCHEMA }) as object), clock });
  const { headers } = await ask(postern, '/v1/mcp');
  const sent = ['deprecation', 'sunset', 'link'].map((name) => `${name}: ${headers.get(name)}\n`).join('');
  expect(page).toContain(`\`\`\`\n${sent}\`\`\``);
  await postern.close();
});
