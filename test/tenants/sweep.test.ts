import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createApiKey, createPepper } from '../../src/auth/api-key.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { deriveKey } from '../../src/lib/seal.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { ASSERTION_KEYS_PATH } from '../../src/server/credentials/assertion-keys.ts';
import { createEndpoints } from '../../src/server/routes/endpoints.ts';
import { routeTable } from '../../src/server/routes/routes.ts';
import { manualClock } from '../../src/testing/manual-clock.ts';
import type { ToolDefinition } from '../../src/tools/define.ts';
import { type Door, MASTER, openDoor, type Reply } from '../security/door.ts';

/**
 * What is another tenant's is answered as what does not exist, with the same work at the stores. Tools are swept in
 * test/security/tenancy.test.ts, cursors of APIs in test/openapi/pages.test.ts.
 */

const CONFIG = {
  server: { url: 'http://mcp.localhost', sse2024: true },
  endpoints: [{ path: '/v2/mcp' }],
  tenants: { acme: { path: '/t/acme' }, globex: { url: 'http://globex.localhost' } },
  auth: { issuers: [{ issuer: 'https://login.example.com', claims: { tenant: 'org_id' } }] },
};

const pay: ToolDefinition = {
  name: 'pay',
  description: 'Pays.',
  interactive: true,
  run: async (_, { elicit }) => `${(await elicit('Sure?', { type: 'object', properties: {} })).action}`,
};

let door: Door;
let ours: string;
let theirs: string;
beforeAll(async () => {
  door = await openDoor({ config: CONFIG, tools: [pay], clock: manualClock() });
  ours = (await door.key('acme')).key;
  theirs = (await door.key('globex')).key;
}, 120_000);
afterAll(() => door?.[Symbol.asyncDispose]());

const INITIALIZE = {
  protocolVersion: '2025-11-25',
  capabilities: { elicitation: {} },
  clientInfo: { name: 'c', version: '1' },
};

interface Asked {
  readonly path: string;
  readonly method?: string;
  readonly key: string;
  readonly headers?: { readonly [name: string]: string };
  readonly message?: object;
}

const send = ({ path, method = 'POST', key, headers = {}, message }: Asked): Promise<Reply> =>
  door.send({
    ...{ path, method },
    headers: {
      ...{ host: 'mcp.localhost', authorization: `Bearer ${key}`, accept: 'application/json, text/event-stream' },
      ...(message === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(message === undefined ? {} : { body: JSON.stringify(message) }),
  });

/** The answer, less what differs with each request, and how often each verb of the stores was used for it. */
async function looked(asked: Asked): Promise<unknown> {
  const used: string[] = [];
  const { keys, oauth } = door.database;
  const spies = Object.entries({ cache: door.cache, keys, ...oauth }).flatMap(([name, store]) =>
    Object.entries(store as object)
      .filter(([, verb]) => typeof verb === 'function')
      .map(([verb]) => {
        const whole = store as unknown as { [verb: string]: (...args: unknown[]) => unknown };
        const real = whole[verb]?.bind(store);
        return vi.spyOn(whole, verb).mockImplementation((...args) => {
          used.push(`${name}.${verb}`);
          return real?.(...args);
        });
      }),
  );
  const { status, headers, body } = await send(asked);
  for (const spy of spies) spy.mockRestore();
  const { date, 'x-request-id': id, ...others } = headers;
  return { status, headers: others, body: body.replaceAll(String(id), 'req'), used: used.sort() };
}

const sessionOf = async (path: string, key: string, host = 'mcp.localhost') => {
  const message = { jsonrpc: '2.0', id: 1, method: 'initialize', params: INITIALIZE };
  const session = (await send({ path, key, message, headers: { host } })).headers['mcp-session-id'];
  if (typeof session !== 'string') throw new Error('no session');
  return session;
};

/** What of a tenant can be named at each kind of route, and what is answered to who names another tenant's. */
const CASES: { readonly [kind: string]: 'nothing of a tenant' | ((path: string) => Promise<void>) } = {
  health: 'nothing of a tenant',
  ready: 'nothing of a tenant',
  'well-known': 'nothing of a tenant',
  sse: 'nothing of a tenant',
  mcp: async (path) => {
    const [mine, foreign] = [await sessionOf(path, ours), await sessionOf(path, theirs)];
    // Of the form of a session, and nobody's.
    const none = `${foreign.slice(0, -8)}${foreign.slice(-8) === 'AAAAAAAA' ? 'BBBBBBBB' : 'AAAAAAAA'}`;
    const message = { jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} };
    const ways: { readonly method: string; readonly message?: object; readonly headers?: object }[] = [
      { method: 'POST', message },
      { method: 'GET' },
      { method: 'GET', headers: { 'last-event-id': '1' } },
      { method: 'DELETE' },
    ];
    for (const { headers, ...way } of ways) {
      const ask = (id: string) =>
        looked({
          ...{ path, key: ours, ...way },
          headers: { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25', ...headers },
        });
      const found = await ask(foreign);
      expect([path, way.method, found]).toEqual([path, way.method, await ask(none)]);
      expect(found).toMatchObject({ status: 404 });
    }
    // Nothing of that has ended it, and ours is good.
    for (const [id, key] of [
      [foreign, theirs],
      [mine, ours],
    ] as const) {
      const headers = { 'mcp-session-id': id, 'mcp-protocol-version': '2025-11-25' };
      expect((await send({ path, key, message, headers })).status).toBe(200);
    }
  },
  messages: async (path) => {
    const opened = new AbortController();
    const stream = await fetch(new URL('/sse', door.url), {
      headers: { authorization: `Bearer ${theirs}`, accept: 'text/event-stream' },
      signal: opened.signal,
    });
    const reader = stream.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('\n\n')) text += (await reader?.read())?.value ?? '\n\n';
    const name = /sessionId=([^\s&]+)|\?([^\s]+)/.exec(text)?.[0] ?? '';
    expect(name).not.toBe('');
    const message = { jsonrpc: '2.0', id: 2, method: 'tools/list', params: {} };
    const query = /\?[^\s]+/.exec(text)?.[0] ?? '';
    const none = `${query.slice(0, -4)}AAAA`;
    const [found, unknown] = [
      await looked({ path: path + query, key: ours, message }),
      await looked({ path: path + none, key: ours, message }),
    ];
    expect(found).toEqual(unknown);
    expect(found).toMatchObject({ status: 404 });
    // What is left of the stream goes before the next case is looked at.
    const gone = vi.spyOn(door.cache, 'delete');
    opened.abort();
    await vi.waitFor(() => expect(gone).toHaveBeenCalled());
    gone.mockRestore();
  },
};

describe('security case 84: at every route', () => {
  const config = readConfig(CONFIG, { name: 'test', lineOf: () => undefined }, { baseDir: '.', env: {} });
  const table = routeTable(createEndpoints(config), true, { [ASSERTION_KEYS_PATH]: () => undefined });

  test.each([...table].map(([path, { kind }]) => [kind, path] as const))('%s %s', async (kind, path) => {
    const swept = CASES[kind];
    if (swept === undefined) throw new Error(`Say in CASES what of a tenant can be named at ${path}.`);
    if (typeof swept === 'function') await swept(path);
  });
});

describe('security case 84: at the place of another tenant', () => {
  /** Of the form of a key, and nobody's. */
  const nobodys = () => {
    const wish = { tenant: 'acme', name: 'test', scopes: ['*'], expiresAt: null, everyScope: true };
    return createApiKey(wish, createPepper(deriveKey(Buffer.from(MASTER), 'api-keys')), systemClock).key;
  };
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };

  test('a key is answered as one that nobody has, for the same work', async () => {
    const places = [
      ['/mcp', 'globex.localhost', ours],
      ['/v2/mcp', 'globex.localhost', ours],
      ['/t/acme/mcp', 'mcp.localhost', theirs],
      ['/t/acme/v2/mcp', 'mcp.localhost', theirs],
    ] as const;
    for (const [path, host, key] of places) {
      const headers = { host };
      const found = await looked({ path, key, message, headers });
      expect(found).toEqual(await looked({ path, key: nobodys(), message, headers }));
      expect(found).toMatchObject({ status: 401, used: ['keys.find'] });
    }
  });

  test('a session of one place is none of another, although the caller is the same', async () => {
    const places = [
      ['/mcp', 'mcp.localhost'],
      ['/v2/mcp', 'mcp.localhost'],
      ['/t/acme/mcp', 'mcp.localhost'],
    ] as const;
    for (const [path, host] of places) {
      const headers = {
        host,
        'mcp-session-id': await sessionOf(path, ours, host),
        'mcp-protocol-version': '2025-11-25',
      };
      for (const [other] of places) {
        const { status } = await send({ path: other, key: ours, message, headers });
        expect([path, other, status]).toEqual([path, other, path === other ? 200 : 404]);
      }
    }
  });
});

test('the call log, the keys and the grants of a tenant are asked for by that tenant', async () => {
  await send({
    path: '/mcp',
    key: ours,
    message: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'pay' } },
  });
  for (const tenant of ['acme', 'globex', 'nobody']) {
    const [keys, grants] = [
      await door.database.keys.list(tenant),
      await door.database.oauth.grants.list({ tenant, limit: 10 }),
    ];
    expect([...keys, ...grants].every((row) => row.tenant === tenant)).toBe(true);
  }
  expect(await door.database.keys.list('acme')).toHaveLength(1);
});
