import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, expect, test } from 'vitest';
import { offersLogin } from '../../src/cli/dev-login.ts';
import { readConfig } from '../../src/server/config/load.ts';
import { recorder } from '../e2e/recorder.ts';
import { LoginStore, sdk2In, signIn } from '../oauth/sdk-clients.ts';
import { firstLine, postern, type Spawned } from './child.ts';
import { PETS } from './fixtures.ts';
import { folder, type Started, started } from './terminal.ts';

const SDK = sdk2In('auto');
const spawned: Spawned[] = [];
const running: Started[] = [];
afterEach(async () => {
  for (const { child } of spawned.splice(0)) child.kill('SIGKILL');
  for (const command of running.splice(0)) {
    command.interrupt();
    await command.ended;
  }
});

const ARGS = ['pets.yaml', '--upstream', 'http://127.0.0.1:1', '--dev', '--json'];

async function ready(cwd: string, args: readonly string[] = ARGS): Promise<{ mcp: string; key: string }> {
  const command = started(['serve', ...args], cwd, { PORT: '0' });
  running.push(command);
  const [line] = await command.said(/^.*\n/);
  return JSON.parse(line);
}

async function connected(mcp: string, store: LoginStore): Promise<Client> {
  const client = new Client({ name: 'program', version: '1' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(new URL(mcp), { authProvider: store }));
  return client;
}

test('a program logs in without a key, lists and calls as its user, and a restart changes nothing', async () => {
  await using api = await recorder();
  api.replyWith({ status: 200, contentType: 'application/json', body: '{"id":"7"}' });
  const config = 'upstreams: { pets: { openapi: ./pets.yaml, headers: { X-Tenant: principal.tenant } } }\n';
  const cwd = folder({ 'pets.yaml': PETS, 'postern.yaml': config });
  const serve = async (port: string) => {
    const args = ['serve', '--upstream', api.url, '--dev', '--json', '--port', port];
    const server = postern(args, cwd);
    spawned.push(server);
    return { server, mcp: (JSON.parse(await firstLine(server)) as { mcp: string }).mcp };
  };
  const stop = async (server: Spawned) => {
    server.child.kill('SIGINT');
    expect(await server.ended).toMatchObject({ code: 0 });
  };

  const first = await serve('0');
  const store = new LoginStore();
  await expect(connected(first.mcp, store)).rejects.toThrow();
  expect(store.sentTo).toHaveLength(1);
  const answer = await signIn(store.sentTo[0] ?? new URL('about:blank'), 'user_ben');
  await SDK.finish(store, first.mcp, answer);
  const client = await connected(first.mcp, store);
  const { tools } = await client.listTools();
  expect(tools.map(({ name }) => name)).toEqual(['get_pet', 'create_pet']);
  const { structuredContent } = await client.callTool({ name: 'get_pet', arguments: { id: '7' } });
  expect(structuredContent).toEqual({ id: '7' });
  expect(api.taken().map(({ headers }) => headers['x-tenant'])).toEqual(['globex']);
  await client.close();
  await stop(first.server);
  await expect(fetch(first.mcp)).rejects.toThrow();

  const second = await serve(new URL(first.mcp).port);
  const token = store.current?.access_token;
  const again = await connected(second.mcp, store);
  await again.callTool({ name: 'get_pet', arguments: { id: '7' } });
  expect(api.taken().map(({ headers }) => headers['x-tenant'])).toEqual(['globex']);
  expect(store.current?.access_token).toBe(token);
  // The client finds out that its token is over, and refreshes.
  store.current = { ...store.current, access_token: 'over', token_type: 'Bearer' };
  await again.callTool({ name: 'get_pet', arguments: { id: '7' } });
  expect(store.current.access_token).not.toBe('over');
  expect(store.sentTo).toHaveLength(1);
  await again.close();
  await stop(second.server);
});

test('a client stays connected over a restart, however long it was away', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  let now = Date.now();
  const serve = async (port: string) => {
    const command = started(['serve', ...ARGS, '--port', port], cwd, {}, () => now);
    running.push(command);
    const { mcp } = JSON.parse((await command.said(/^.*\n/))[0]) as { mcp: string };
    return { command, mcp };
  };
  const { command, mcp } = await serve('0');
  const store = new LoginStore();
  await expect(SDK.connect(store, mcp)).rejects.toThrow();
  await SDK.finish(store, mcp, await signIn(store.sentTo[0] ?? new URL('about:blank')));
  command.interrupt();
  await command.ended;
  now += 8 * 60 * 60_000;
  await serve(new URL(mcp).port);
  const token = store.current?.refresh_token ?? '';
  const fields = { grant_type: 'refresh_token', client_id: store.client?.client_id ?? '', refresh_token: token };
  const body = new URLSearchParams(fields);
  expect((await fetch(`${new URL(mcp).origin}/oauth/token`, { method: 'POST', body })).status).toBe(200);
});

test('metadata names one origin, and another name of the machine is told which', async () => {
  const { mcp, key } = await ready(folder({ 'pets.yaml': PETS }));
  const { origin, port } = new URL(mcp);
  const resource = await (await fetch(`${origin}/.well-known/oauth-protected-resource/mcp`)).json();
  expect(resource).toMatchObject({ resource: mcp, authorization_servers: [origin] });
  const server = await (await fetch(`${origin}/.well-known/oauth-authorization-server`)).json();
  expect(JSON.stringify([resource, server])).not.toContain('localhost');

  const other = `http://localhost:${port}`;
  for (const path of ['/mcp', '/.well-known/oauth-protected-resource/mcp', '/.well-known/oauth-authorization-server']) {
    const refused = await fetch(other + path, { method: path === '/mcp' ? 'POST' : 'GET' });
    expect(refused.status).toBe(403);
    expect(refused.headers.get('www-authenticate')).toBeNull();
    expect(await refused.json()).toMatchObject({ code: 'refused_host', hint: expect.stringContaining(origin) });
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} });
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  expect((await fetch(`${other}/mcp`, { method: 'POST', headers, body })).status).toBe(200);
});

test('clients register themselves: their documents may be where nobody can be reached', async () => {
  const { mcp } = await ready(folder({ 'pets.yaml': PETS }));
  const metadata = await (await fetch(new URL('/.well-known/oauth-authorization-server', mcp))).json();
  expect(metadata).toMatchObject({ registration_endpoint: new URL('/oauth/register', mcp).href });
  expect(metadata).not.toHaveProperty('client_id_metadata_document_supported');
});

test('a config with a public URL is served without the login: others may reach it', async () => {
  const config = 'server: { url: "https://mcp.acme.com" }\nupstreams: { pets: { openapi: ./pets.yaml } }\n';
  const { mcp } = await ready(folder({ 'postern.yaml': config, 'pets.yaml': PETS }), ARGS.slice(1));
  for (const path of ['/dev-idp/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']) {
    expect((await fetch(new URL(mcp).origin + path)).status).toBe(404);
  }
});

const IDP = { issuer: 'https://id.acme.com', clientId: 'postern', tenant: 'acme' };

test.each([
  [true, {}],
  [true, { server: { hosts: ['localhost:8080', '127.0.0.1'], url: 'http://localhost:8080' } }],
  [false, { server: { hosts: ['acme.ngrok.example'] } }],
  [false, { server: { url: 'https://mcp.acme.com' } }],
  [false, { auth: { none: true } }],
  [false, { auth: { issuers: [{ issuer: 'https://id.acme.com', tenant: 'acme' }] } }],
  [false, { auth: { facade: { identityProvider: IDP } } }],
])('whether there is a login is %j for the config %j', (offered, raw) => {
  const config = readConfig(raw, { name: 'test', lineOf: () => undefined }, { env: {}, baseDir: '.' });
  expect(offersLogin(config)).toBe(offered);
});

test('a person is told who can log in, and that it is for development', async () => {
  const command = started(['serve', ...ARGS.slice(0, -1)], folder({ 'pets.yaml': PETS }), { PORT: '0' });
  running.push(command);
  await command.said(/Ctrl-C stops it/);
  expect(command.out()).toMatch(
    /Login[\s\S]*Ada, of acme\n.*Ben, of globex\n.*Cleo, of acme and globex\n[\s\S]*development/,
  );
  expect(command.out()).toMatch(/claude mcp add --scope user --transport http pets http:\/\/127\.0\.0\.1:\d+\/mcp\n/);
});

test('a reload keeps the login', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const command = started(['serve', ...ARGS], cwd, { PORT: '0' });
  running.push(command);
  const { mcp } = JSON.parse((await command.said(/^.*\n/))[0]) as { mcp: string };
  command.hangUp();
  await command.complained(/Reloaded: no tool is different/);
  expect(command.err()).not.toMatch(/next start/);
  const { status } = await fetch(`${new URL(mcp).origin}/.well-known/oauth-protected-resource/mcp`);
  expect(status).toBe(200);
});
