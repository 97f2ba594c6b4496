/** What an operator checks before links are given away: `npm start`, a minute of life, and nothing left behind. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Example, startExample } from '../interop/example.ts';
import { rowsWith } from '../links/rows.ts';
import { makeLink } from './links.ts';
import { plainClient } from './plain-client.ts';

const HOOK = new URL('./later.hook.ts', import.meta.url).href;

let folder: string;
let example: Example;

const start = (port: number) =>
  startExample(folder, port, { NODE_OPTIONS: `--import ${HOOK}` }, (config) =>
    config.replace(/^auth:$/m, 'auth:\n  links: { enabled: true }'),
  );
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'production-'));
  example = await start(0);
});
afterAll(async () => {
  await example.stop();
  await rm(folder, { recursive: true, force: true });
});

test('a link is good for its minute, 401 after it, and no trace of it is left but its id', async () => {
  const { id, path, token } = await makeLink(folder, ['--expires', '1m']);
  const client = plainClient({ mcp: new URL(path, example.mcp).href });
  const calls = [
    await client.call('list_tickets', { limit: 1 }),
    await client.call('get_ticket', { ticketId: 'T-1018' }),
  ];
  expect(calls.map(({ status, body }) => [status, body.result.isError === true])).toEqual([
    [200, false],
    [200, false],
  ]);
  const file = join(folder, '.postern', 'postern.db');
  await expect.poll(() => rowsWith(file, [id, token])).toEqual({ links: 1, calls: 2, audit: 1 });

  process.kill(example.pid, 'SIGUSR2');
  const refused = async () => {
    const { status, headers, body } = await client.ask('tools/list', {});
    return [status, body.code, headers.get('www-authenticate')];
  };
  const wanted = [401, 'link_invalid', expect.not.stringContaining('resource_metadata')];
  await expect.poll(refused).toEqual(wanted);
  // What is left is the audit trail of its making and its end, and its id in the log of calls.
  await expect.poll(() => rowsWith(file, [id, token])).toEqual({ calls: 2, audit: 2 });

  const { port } = new URL(example.mcp);
  await example.stop();
  const state = join(folder, '.postern');
  for (const name of readdirSync(state)) {
    expect([name, readFileSync(join(state, name)).includes(token.slice('pstl_'.length))]).toEqual([name, false]);
  }
  expect(example.log()).not.toContain(token.slice('pstl_'.length));
  example = await start(Number(port));
  expect(await refused()).toEqual(wanted);
});
