/**
 * What an operator checks before accounts of customers are connected: a server that runs, Acme's own OAuth server, and
 * a client in the middle of a conversation when every token ends. It notices nothing.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../../src/lib/clock.ts';
import { openSetting, type Setting } from '../connections/setting.ts';
import { DOCUMENT, OPEN_TOOLS } from '../credentials/api.ts';
import { type Program, startProgram } from '../servers/program.ts';
import { makeLink } from './links.ts';
import { plainClient } from './plain-client.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const CLIENT_SECRET = 'the-secret-of-the-client-at-acme';

let folder: string;
let setting: Setting;
let server: Program;
let client: Client;
/** Who has a link of the account. */
let byLink: ReturnType<typeof plainClient>;
/** What was opened, to be closed in turn, the last first. */
let open: (() => Promise<unknown>)[];

/** Starts it as an operator does, and connects the tenant's account by the command. */
async function start(rotates: boolean): Promise<void> {
  setting = await openSetting({ clock: systemClock, clientSecret: CLIENT_SECRET, rotates });
  open.push(() => setting.close());
  await writeFile(join(folder, 'api.json'), JSON.stringify(DOCUMENT));
  const oauth = {
    ...{ tokenEndpoint: `${setting.endpoint.url}/oauth/token`, clientId: 'postern' },
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    clientSecret: '${file:./client-secret}',
  };
  const credential = { from: 'connection', oauth };
  const upstreams = { api: { openapi: './api.json', baseUrl: setting.api.url, credential, ...OPEN_TOOLS } };
  await writeFile(join(folder, 'postern.yaml'), JSON.stringify({ upstreams, auth: { links: { enabled: true } } }));
  await writeFile(join(folder, 'client-secret'), CLIENT_SECRET);
  const args = ['serve', '--dev', '--dev-tenant', 'acme', '--json', '--port', '0'];
  server = await startProgram(process.execPath, [MAIN, ...args], { ready: /^{"mcp".*\n/m, cwd: folder });
  open.push(() => server.stop());
  const argv = ['connections', 'create', '--tenant', 'acme', '--upstream', 'api', '--name', 'main', '--kind', 'oauth2'];
  const command = spawn(process.execPath, [MAIN, ...argv], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
  command.stdin.end(JSON.stringify({ refreshToken: setting.oauth.consent('acme') }));
  const id = (await text(command.stdout)).trim();
  const { path } = await makeLink(folder, ['--connection', id]);
  const [line = ''] = server
    .log()
    .split('\n')
    .filter((each) => each.startsWith('{"mcp"'));
  const { mcp, key } = JSON.parse(line) as { readonly mcp: string; readonly key: string };
  byLink = plainClient({ mcp: new URL(path, mcp).href });
  client = new Client({ name: 'production', version: '1' });
  open.push(() => client.close());
  await client.connect(
    new StreamableHTTPClientTransport(new URL(mcp), { requestInit: { headers: { authorization: `Bearer ${key}` } } }),
  );
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'production-'));
  open = [() => rm(folder, { recursive: true, force: true })];
});
afterEach(async () => {
  for (const close of open.reverse()) await close();
});

const called = async () => {
  const { isError, structuredContent } = await client.callTool({ name: 'me', arguments: {} });
  return isError === true ? structuredContent : 'ok';
};

test.each([
  ['that stays', false],
  ['that is good once', true],
])(
  'tokens end in mid-conversation: the same call succeeds, with one refresh by a refresh token %s',
  async (_, rotates) => {
    await start(rotates);
    expect([await called(), setting.oauth.issued()]).toEqual(['ok', 1]);
    for (const issued of [2, 3, 4]) {
      setting.oauth.expireAll();
      const answers = await Promise.all(Array.from({ length: 20 }, called));
      expect([new Set(answers), setting.oauth.issued()]).toEqual([new Set(['ok']), issued]);
      expect((await byLink.call('me', {})).body.result.structuredContent).toEqual({ organization: 'acme' });
    }
    // And where it cannot be: the caller is told, and the conversation goes on.
    setting.oauth.revoke('acme');
    setting.oauth.expireAll();
    expect(await called()).toMatchObject({ error: { code: 'needs_reauth' } });
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('me');
    expect(server.log()).not.toContain(CLIENT_SECRET);
  },
);
