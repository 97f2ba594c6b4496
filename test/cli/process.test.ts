import { expect, test } from 'vitest';
import { firstLine, postern } from './child.ts';
import { PETS } from './fixtures.ts';
import { folder } from './terminal.ts';

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
