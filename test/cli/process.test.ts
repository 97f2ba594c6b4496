import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { PETS } from './fixtures.ts';
import { folder } from './terminal.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

interface Spawned {
  readonly child: ChildProcess;
  readonly text: { out: string; err: string };
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
}

/** The command as a process of its own, on pipes. */
function postern(argv: readonly string[], cwd: string, env: { readonly [name: string]: string } = {}): Spawned {
  const { NO_COLOR: _no, FORCE_COLOR: _force, HOST: _host, PORT: _port, ...inherited } = process.env;
  const child = spawn(process.execPath, [MAIN, ...argv], { cwd, env: { ...inherited, ...env } });
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.err += chunk;
  });
  return { child, text, ended: once(child, 'close').then(([code]) => ({ code: code as number | null, ...text })) };
}

async function firstLine({ child, text }: Spawned): Promise<string> {
  while (!text.out.includes('\n')) await once(child.stdout ?? child, 'data');
  return text.out;
}

test.each(['SIGTERM', 'SIGINT'] as const)('%s ends a server in order, with 0', async (signal) => {
  const cwd = folder({ 'pets.yaml': PETS });
  const server = postern(
    ['serve', 'pets.yaml', '--upstream', 'http://127.0.0.1:1', '--dev', '--json', '--port=0'],
    cwd,
  );
  const { pid } = JSON.parse(await firstLine(server)) as { pid: number };
  expect(pid).toBe(server.child.pid);
  process.kill(pid, signal);
  expect(await server.ended).toMatchObject({ code: 0 });
});

test('nothing that is written to a pipe has colours, unless they are asked for', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const ESCAPE = String.fromCharCode(27);
  const plain = await postern(['serve', 'absent.yaml'], cwd).ended;
  expect(plain).toMatchObject({ code: 2, err: expect.stringMatching(/^error .*absent\.yaml\n/) });
  expect(plain.err).not.toContain(ESCAPE);
  expect((await postern(['serve', 'absent.yaml'], cwd, { FORCE_COLOR: '1' }).ended).err).toContain(ESCAPE);
});

test('processes that all find no master secret agree on one', async () => {
  const cwd = folder();
  const make = () => postern(['keys', 'create', '--tenant', 'a', '--name', 'b', '--json'], cwd).ended;
  const made = await Promise.all([make(), make(), make()]);
  expect(made.map(({ code, err }) => ({ code, err }))).toEqual([1, 2, 3].map(() => ({ code: 0, err: '' })));
  const listed = await postern(['keys', 'list', '--json'], cwd).ended;
  expect(JSON.parse(listed.out)).toHaveLength(3);
});

test('a reader that has had enough is no error', async () => {
  const command = postern(['--help'], folder());
  command.child.stdout?.destroy();
  expect(await command.ended).toMatchObject({ code: 0, err: '' });
});

test.each([
  [['--version'], 0, /^\d+\.\d+\.\d+\n$/],
  [['help', 'serve'], 0, /Usage: postern serve/],
  [['keys'], 2, /^/],
  [[], 2, /^/],
  [['srve'], 2, /^/],
])('%j exits with %i', async (argv, code, out) => {
  expect(await postern(argv, folder()).ended).toMatchObject({ code, out: expect.stringMatching(out) });
});
