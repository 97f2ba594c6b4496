import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { serveStdio } from '../../src/adapters/stdio.ts';
import { PETS } from '../cli/fixtures.ts';
import { folder } from '../cli/terminal.ts';
import { modernBody, openDoor } from './door.ts';

const CLI = new URL('../../src/cli/main.ts', import.meta.url).pathname;

const ping = (id: unknown) => `${JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' })}\n`;

/** What is written to the output for this input, when the input has ended. */
async function answered(...input: readonly (string | Buffer)[]): Promise<readonly Record<string, unknown>[]> {
  await using door = await openDoor({
    config: { limits: { bodyBytes: 4096 } },
    tools: [
      { name: 'echo', description: 'Echoes.', input: { type: 'object' }, run: (args) => ({ args }) },
      { name: 'fail', description: 'Fails.', run: () => Promise.reject(new Error('INSIDE at /srv/app.ts:1:2')) },
      {
        name: 'later',
        description: 'Answers when all that was written is read.',
        run: () => new Promise((resolve) => setImmediate(resolve, 'now')),
      },
    ],
  });
  const [from, to] = [new PassThrough(), new PassThrough()];
  const { closed } = serveStdio(door.postern, { input: from, output: to });
  for (const piece of input) from.write(piece);
  from.end();
  await closed;
  const text = String(to.read() ?? '');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  expect(text).not.toMatch(/INSIDE|\.ts:\d/);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

const codeOf = (message: Record<string, unknown> | undefined) => (message?.['error'] as { code: number })?.code;

test.each<[string, string | Buffer, number]>([
  ['no JSON', 'hello\n', -32700],
  ['half a message', '{"jsonrpc":"2.0",\n', -32700],
  ['bytes that are no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]), -32700],
  ['a line too long', `${'x'.repeat(200_000)}\n`, -32600],
  ['a line too long without an end', 'x'.repeat(200_000), -32600],
  ['brackets without end', `${'['.repeat(4000)}\n`, -32600],
  ['no message', '{"a":1}\n', -32600],
  ['a message of HTTP', 'GET / HTTP/1.1\r\n', -32700],
  ['an empty batch', '[]\n', -32600],
  ['an unknown method', '{"jsonrpc":"2.0","id":1,"method":"__proto__"}\n', -32601],
])('security case 112: a line with %s gets one error, and the next line is served', async (_, line, code) => {
  const ends = String(line).endsWith('\n');
  const messages = await answered(ping('before'), line, ends ? ping('after') : '');
  expect(messages.map(codeOf).filter((each) => each !== undefined)).toEqual([code]);
  expect(messages.map(({ id }) => id)).toContain('before');
  if (ends) expect(messages.map(({ id }) => id)).toContain('after');
});

test('lines may come in any pieces, with any ends, and ids in any order', async () => {
  const text = `${ping(1)}\r\n\n${ping('1').replace('\n', '\r\n')}${ping('💥')}${ping(0)}`;
  const bytes = Buffer.from(text);
  const messages = await answered(...Array.from(bytes, (byte) => Buffer.from([byte])));
  expect(messages.map(({ id }) => id)).toEqual([1, '1', '💥', 0]);
});

test('requests that run under one id are one, and do not pass what may run at once', async () => {
  const call = (id: number) =>
    `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'later' } })}\n`;
  const messages = await answered(call(7).repeat(3), call(8));
  expect(
    messages
      .filter(({ id }) => id === 7)
      .map(codeOf)
      .sort(),
  ).toEqual([-32600, -32600, undefined]);
  expect(messages.filter(({ id }) => id === 8).map(codeOf)).toEqual([undefined]);
}); // prettier-ignore

test('subscriptions under one id are one', async () => {
  const listen = `${JSON.stringify(modernBody('subscriptions/listen', { notifications: { toolsListChanged: true } }, 5))}\n`;
  const messages = await answered(listen.repeat(3));
  expect(messages.map(codeOf).filter((code) => code !== undefined)).toEqual([-32600, -32600]);
});

test('a tool that breaks is an internal error without its words', async () => {
  const params = { name: 'fail', arguments: {} };
  const [message] = await answered(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })}\n`);
  expect(JSON.stringify(message)).toContain('"code":"internal"');
});

test('nothing but messages reaches stdout, the log and all trouble go to stderr, and the end of input is the end', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const child = spawn(process.execPath, [CLI, 'stdio', 'pets.yaml', '--upstream', 'http://127.0.0.1:1'], { cwd });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const params = { name: 'get_pet', arguments: { id: '7' } };
  child.stdin.end(`nonsense\n${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })}\n`);
  const [code] = await once(child, 'close');
  expect(code).toBe(0);
  const messages = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(messages.map(({ jsonrpc, id }) => [jsonrpc, id])).toEqual([
    ['2.0', null],
    ['2.0', 1],
  ]);
  expect(JSON.stringify(messages)).not.toMatch(/127\.0\.0\.1|ECONNREFUSED/);
  expect(err).not.toMatch(/\n {4}at /);
  rmSync(cwd, { recursive: true });
}); // prettier-ignore

test('a reader that is gone is the end, too', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const child = spawn(process.execPath, [CLI, 'stdio', 'pets.yaml', '--upstream', 'http://127.0.0.1:1'], { cwd });
  child.stdin.on('error', () => undefined);
  child.stdout.destroy();
  const gone = once(child, 'exit');
  const write = (): void => {
    if (child.exitCode === null && child.stdin.writable) child.stdin.write(ping(1), () => setImmediate(write));
  };
  write();
  const [code, signal] = await gone;
  expect([code, signal]).toEqual([0, null]);
  rmSync(cwd, { recursive: true });
});
