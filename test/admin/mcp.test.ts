import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { describe, expect, test } from 'vitest';
import { manualClock } from '../../src/testing/manual-clock.ts';
import { TestIssuer } from '../auth/issuer.ts';
import { modernBody, modernHeaders } from '../security/door.ts';
import { type Administered, openAdministered } from './admin.ts';
import { openWhole } from './whole.ts';

async function connected(server: Administered, key: string, mode: 'auto' | 'legacy'): Promise<Client> {
  const client = new Client({ name: 'official', version: '2' }, { versionNegotiation: { mode } });
  const headers = { authorization: `Bearer ${key}` };
  const url = new URL('/admin/mcp', server.door.url);
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit: { headers } }));
  return client;
}

/** One call, by somebody with a key. */
async function call(server: Administered, key: string, name: string, args: object = {}) {
  const params = { name, arguments: args };
  const { status, json, headers } = await server.door.send({
    path: '/admin/mcp',
    headers: {
      ...{ 'content-type': 'application/json', accept: 'application/json', authorization: `Bearer ${key}` },
      ...modernHeaders('tools/call', params as never),
    },
    body: JSON.stringify(modernBody('tools/call', params as never)),
  });
  const { result, error } = json;
  return { status, headers, error, failed: result?.isError === true, content: result?.structuredContent };
}

describe.each(['auto', 'legacy'] as const)('the official client at /admin/mcp, %s', (mode) => {
  test('makes a key, which then calls a tool at /mcp', async () => {
    await using server = await openWhole();
    const operator = await server.as();
    const client = await connected(server, operator.key, mode);
    try {
      expect(client.getServerVersion()?.name).toBe('postern-admin');
      const { tools } = await client.listTools();
      const names = tools.map(({ name }) => name);
      expect(names).toEqual(expect.arrayContaining(['list_keys', 'create_key', 'update_link', 'list_usage']));
      expect(names).not.toContain('get_document');
      const made = await client.callTool({
        name: 'create_key',
        arguments: { body: { tenant: 'acme', name: 'Made by a model', scopes: ['tickets:read'] } },
      });
      expect(made.isError).not.toBe(true);
      const { key, id } = made.structuredContent as { readonly key: string; readonly id: string };
      expect((await server.door.legacy(key, 'tools/list')).status).toBe(200);
      const listed = await client.callTool({ name: 'list_keys', arguments: { tenant: 'acme' } });
      expect(listed.structuredContent).toMatchObject({ items: [{ id, name: 'Made by a model' }] });
      const [record] = await server.door.database.audit.list({ tenant: 'acme', limit: 1 });
      expect(record).toMatchObject({ event: 'key_created', actorKind: 'admin', actor: operator.id });
    } finally {
      await client.close();
    }
  });
});

test('every operation of the document is a tool, named and annotated by it', async () => {
  await using server = await openWhole();
  const { key } = await server.as();
  const client = await connected(server, key, 'auto');
  const { tools } = await client.listTools();
  await client.close();
  const paths = server.document['paths'] as { readonly [path: string]: { readonly [method: string]: object } };
  const operations = Object.values(paths).flatMap((item) =>
    Object.entries(item).map(([method, operation]) => ({
      method,
      ...(operation as { readonly operationId: string; readonly 'x-mcp': unknown }),
    })),
  );
  const wanted = operations.filter((operation) => operation['x-mcp'] !== false);
  expect(tools.map(({ name }) => name).sort()).toEqual(wanted.map(({ operationId }) => operationId).sort());
  // A key of the API outlives what a model was asked to do.
  expect(operations.filter((each) => each['x-mcp'] === false).map(({ operationId }) => operationId)).toEqual([
    ...['create_admin_key', 'get_document'],
  ]);
  for (const { name, annotations, description } of tools) {
    const method = wanted.find(({ operationId }) => operationId === name)?.method;
    expect([name, annotations?.readOnlyHint === true]).toEqual([name, method === 'get']);
    expect(description).not.toBe('');
  }
});

test('refusals of the API reach the model as failures that it can act on', async () => {
  await using server = await openWhole();
  const { key } = await server.as({ role: 'admin', tenant: 'acme' });
  const unfit = await call(server, key, 'create_key', { body: { name: 'a', expiresAt: '2001-01-01T00:00:00Z' } });
  expect([unfit.failed, unfit.content.error]).toEqual([
    true,
    expect.objectContaining({ status: 400, message: expect.stringContaining('A key must expire in the future') }),
  ]);
  const missing = await call(server, key, 'get_key', { id: 'key_none' });
  expect(missing.content.error).toMatchObject({ code: 'not_found', status: 404 });
  const foreign = await call(server, key, 'list_keys', { tenant: 'globex' });
  expect(foreign.content.error).toMatchObject({ code: 'forbidden', status: 403 });
  const { id, etag } = (await call(server, key, 'create_key', { body: { name: 'a' } })).content;
  const changed = await call(server, key, 'update_key', { id, 'If-Match': etag, body: { name: 'b' } });
  expect(changed.content).toMatchObject({ id, name: 'b' });
  const late = await call(server, key, 'update_key', { id, 'If-Match': etag, body: { name: 'c' } });
  expect(late.content.error).toMatchObject({ status: 412 });
});

test('a credential that a model gives stands in no record of its call, whatever is kept of arguments', async () => {
  await using server = await openWhole({ config: { observe: { arguments: 'whole' } } });
  const { key } = await server.as({ role: 'admin', tenant: 'acme' });
  const body = { upstream: 'api', name: 'main', kind: 'bearer', credential: { token: 'CANARY-of-an-account' } };
  expect((await call(server, key, 'create_connection', { body })).content).toMatchObject({ name: 'main' });
  const recorded = () => server.door.database.calls.recent({ limit: 1 });
  await expect.poll(recorded).toMatchObject([{ tool: 'create_connection', upstream: 'admin', arguments: null }]);
});

test('pages are read on as of any other API', async () => {
  await using server = await openWhole();
  const { key } = await server.as();
  for (const name of ['a', 'b', 'c']) await call(server, key, 'create_key', { body: { name, tenant: 'acme' } });
  const first = await call(server, key, 'list_keys', { limit: 2 });
  expect(first.content.items).toHaveLength(2);
  const cursor = first.content.nextCursor ?? first.content.next;
  const second = await call(server, key, 'list_keys', { limit: 2, cursor });
  expect(second.content.items.map(({ name }: { name: string }) => name)).toEqual(['a']);
});

describe('who is let in', () => {
  test('an auditor sees and calls what reads, and nothing else', async () => {
    await using server = await openWhole();
    const { key } = await server.as({ role: 'auditor' });
    const client = await connected(server, key, 'auto');
    const { tools } = await client.listTools();
    await client.close();
    expect(tools.every(({ annotations }) => annotations?.readOnlyHint === true)).toBe(true);
    expect((await call(server, key, 'create_key', { body: { name: 'a', tenant: 'acme' } })).status).toBe(403);
  });

  test('security case 64: no link, no API key, and nobody without a credential', async () => {
    await using server = await openWhole();
    const operator = await server.as();
    const { key } = await server.door.key('acme', { scopes: ['admin:read', 'admin:write'] });
    expect((await call(server, key, 'list_keys')).status).toBe(401);
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    const ask = (path: string, headers: object = {}) =>
      server.door.send({ path, headers: { 'content-type': 'application/json', accept: '*/*', ...headers }, body });
    expect((await ask('/admin/mcp')).status).toBe(401);
    const { json } = await operator('POST', '/links', { body: { name: 'l', tenant: 'acme' } });
    const token = String(json.url).slice(String(json.url).lastIndexOf('/'));
    expect((await ask(`/admin/mcp${token}`)).status).toBe(404);
    expect((await ask('/admin/mcp', { authorization: `Bearer ${token.slice(1)}` })).status).toBe(401);
    expect((await ask(`/admin/api/keys${token}`)).status).toBe(401);
    // And what is good here is good nowhere else.
    expect((await ask('/mcp', { authorization: `Bearer ${operator.key}` })).status).toBe(401);
  });

  test('people with a token that is made out to it, and learn there where to get one', async () => {
    await using issuer = await TestIssuer.start();
    const url = 'https://mcp.test';
    await using server = await openAdministered({
      config: {
        server: { url, hosts: ['127.0.0.1'] },
        auth: { admin: { enabled: true }, issuers: [{ issuer: issuer.url, claims: { tenant: 'org' } }] },
      },
    });
    const token = (aud: string, scope: string) => issuer.token({ aud, scope });
    const status = async (key: string) => (await call(server, key, 'list_keys')).status;
    expect(await status(await token(`${url}/admin/mcp`, 'admin:read'))).toBe(200);
    expect(await status(await token(`${url}/admin/api`, 'admin:read'))).toBe(401);
    expect(await status(await token(`${url}/mcp`, 'admin:read'))).toBe(401);
    const low = await call(server, await token(`${url}/admin/mcp`, 'tickets:read'), 'list_keys');
    expect([low.status, low.headers['www-authenticate']]).toEqual([
      403,
      expect.stringContaining('scope="admin:read", resource_metadata='),
    ]);
    const step = await call(server, await token(`${url}/admin/mcp`, 'admin:read'), 'create_key', {
      body: { name: 'a' },
    });
    expect(step.status).toBe(403);
    const path = '/.well-known/oauth-protected-resource/admin/mcp';
    expect((await server.door.send({ method: 'GET', path })).json).toMatchObject({
      resource: `${url}/admin/mcp`,
      scopes_supported: ['admin:read', 'admin:write'],
    });
  });
});

test('security case 109: calls of tools count like requests', async () => {
  const admin = { enabled: true, requestsPerMinute: 3 };
  await using server = await openAdministered({ clock: manualClock(), config: { auth: { admin } } });
  const { key } = await server.as({ role: 'admin', tenant: 'acme' });
  const failed = [];
  for (let n = 0; n < 4; n++) failed.push((await call(server, key, 'list_keys')).failed);
  expect(failed).toEqual([false, false, false, true]);
});
