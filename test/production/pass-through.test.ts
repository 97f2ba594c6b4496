/** What customers ask before they send anything through: that nothing of it stays. `npm start`, and all that it writes. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Example, startExample } from '../interop/example.ts';
import { modernBody, modernHeaders } from '../security/door.ts';
import { REDIS, redisServer } from '../servers/redis.ts';
import { plainClient } from './plain-client.ts';

const SESSION = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };

let folder: string;
let canary: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'production-'));
  canary = `body${randomBytes(12).toString('hex')}`;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const start = (section: string, env: { readonly [variable: string]: string } = {}) =>
  startExample(folder, 0, env, (config) => `${config}\n${section}\n`);

/** Calls with the canary in what is sent and in what comes back, in every way there is. */
async function converse({ mcp, key }: Example): Promise<void> {
  const client = plainClient({ mcp, key });
  const created = await client.call('create_ticket', {
    body: { subject: `Broken ${canary}`, requester: `${canary}@example.com` },
  });
  expect(JSON.stringify(created.body)).toContain(canary);
  const listed = await client.call('list_tickets', { limit: 1 });
  expect(JSON.stringify(listed.body)).toContain(canary);
  const { nextCursor } = listed.body.result.structuredContent;
  expect((await client.call('list_tickets', { limit: 1, cursor: nextCursor })).status).toBe(200);
  // Failures: of the arguments, of the API, and of the protocol.
  await client.call('list_tickets', { status: canary });
  await client.call('create_refund', { body: { charge: canary } });
  await client.call('get_ticket', { ticketId: canary });
  await client.ask('tools/call', { name: 'get_ticket', arguments: [canary] });
  await client.ask('tools/call', { name: 'list_tickets', arguments: { limit: 1, cursor: canary } });
  const post = (body: string, headers: object = {}) =>
    fetch(mcp, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
      body,
    });
  await post(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"${canary}`);
  const params = { name: 'list_tickets', arguments: { limit: 2 } };
  const modern = await post(JSON.stringify(modernBody('tools/call', params)), modernHeaders('tools/call', params));
  expect(await modern.text()).toContain(canary);
  const both = { accept: 'application/json, text/event-stream' };
  const opened = await post(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: SESSION }), both);
  const session = opened.headers.get('mcp-session-id');
  const within = session === null ? both : { ...both, 'mcp-session-id': session };
  const legacy = await post(JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'tools/call', params }), within);
  expect(await legacy.text()).toContain(canary);
}

/** The files of the data folder that hold a text, but for those of the API behind. */
function filesWith(text: string): string[] {
  const state = join(folder, '.postern');
  const ours = readdirSync(state, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.startsWith('acme.db'),
  );
  expect(ours.map(({ name }) => name)).toContain('postern.db');
  return ours
    .filter((entry) => readFileSync(join(entry.parentPath, entry.name)).includes(text))
    .map(({ name }) => name);
}

describe('what is sent through', () => {
  test.each([
    ['by default', ''],
    ['with the shapes of arguments', 'observe: { arguments: shapes }'],
    ['with everything in the log', 'observe: { log: debug }'],
  ])('is written nowhere: no database, no log, no file, %s', async (_, section) => {
    const example = await start(section);
    await converse(example);
    await example.stop();
    expect(filesWith(canary)).toEqual([]);
    expect(example.log()).toContain('"msg":"request"');
    expect(example.log()).not.toContain(canary);
  });

  test('is written where the operator says so, and what comes back is not', async () => {
    const example = await start('observe: { arguments: whole }');
    await converse(example);
    const answer = await plainClient(example).call('list_tickets', { limit: 3 });
    await example.stop();
    expect(filesWith(canary)).toEqual([expect.stringMatching(/^postern\.db/)]);
    expect(example.log()).not.toContain(canary);
    const { id } = answer.body.result.structuredContent.items[0];
    expect(filesWith(id)).toEqual([]);
  });

  test.skipIf(REDIS === undefined)('is not told to Redis, in plain or at all', async () => {
    const redis = await redisServer();
    const watcher = await new Redis(redis.url).monitor();
    const commands: string[] = [];
    watcher.on('monitor', (_time, args: readonly string[]) => commands.push(args.join(' ')));
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    const example = await start('store: { cache: "${env:CACHE}" }', { CACHE: redis.url });
    try {
      await converse(example);
    } finally {
      await example.stop();
    }
    watcher.disconnect();
    await redis.stop();
    expect(commands.length).toBeGreaterThan(0);
    expect(commands.filter((command) => command.includes(canary))).toEqual([]);
    expect(filesWith(canary)).toEqual([]);
  });
});
