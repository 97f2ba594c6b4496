import { describe, expect, test } from 'vitest';
import { manualClock } from '../../src/testing/manual-clock.ts';
import type { Door } from '../security/door.ts';
import type { Administered, Asker } from './admin.ts';
import { openWhole, thingsOf } from './whole.ts';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly operation: { readonly requestBody?: unknown; readonly operationId: string };
}

/** Every operation of the document, as it is served. */
function routesOf({ document }: Administered): Route[] {
  const paths = document['paths'] as { readonly [path: string]: { readonly [method: string]: Route['operation'] } };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/** What a body may be, so that it is not for the body that somebody is refused. */
const BODIES: { readonly [operation: string]: object } = {
  update_key: { name: 'x' },
  update_link: { name: 'x' },
  update_connection: { credential: { token: 'x' } },
  update_tenant: { suspended: true },
  update_client: { suspended: true },
  update_webhook: { enabled: false },
};

async function told(ask: Asker, { method, operation: { operationId } }: Route, path: string) {
  const body = BODIES[operationId];
  const { status, json, headers } = await ask(method, path, {
    headers: { 'if-match': '*' },
    ...(body === undefined ? {} : { body }),
  });
  const { requestId: _, ...rest } = json ?? {};
  const { 'x-request-id': _id, date: _date, ...kept } = headers;
  return { status, rest, kept };
}

describe('security case 101: roles, on every route of the document', () => {
  test('whoever has no role is nobody', async () => {
    await using server = await openWhole();
    for (const { method, path } of routesOf(server)) {
      const { status, json } = await server.ask(method, path.replace('{id}', 'x'));
      expect([method, path, status, json.code]).toEqual([method, path, 401, 'missing_credential']);
    }
  });

  test('an auditor reads, and writes nowhere', async () => {
    await using server = await openWhole();
    const things = await thingsOf(server, 'acme');
    const auditor = await server.as({ role: 'auditor' });
    for (const route of routesOf(server)) {
      const { status } = await told(auditor, route, route.path.replace('{id}', things[route.path] ?? 'x'));
      const wanted = route.method === 'GET' ? 200 : 403;
      expect([route.method, route.path, status]).toEqual([route.method, route.path, wanted]);
    }
  });
});

interface Question {
  readonly verb: string;
  readonly of: unknown;
}

/** The same database, which writes down what it is asked. */
function recorded<T extends object>(tables: T, asked: Question[], within = ''): T {
  const wrapped = Object.entries(tables).map(([name, value]) => {
    if (typeof value === 'object') return [name, recorded(value, asked, `${within}${name}.`)];
    if (typeof value !== 'function') return [name, value];
    return [
      name,
      (...args: unknown[]) => {
        asked.push({ verb: within + name, of: args[0] });
        return value(...args);
      },
    ];
  });
  return Object.fromEntries(wrapped) as T;
}

describe('security case 84: ids of another tenant, on every route of the document', () => {
  test('are answered as ids that do not exist', async () => {
    await using server = await openWhole();
    const things = await thingsOf(server, 'acme');
    const [admin, theirs] = await Promise.all(['globex', 'acme'].map((tenant) => server.as({ role: 'admin', tenant })));
    if (admin === undefined || theirs === undefined) throw new Error('nobody');
    const routes = routesOf(server).filter(({ path }) => path.includes('{id}'));
    for (const route of routes) {
      const id = things[route.path];
      // A new kind of things comes with one to try.
      if (id === undefined) throw new Error(`thingsOf has none for ${route.path}`);
      const body = route.operation.requestBody === undefined || BODIES[route.operation.operationId] !== undefined;
      expect([route.operation.operationId, body]).toEqual([route.operation.operationId, true]);
      const foreign = await told(admin, route, route.path.replace('{id}', id));
      const unknown = await told(admin, route, route.path.replace('{id}', 'none_0123456789'));
      expect([route.method, route.path, foreign.status]).toEqual([route.method, route.path, 404]);
      expect(foreign).toEqual(unknown);
    }
    // Nothing has happened to them: who may see them does.
    for (const { path } of routes.filter(
      ({ method, path: each }) => method === 'GET' && !each.startsWith('/clients'),
    )) {
      expect([path, (await theirs('GET', path.replace('{id}', things[path] ?? ''))).status]).toEqual([path, 200]);
    }
  });

  test('cost what ids cost that do not exist: the same is asked of the database', async () => {
    // Time stands still: nothing else asks.
    await using server = await openWhole({ clock: manualClock() });
    const things = await thingsOf(server, 'acme');
    const asked: Question[] = [];
    const beside = { ...server.door, database: recorded(server.door.database, asked) } as unknown as Door;
    await using node = await openWhole({ beside });
    const admin = await node.as({ role: 'admin', tenant: 'globex' });
    const costOf = async (route: Route, id: string): Promise<string[]> => {
      asked.length = 0;
      await told(admin, route, route.path.replace('{id}', id));
      const about = asked.filter(({ verb, of }) => of !== admin.id && verb !== 'suspensions.list');
      return about.map(({ verb }) => verb).sort();
    };
    for (const route of routesOf(node)) {
      if (!route.path.includes('{id}')) continue;
      const foreign = await costOf(route, things[route.path] ?? '');
      expect([route.path, foreign.length > 0]).toEqual([route.path, true]);
      expect([route.path, foreign]).toEqual([route.path, await costOf(route, 'none_0123456789')]);
    }
  });

  test('are in none of their lists', async () => {
    await using server = await openWhole();
    const ids = Object.values(await thingsOf(server, 'acme'));
    const admin = await server.as({ role: 'admin', tenant: 'globex' });
    for (const { method, path } of routesOf(server)) {
      if (method !== 'GET' || path.includes('{id}') || path === '/openapi.json') continue;
      const { body } = await admin(method, path);
      expect([path, ids.filter((id) => body.includes(`"${id}"`))]).toEqual([path, []]);
      const named = await admin(method, `${path}?tenant=acme`);
      expect([path, named.status]).toEqual([path, path === '/toolsets' ? 400 : 403]);
    }
  });

  test('security case 85: a tenant that is named is that of the key, or nothing is done', async () => {
    await using server = await openWhole();
    const admin = await server.as({ role: 'admin', tenant: 'globex' });
    const bodies: { readonly [path: string]: object } = {
      '/keys': { name: 'a' },
      '/admin-keys': { name: 'a', role: 'auditor' },
      '/links': { name: 'a' },
      '/connections': { upstream: 'api', name: 'a', kind: 'bearer', credential: { token: 'x' } },
      '/connect-urls': { upstream: 'api' },
      '/connection-confirmations': { code: 'x' },
      '/webhooks': { url: 'https://hooks.test/' },
    };
    for (const { method, path } of routesOf(server)) {
      if (method !== 'POST' || path.includes('{id}')) continue;
      const body = bodies[path];
      if (body === undefined) throw new Error(`there is no body for ${path}`);
      const { status, json } = await admin(method, path, { body: { ...body, tenant: 'acme' } });
      expect([path, status, json.code]).toEqual([path, 403, 'forbidden']);
    }
  });
});
