import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openSqlite } from '../../src/stores/sqlite.ts';
import { LoginStore, sdk2In, signIn } from '../oauth/sdk-clients.ts';
import { PETS } from './fixtures.ts';
import { folder, ran, type Started, started } from './terminal.ts';

const SDK = sdk2In('auto');
const running: Started[] = [];
afterEach(async () => {
  for (const command of running.splice(0)) {
    command.interrupt();
    await command.ended;
  }
});

async function json(cwd: string, ...args: string[]) {
  const { code, out, err } = await ran([...args, '--json'], cwd);
  expect(code, err).toBe(0);
  return JSON.parse(out);
}

async function eventsOf(cwd: string): Promise<string[]> {
  const { events } = await json(cwd, 'audit');
  return events.map(({ event, tenant, clientId }: { [name: string]: string }) => `${event} ${tenant ?? clientId}`);
}

test('a tenant is suspended and resumed, once each, and listed whether anything is known of it or not', async () => {
  const cwd = folder();
  expect((await ran(['tenants', 'list'], cwd)).out).toBe('No tenants.\n');
  await ran(['keys', 'create', '--tenant', 'acme', '--name', 'CI'], cwd);
  expect((await ran(['tenants', 'suspend', 'globex'], cwd)).out).toBe('Suspended globex.\n');
  expect((await ran(['tenants', 'suspend', 'globex'], cwd)).out).toBe('globex was suspended before.\n');
  expect((await ran(['tenants', 'list'], cwd)).out).toMatch(/^ID +SUSPENDED\nacme +-\nglobex +20\S+Z\n$/);
  expect(await json(cwd, 'tenants', 'list')).toEqual([
    { id: 'acme', suspendedAt: null },
    { id: 'globex', suspendedAt: expect.stringMatching(/^20/) },
  ]);
  expect(await json(cwd, 'tenants', 'resume', 'globex')).toEqual({ id: 'globex', suspended: false, changed: true });
  expect((await ran(['tenants', 'resume', 'globex'], cwd)).out).toBe('globex was not suspended.\n');
  expect(await eventsOf(cwd)).toEqual(['tenant_resumed globex', 'tenant_suspended globex', 'key_created acme']);
});

test('a client is suspended and resumed by its id, whatever it is', async () => {
  const cwd = folder();
  expect((await ran(['clients', 'list'], cwd)).out).toBe('No clients.\n');
  const id = 'https://client.example/metadata.json';
  expect((await ran(['clients', 'suspend', id], cwd)).out).toBe(`Suspended ${id}.\n`);
  expect((await ran(['clients', 'list'], cwd)).out).toMatch(/^ID +KIND +SUSPENDED\nhttps:\S+ +configured +20\S+Z\n$/);
  expect((await ran(['clients', 'resume', id], cwd)).out).toBe(`Resumed ${id}.\n`);
  expect(await eventsOf(cwd)).toEqual([`client_resumed ${id}`, `client_suspended ${id}`]);
});

test('a grant is listed and revoked, and its login ends at the server that runs', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const command = started(['serve', 'pets.yaml', '--upstream', 'http://127.0.0.1:1', '--dev', '--json'], cwd, {
    PORT: '0',
  });
  running.push(command);
  const { mcp } = JSON.parse((await command.said(/^.*\n/))[0]) as { mcp: string };
  const store = new LoginStore();
  await expect(SDK.connect(store, mcp)).rejects.toThrow();
  await SDK.finish(store, mcp, await signIn(store.sentTo[0] ?? new URL('about:blank')));
  const [grant, ...others] = await json(cwd, 'grants', 'list', '--tenant', 'acme');
  expect(others).toEqual([]);
  expect(grant).toMatchObject({ tenant: 'acme', user: 'user_ada', clientId: store.client?.client_id });
  expect(JSON.stringify(grant)).not.toMatch(/claims|idp|sealed/);
  expect(await json(cwd, 'grants', 'list', '--tenant', 'globex')).toEqual([]);
  const listed = async () =>
    (
      await fetch(mcp, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${store.current?.access_token}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      })
    ).status;
  expect(await listed()).toBe(200);
  expect((await ran(['grants', 'revoke', grant.id], cwd)).out).toBe(`Revoked ${grant.id}.\n`);
  await expect.poll(listed, { timeout: 10_000 }).toBe(401);
  expect((await ran(['grants', 'revoke', grant.id], cwd)).out).toBe(`${grant.id} had ended before.\n`);
  expect(await json(cwd, 'grants', 'list')).toEqual([]);
  expect((await ran(['grants', 'revoke', 'none'], cwd)).err).toMatch(/found: +no grant with that id/);
  const { events } = await json(cwd, 'audit', '--limit', '1');
  expect(events).toMatchObject([
    { event: 'grant_ended', actor: { kind: 'operator' }, detail: { grantId: grant.id, reason: 'revoked' } },
  ]);
});

test('a suspended tenant is refused over stdio, too, with the next message', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const command = started(['stdio', 'pets.yaml'], cwd);
  running.push(command);
  let id = 0;
  const ask = async (method: string): Promise<{ error?: { message: string } }> => {
    id++;
    command.input.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params: OPENING })}\n`);
    const [line] = await command.said(new RegExp(`^.*"id":${id}[,}].*$`, 'm'));
    return JSON.parse(line);
  };
  await ask('initialize');
  expect((await ask('tools/list')).error).toBeUndefined();
  const database = openSqlite({ file: `${cwd}/.postern/postern.db`, clock: systemClock });
  await database.migrate();
  await database.suspensions.add({ kind: 'tenant', id: 'local', at: systemClock.now() });
  await database.close();
  await expect.poll(async () => (await ask('tools/list')).error?.message, { timeout: 10_000 }).toMatch(/suspended/);
});

const OPENING = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
