import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PETS } from './fixtures.ts';
import { folder, ran, started } from './terminal.ts';

const PAGE = new URL('../../docs/cli.md', import.meta.url);
const BLOCK = /```console\n\$ postern (.*)\n([\s\S]*?)```/g;

const WRONG = `server:
  prot: 8080
upstreams:
  pets:
    openapi: ./pets.yaml
    timeoutMs: 30s
    credential: { from: static, bearer: sk_live_51H }
`;

/** The commands of the page are run in this folder, one after the other. */
const cwd = folder({ 'pets.yaml': PETS, 'wrong.yaml': WRONG });
/** Every look at the clock is a millisecond later than the one before, so that keys have an order. */
let now = Date.UTC(2026, 10, 21, 12);
const api = createServer((_request, response) => {
  response.writeHead(404, { date: new Date(now).toUTCString() }).end();
});
let apiPort = 0;
let lastKey = '';

beforeAll(async () => {
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  apiPort = (api.address() as AddressInfo).port;
});
afterAll(() => api.close());

/** What differs from run to run, as the page has it. */
function settled(text: string): string {
  return text
    .replaceAll(`127.0.0.1:${apiPort}`, '127.0.0.1:3000')
    .replaceAll(/127\.0\.0\.1:(?!3000\b)\d+/g, '127.0.0.1:8080')
    .replaceAll('ok    port: any free one', 'ok    port: 127.0.0.1:8080 is free')
    .replaceAll(cwd, '/home/you/pets')
    .replaceAll(/pstn_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}/g, `pstn_0a1B2c3D4e5F_${'x'.repeat(43)}_6gH7iJ`)
    .replaceAll(/key_[0-9A-Za-z]{12}/g, 'key_0a1B2c3D4e5F')
    .replaceAll(/node: 2\d\.\d+\.\d+/g, 'node: 24.21.0')
    .replaceAll(/"pid":\d+/g, '"pid":4711')
    .replaceAll(/2026-11-21T12:\d\d:\d\d\.\d{3}Z/g, '2026-11-21T12:00:00.000Z')
    .replaceAll(/before \d+\.aud_\w+/g, 'before 1795262400000.aud_01kanqr3c0000h4x9m2c5b8d1f6e')
    .replaceAll(/postern\.db: \d+ keys, \d+ calls/g, 'postern.db: 2 keys, 0 calls');
}

function argumentsOf(line: string): string[] {
  return line.replace('127.0.0.1:3000', `127.0.0.1:${apiPort}`).replace('key_ID', lastKey).split(' ');
}

/** What a command prints; one that goes on is stopped once it is ready. */
async function output(line: string): Promise<string> {
  const argv = argumentsOf(line);
  const command = started(argv, cwd, { PORT: '0' }, () => now++);
  const ready = argv[0] === 'serve' ? command.said(argv.includes('--json') ? /\n/ : /Ctrl-C stops it/) : undefined;
  await Promise.race([ready?.catch(() => undefined), command.ended]);
  command.interrupt();
  const { code, out, err } = await command.ended;
  if (argv[0] === 'keys') {
    const listed = await ran(['keys', 'list', '--json'], cwd);
    lastKey = (JSON.parse(listed.out) as { id: string }[])[0]?.id ?? '';
  }
  return settled(code === 0 && argv[0] === 'serve' ? out : out + err);
}

test('the page shows what the commands print', async () => {
  const page = readFileSync(PAGE, 'utf8');
  const blocks = [...page.matchAll(BLOCK)];
  expect(blocks.length).toBeGreaterThan(10);
  let printed = page;
  for (const [block, line = ''] of blocks) {
    printed = printed.replace(block, () => `\`\`\`console\n$ postern ${line}\n`.concat('OUTPUT```'));
    const text = await output(line);
    printed = printed.replace('OUTPUT```', () => `${text}\`\`\``);
  }
  if (process.env['UPDATE_DOCS'] !== undefined) writeFileSync(PAGE, printed);
  else expect(printed).toBe(page);
});
