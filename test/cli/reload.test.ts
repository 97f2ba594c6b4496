import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { PETS } from './fixtures.ts';
import { folder, type Started, started } from './terminal.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const CONFIG = `upstreams:
  pets: { openapi: ./pets.yaml, baseUrl: "http://127.0.0.1:1" }
`;
/** The same API with another operation in the place of \`create_pet\`. */
const OTHER_PETS = PETS.replace('create_pet', 'add_pet');

const running: Started[] = [];
afterEach(async () => {
  for (const command of running.splice(0)) {
    command.interrupt();
    await command.ended;
  }
});

function serve(cwd: string, ...args: string[]): Started {
  const command = started(['serve', '--json', ...args], cwd, { PORT: '0' });
  running.push(command);
  return command;
}

test('SIGHUP reloads, and how it went is said on stderr', async () => {
  const cwd = folder({ 'postern.yaml': CONFIG, 'pets.yaml': PETS });
  const command = serve(cwd);
  await command.said(/\n/);
  writeFileSync(join(cwd, 'pets.yaml'), OTHER_PETS);
  writeFileSync(join(cwd, 'postern.yaml'), `${CONFIG}limits: { connections: 7 }\n`);
  command.hangUp();
  await command.complained(/Reloaded: 1 tool added: add_pet; 1 tool removed: create_pet; other tools in \/mcp\.\n/);
  await command.complained(/warning changed, and taken up by the next start only: limits\.connections\n/);
});

test('what is wrong is said as at the start, once, and that nothing has changed', async () => {
  const cwd = folder({ 'postern.yaml': CONFIG, 'pets.yaml': PETS });
  const command = serve(cwd);
  await command.said(/\n/);
  writeFileSync(join(cwd, 'postern.yaml'), `${CONFIG}limtis: {}\n`);
  command.hangUp();
  await command.complained(/Not reloaded: what was served before is served on\.\n/);
  const [told] = (await command.complained(/error postern\.yaml[\s\S]*/)) ?? [];
  expect(told).toBe(`error postern.yaml:3 limtis
  found:  an unknown key, \`limtis\`
  wanted: \`limits\`, perhaps (of server, upstreams, toolsets, endpoints, auth, tenants, policies, store, quotas, limits, observe, webhooks, reload, secrets)
Not reloaded: what was served before is served on.
`);
});

test('with --dev a file that is saved is taken up, with --no-watch it is not', async () => {
  const [here, there] = [folder({ 'pets.yaml': PETS }), folder({ 'pets.yaml': PETS })];
  const args = ['pets.yaml', '--upstream', 'http://127.0.0.1:1', '--dev'];
  const watching = serve(here, ...args);
  const deaf = serve(there, ...args, '--no-watch');
  await Promise.all([watching.said(/\n/), deaf.said(/\n/)]);
  for (const cwd of [there, here]) {
    writeFileSync(join(cwd, 'pets.yaml~'), OTHER_PETS);
    renameSync(join(cwd, 'pets.yaml~'), join(cwd, 'pets.yaml'));
  }
  await watching.complained(/Reloaded: 1 tool added: add_pet/);
  expect(deaf.err()).not.toContain('Reloaded');
  deaf.hangUp();
  await deaf.complained(/Reloaded: 1 tool added: add_pet/);
});

test('a process that gets SIGHUP goes on with the new tools', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const args = ['serve', 'pets.yaml', '--upstream', 'http://127.0.0.1:1', '--dev', '--no-watch', '--json', '--port=0'];
  const child = spawn(process.execPath, [MAIN, ...args], { cwd });
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.err += chunk;
  });
  const ended = once(child, 'close');
  while (!text.out.includes('\n')) await once(child.stdout, 'data');
  const { mcp, key } = JSON.parse(text.out) as { mcp: string; key: string };
  writeFileSync(join(cwd, 'pets.yaml'), OTHER_PETS);
  child.kill('SIGHUP');
  while (!/"msg":"reloaded"/.test(text.err)) await once(child.stderr, 'data');
  const response = await fetch(mcp, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  const { result } = (await response.json()) as { result: { tools: { name: string }[] } };
  expect(result.tools.map(({ name }) => name)).toEqual(['get_pet', 'add_pet']);
  child.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
});
