import { statSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { loadConfig } from '../../src/server/config/load.ts';
import { refusals } from '../../src/server/config/safety.ts';
import { recorder } from '../e2e/recorder.ts';
import { PETS } from './fixtures.ts';
import { folder, ran, type Started, started } from './terminal.ts';

const running: Started[] = [];
afterEach(async () => {
  for (const command of running.splice(0)) {
    command.interrupt();
    await command.ended;
  }
});

function serve(
  cwd: string,
  args: readonly string[],
  env: { readonly [name: string]: string } = { PORT: '0' },
): Started {
  const command = started(['serve', ...args], cwd, env);
  running.push(command);
  return command;
}

const DEV_JSON = ['pets.yaml', '--upstream', 'http://127.0.0.1:1', '--dev', '--json'];

async function ready(command: Started): Promise<{ mcp: string; key: string; pid: number }> {
  const [line] = await command.said(/^.*\n/);
  return JSON.parse(line);
}

interface RpcBody {
  readonly result: { readonly structuredContent?: unknown; readonly tools: readonly { readonly name: string }[] };
}

async function rpc(mcp: string, key: string, method: string, params: object = {}) {
  const response = await fetch(mcp, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return { status: response.status, body: (await response.json()) as RpcBody };
}

test('--dev --json prints one line when ready, and the key in it works', async () => {
  await using api = await recorder();
  api.replyWith({ status: 200, contentType: 'application/json', body: '{"id":"7"}' });
  const command = serve(folder({ 'pets.yaml': PETS }), ['pets.yaml', '--upstream', api.url, '--dev', '--json']);
  const { mcp, key, pid } = await ready(command);
  expect(pid).toBe(4711);
  const { body } = await rpc(mcp, key, 'tools/call', { name: 'get_pet', arguments: { id: '7' } });
  expect(body.result.structuredContent).toEqual({ id: '7' });
  expect(api.taken().map(({ method, target }) => `${method} ${target}`)).toEqual(['GET /pets/7']);
  command.interrupt();
  expect(await command.ended).toMatchObject({ code: 0, out: expect.stringMatching(/^[^\n]+\n$/) });
});

test('the key of --dev is the same after a restart', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const first = serve(cwd, DEV_JSON);
  const { key } = await ready(first);
  first.interrupt();
  await first.ended;
  const second = await ready(serve(cwd, DEV_JSON));
  expect(second.key).toBe(key);
  expect((await rpc(second.mcp, key, 'tools/list')).status).toBe(200);
});

test('the key of --dev opens nothing in a server started without it', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const first = serve(cwd, DEV_JSON);
  const { key } = await ready(first);
  first.interrupt();
  await first.ended;
  const { mcp } = await ready(
    serve(
      cwd,
      DEV_JSON.filter((arg) => arg !== '--dev'),
    ),
  );
  expect((await rpc(mcp, key, 'tools/list')).status).toBe(401);
});

test('--dev-tenant is the tenant of the key', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  await ready(serve(cwd, [...DEV_JSON, '--dev-tenant', 'northwind']));
  const { out } = await ran(['keys', 'list', '--json'], cwd);
  expect(JSON.parse(out)).toMatchObject([{ tenant: 'northwind', scopes: ['*'] }]);
});

test('a person gets the URL, the key, and a line for every client', async () => {
  const command = serve(folder({ 'pets.yaml': PETS }), DEV_JSON.slice(0, -1));
  await command.said(/Ctrl-C stops it/);
  const mcp = /served at (\S+)/.exec(command.out())?.[1] ?? 'none';
  const key = /API key: (\S+)/.exec(command.out())?.[1] ?? 'none';
  expect(command.out()).toContain('pets: 2 tools, calling http://127.0.0.1:1');
  for (const client of ['Claude Code', 'Codex', 'Gemini CLI', 'Copilot CLI', 'opencode', 'VS Code', 'Cursor']) {
    expect(command.out()).toMatch(new RegExp(`^${client}(, in .*)?\\n.*${mcp}`, 'm'));
  }
  expect((await rpc(mcp, key, 'tools/list')).status).toBe(200);
});

test('without a config it serves on loopback, with a first key that is shown once', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const args = ['pets.yaml', '--upstream', 'http://127.0.0.1:1'];
  const first = serve(cwd, args);
  const [, key = ''] = await first.said(/API key: (\S+)[\s\S]*Ctrl-C/);
  const mcp = /served at (\S+)/.exec(first.out())?.[1] ?? '';
  const { body } = await rpc(mcp, key, 'tools/list');
  expect(body.result.tools.map(({ name }) => name)).toEqual(['get_pet', 'create_pet']);
  first.interrupt();
  await first.ended;
  const second = serve(cwd, args);
  await second.said(/Ctrl-C/);
  expect(second.out()).not.toMatch(/pstn_/);
  expect(statSync(join(cwd, '.postern')).mode & 0o777).toBe(0o700);
  for (const file of ['master-secret', 'postern.db'])
    expect(statSync(join(cwd, '.postern', file)).mode & 0o777).toBe(0o600);
});

test('a key made and revoked by another process counts at once and ends within a second', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const { mcp } = await ready(serve(cwd, DEV_JSON));
  const made = await ran(['keys', 'create', '--tenant', 'a', '--name', 'b', '--scopes', 'pets:read', '--json'], cwd);
  const { id, key } = JSON.parse(made.out);
  const { body } = await rpc(mcp, key, 'tools/list');
  expect(body.result.tools).toHaveLength(1);
  await ran(['keys', 'revoke', id], cwd);
  const revokedAt = performance.now();
  while ((await rpc(mcp, key, 'tools/list')).status !== 401) expect(performance.now() - revokedAt).toBeLessThan(1000);
});

test('on another address and without a config it refuses, with lines that would do', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const args = ['serve', 'pets.yaml', '--upstream', 'https://pets.example.com', '--upstream-auth', 'env:PETS_TOKEN'];
  const env = { PETS_TOKEN: 'canary', POSTERN_MASTER: 'x9Kq2mW7vB4nR8tY1uP5sD3fG6hJ0lZc' };
  const { code, err } = await ran([...args, '--host', '0.0.0.0'], cwd, env);
  expect(code).toBe(2);
  expect(err).not.toMatch(/canary/);
  const lines = /Write postern\.yaml:\n([\s\S]*?)\n +Then:/.exec(err)?.[1] ?? '';
  const written = folder({ 'pets.yaml': PETS, 'postern.yaml': lines });
  const { config } = await loadConfig(undefined, { cwd: written, env });
  expect(config.server.host).toBe('0.0.0.0');
  expect(config.upstreams['pets']).toMatchObject({ openapi: 'pets.yaml', baseUrl: 'https://pets.example.com' });
  expect(refusals(config, { dev: false, file: 'postern.yaml' })).toEqual([]);
});

test('what must not be served on such an address is named field by field, without a value', async () => {
  const yaml = `server: { host: 0.0.0.0 }
upstreams: { pets: { openapi: ./pets.yaml } }
secrets: { master: "$\{env:MASTER}" }
auth: { apiKeys: false }
`;
  const ended = await ran(['serve'], folder({ 'postern.yaml': yaml, 'pets.yaml': PETS }), { MASTER: 'canary' });
  expect(ended.code).toBe(2);
  expect(ended.err.match(/postern\.yaml \S+/g)).toEqual([
    'postern.yaml auth',
    'postern.yaml secrets.master',
    'postern.yaml server.url',
  ]);
  expect(ended.err).not.toMatch(/canary/);
});

test('--dev is for loopback', async () => {
  const ended = await ran(['serve', ...DEV_JSON, '--host', '0.0.0.0'], folder({ 'pets.yaml': PETS }));
  expect(ended).toMatchObject({ code: 2, err: expect.stringMatching(/--dev on 0\.0\.0\.0/) });
});

test('a port in use is told with what to do', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const ended = await ran(['serve', ...DEV_JSON, '--port', String(port)], folder({ 'pets.yaml': PETS }));
  other.close();
  expect(ended.code).toBe(2);
  expect(ended.err).toContain(`127.0.0.1:${port}\n  found:  the port is in use\n  wanted: a free port\n  do:     Stop`);
});

test.each([
  [{ PORT: 'eighty' }, /PORT in the environment\n {2}found: +"eighty"/],
  [{ PORT: '0', HOST: '192.0.2.1' }, /--dev on 192\.0\.2\.1/],
])('the environment %j is honoured', async (env, message) => {
  const ended = await ran(['serve', ...DEV_JSON], folder({ 'pets.yaml': PETS }), env);
  expect(ended).toMatchObject({ code: 2, err: expect.stringMatching(message) });
});

test.each([
  ['absent.yaml', {}, /absent\.yaml\n {2}found: +no such file/],
  ['a.yaml', { 'a.yaml': 'openapi: [' }, /a\.yaml:\d+:\d+.*\n {2}found: +/],
  ['a.yaml', { 'a.yaml': 'title: canary\n' }, /a\.yaml\n {2}found: +an object with title.*\n {2}wanted: .*OpenAPI/],
  ['a.json', { 'a.json': '{"swagger":' }, /a\.json:\d+/],
])('the document %s of %j is told in one message, without a stack', async (document, files, message) => {
  const ended = await ran(['serve', document, '--upstream', 'https://a.example'], folder(files), { PORT: '0' });
  expect(ended).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) });
  expect(ended.err).not.toMatch(/^ +at /m);
});

test('an API that cannot be reached is a warning', async () => {
  const command = serve(folder({ 'pets.yaml': PETS }), DEV_JSON);
  await ready(command);
  await command.complained(
    /warning http:\/\/127\.0\.0\.1:1 \(upstream pets\) cannot be reached: nothing listens there/,
  );
});

test('without a document and without a config it says how to begin', async () => {
  const ended = await ran(['serve'], folder());
  expect(ended).toMatchObject({ code: 2, err: expect.stringMatching(/postern serve openapi\.yaml --upstream/) });
});

test('the second Ctrl-C does not wait', async () => {
  const command = serve(folder({ 'pets.yaml': PETS }), DEV_JSON);
  await ready(command);
  command.interrupt();
  command.interrupt();
  expect(command.exits).toEqual([130]);
  expect((await command.ended).code).toBe(0);
});

test('a credential comes by reference', async () => {
  await using api = await recorder();
  api.replyWith({ status: 200, contentType: 'application/json', body: '{}' });
  const args = ['pets.yaml', '--upstream', api.url, '--upstream-auth', 'env:PETS_TOKEN', '--dev', '--json'];
  const command = serve(folder({ 'pets.yaml': PETS }), args, { PORT: '0', PETS_TOKEN: 'canary-token' });
  const { mcp, key } = await ready(command);
  await rpc(mcp, key, 'tools/call', { name: 'get_pet', arguments: { id: '7' } });
  expect(JSON.stringify(api.taken())).toContain('Bearer canary-token');
  const typed = await ran(['serve', 'pets.yaml', '--upstream-auth', 'canary-typed'], folder({ 'pets.yaml': PETS }));
  expect(typed).toMatchObject({ code: 2, err: expect.stringMatching(/--upstream-auth\n {2}found: +a literal/) });
  expect(typed.err).not.toMatch(/canary/);
});
