import { expect, test } from 'vitest';
import { type HttpRequest, json } from '../../http/exchange.ts';
import type { Facade } from './facade.ts';
import { lateFacade } from './late-facade.ts';

const ISSUER = 'http://127.0.0.1:8080';

function request(path: string, authorization?: string): HttpRequest {
  return {
    ...{ method: 'GET', path, query: '', headerCount: 1, address: '127.0.0.1', signal: new AbortController().signal },
    header: (name) => (name === 'authorization' ? authorization : undefined),
    countOf: () => 0,
    read: async () => new Uint8Array(),
  };
}

function setUp(outcomes: (() => Promise<void>)[] = []) {
  const seen = { opened: 0, closed: 0, failures: [] as unknown[] };
  const facade: Pick<Facade, 'issuer' | 'route' | 'handle' | 'close'> = {
    issuer: ISSUER,
    route: (path) => (path === '/oauth/token' ? { methods: 'POST', open: true } : undefined),
    handle: async () => json(200, {}),
    close: async () => {
      seen.closed += 1;
    },
  };
  const late = lateFacade(ISSUER, {
    prefixes: ['/dev-idp'],
    open: async () => {
      seen.opened += 1;
      await outcomes.shift()?.();
      return facade as Facade;
    },
    failed: (thrown) => void seen.failures.push(thrown),
  });
  const handle = late.before(async ({ path }) => json(late.route(path) === undefined ? 404 : 200, {}));
  const ask = async (path: string, authorization?: string) => (await handle(request(path, authorization))).status;
  return { late, seen, ask };
}

test.each([
  ['/mcp', undefined],
  ['/mcp', 'Bearer pstn_key'],
  ['/healthz', undefined],
  ['/.well-known/oauth-protected-resource/mcp', undefined],
])('a request for %s with %s needs no facade', async (path, authorization) => {
  const { seen, ask } = setUp();
  await ask(path, authorization);
  expect(seen.opened).toBe(0);
});

test.each([
  ['/oauth/token', undefined],
  ['/dev-idp/authorize', undefined],
  ['/.well-known/oauth-authorization-server', undefined],
  ['/mcp/.well-known/openid-configuration', undefined],
  ['/mcp', 'Bearer eyJhbGciOi'],
])('a request for %s with %s opens it, once for all who come', async (path, authorization) => {
  const { late, seen, ask } = setUp();
  await Promise.all([ask(path, authorization), ask(path, authorization), ask('/oauth/token')]);
  expect(seen.opened).toBe(1);
  expect(late.route('/oauth/other')).toBeUndefined();
  await late.close();
  expect(seen.closed).toBe(1);
});

test('where it cannot be opened, it is unavailable, and the next request tries again', async () => {
  const broken = async () => {
    throw new Error('no database');
  };
  const { late, seen, ask } = setUp([broken]);
  await Promise.all([ask('/oauth/token'), ask('/oauth/token')]);
  expect(seen.failures).toHaveLength(1);
  await expect(late.handle(request('/oauth/token'), 'req_1')).rejects.toMatchObject({ code: 'unavailable' });
  expect(() => late.localIssuer.keys()).toThrow();
  await ask('/oauth/token');
  expect((await late.handle(request('/oauth/token'), 'req_1')).status).toBe(200);
});

test('closed before anybody came, it is never opened', async () => {
  const { late, seen, ask } = setUp();
  await late.close();
  await ask('/oauth/token');
  expect(seen).toEqual({ opened: 0, closed: 0, failures: [] });
});
