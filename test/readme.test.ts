import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** Where the commands of the README are given: a folder with a document and nothing else. */
const folder = mkdtempSync(join(tmpdir(), 'postern-readme-'));
for (const file of ['openapi.yaml', 'postern.yaml']) cpSync(join(ROOT, 'examples/acme', file), join(folder, file));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Step {
  readonly command: string;
  readonly shown: string;
}

/** The commands of the `console` blocks in their order, each with the output shown under it. */
function steps(): Step[] {
  return [...README.matchAll(/```console\n(.*?)```/gs)]
    .flatMap(([, block = '']) => block.split(/^\$ /m).slice(1))
    .map((text) => {
      const [command = '', ...lines] = text.trimEnd().split('\n');
      return { command, shown: lines.join('\n') };
    });
}

/** What is shown, as a pattern: `…` stands for anything, on a line of its own for any number of lines. */
function pattern(shown: string): RegExp {
  const lines = shown.split('\n').map((line) =>
    line === '…'
      ? '(?:.*\\n)*?'
      : `${line
          .split('…')
          .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ +/g, ' +'))
          .join('.*')}\\s*\\n`,
  );
  return new RegExp(`^${lines.join('')}$`);
}

function start(command: string): ChildProcess {
  const main = join(ROOT, 'src/cli/main.ts');
  const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const isStart = command === 'npm ci && npm start';
  if (!isStart && words[0] !== 'postern')
    throw new Error(`The README shows a command that is not known here: ${command}`);
  const args = isStart ? [join(ROOT, 'examples/acme/start.ts')] : [main, ...words.slice(1)];
  const cwd = isStart ? folder : join(folder, 'own');
  const env = { ...process.env, ACME_FOLDER: folder, PORT: '0', NO_COLOR: '1' };
  return spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs a command to its end, or until it says how to end it. */
async function outputOf(command: string): Promise<string> {
  const child = start(command);
  const closed = once(child, 'close');
  let out = '';
  child.stdout?.on('data', (chunk) => {
    out += String(chunk);
    if (out.includes('Ctrl-C stops it.')) child.kill('SIGINT');
  });
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += String(chunk);
  });
  const [code] = await closed;
  if (code !== 0) throw new Error(`\`${command}\` ended with ${code}:\n${errors}`);
  return out.replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:8080');
}

describe('the README', () => {
  mkdirSync(join(folder, 'own'));
  cpSync(join(ROOT, 'test/package/fixtures/shop.yaml'), join(folder, 'own/openapi.yaml'));

  // One after the other, as a reader gives them: a key that was made is in the list.
  test.each(steps())(
    'shows what `$command` prints',
    async ({ command, shown }) => {
      expect(await outputOf(command)).toMatch(pattern(shown));
    },
    30_000,
  );

  test('shows a library that works', async () => {
    const code = /```ts\n(.*?)```/s.exec(README)?.[1] ?? '';
    const file = join(ROOT, `.cache/readme-${process.pid}.ts`);
    mkdirSync(join(ROOT, '.cache'), { recursive: true });
    const local = code.replace("'postern'", "'../src/index.ts'").replace("'postern/node'", "'../src/adapters/node.ts'");
    writeFileSync(file, local.replace('3000', '0'));
    const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_weather","arguments":{"city":"Oslo"}}}',
      });
      const { result } = (await response.json()) as { result: { structuredContent: unknown } };
      expect(result.structuredContent).toMatchObject({ city: 'Oslo', celsius: 21 });
    } finally {
      child.kill('SIGTERM');
      await once(child, 'close');
      rmSync(file);
    }
  });
});
