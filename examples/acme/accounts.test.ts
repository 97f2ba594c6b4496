import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { codeOf } from '../../test/connections/codes.ts';
import { endWithUs } from '../../test/interop/process.ts';
import { createJar } from '../../test/oauth/login/jar.ts';
import { LoginStore, sdk2In, signIn } from '../../test/oauth/sdk-clients.ts';

const ACME = fileURLToPath(new URL('.', import.meta.url));
let folder: string;
let mcp: string;
let client: Client;
let stop: () => Promise<void>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'acme-accounts-'));
  for (const name of ['openapi.yaml', 'accounts.yaml']) await copyFile(join(ACME, name), join(folder, name));
  const env = { ...process.env, ACME_FOLDER: folder, PORT: '0' };
  const args = [join(ACME, 'start.ts'), '--accounts', '--json'];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  endWithUs(child);
  const closed = once(child, 'close');
  stop = async () => {
    child.kill('SIGINT');
    await closed;
  };
  const lines = createInterface({ input: child.stdout });
  const [line] = await once(lines, 'line');
  const ready = JSON.parse(line) as { mcp: string; key: string };
  mcp = ready.mcp;
  client = await connected(ready.key);
});

async function connected(credential: string): Promise<Client> {
  const requestInit = { headers: { authorization: `Bearer ${credential}` } };
  const made = new Client({ name: 'test', version: '0' }, { versionNegotiation: { mode: 'auto' } });
  await made.connect(new StreamableHTTPClientTransport(new URL(mcp), { requestInit }));
  return made;
}

afterAll(async () => {
  await client?.close();
  await stop?.();
  await rm(folder, { recursive: true });
});

const members = (of = client) => of.callTool({ name: 'list_members', arguments: {} });
const atAcme = (next: string) => next.includes('/oauth/authorize?');

it('has users connect accounts of their own, and nobody else in their place', async () => {
  const store = new LoginStore();
  const sdk = sdk2In('auto');
  await expect(sdk.connect(store, mcp)).rejects.toThrow();
  await sdk.finish(store, mcp, await signIn(store.sentTo[0] ?? new URL('about:blank'), 'user_ben'));
  const bens = await connected(store.current?.access_token ?? '');
  const { connectUrl } = Object((await members(bens)).structuredContent).error.details;
  for (const [user, status] of [
    ['user_ada', 403],
    ['user_ben', 0],
  ] as const) {
    const jar = createJar();
    const login = await jar.submit(await jar.open(connectUrl), { decision: 'connect' });
    const left = await jar.submit(login, { user }, atAcme);
    expect(left.status).toBe(status);
    if (status === 0) await jar.open(`${left.url}&organization=globex`);
  }
  expect((await members(bens)).structuredContent).toHaveProperty('items.0.name', 'Dana Whitfield');
  await bens.close();
});

it('says where an account is connected, and calls with it, whatever becomes of its token', async () => {
  const { structuredContent } = await members();
  const { code, details } = Object(structuredContent).error;
  expect(code).toBe('needs_connection');

  const jar = createJar();
  const left = await jar.submit(await jar.open(details.connectUrl), { decision: 'connect' }, atAcme);
  expect((await jar.open(left.url)).text).toContain('<h1>Acme</h1>');
  const end = await jar.open(`${left.url}&organization=acme`);
  const { error } = Object((await members()).structuredContent);
  expect(error).toMatchObject({ code: 'needs_connection', details: { argument: 'connection_code' } });
  const said = await client.callTool({ name: 'list_members', arguments: { connection_code: codeOf(end) } });
  expect(said.structuredContent).toMatchObject({ items: [{ name: 'Ada Moreau' }, {}, {}] });
  expect((await members()).structuredContent).toMatchObject({ items: [{ name: 'Ada Moreau' }, {}, {}] });

  const [url, secret] = await Promise.all(
    ['acme-url', 'acme-token'].map((name) => readFile(join(folder, '.postern', name), 'utf8')),
  );
  const authorization = `Basic ${btoa(`postern:${secret?.trim()}`)}`;
  const expired = await fetch(`${url}/oauth/expire`, { method: 'POST', headers: { authorization } });
  expect(expired.status).toBe(204);
  expect((await members()).structuredContent).toMatchObject({ items: [{ name: 'Ada Moreau' }, {}, {}] });
});
