import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recorder } from '../e2e/recorder.ts';
import { npm } from '../prefix.ts';
import { run } from '../run.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DOCUMENT = fileURLToPath(new URL('fixtures/shop.yaml', import.meta.url));
const MODULES = new URL('fixtures/modules.js', import.meta.url).href;
const BIN = join(ROOT, 'bin/postern.js');

/** A folder that holds nothing but the packed and installed package. */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'postern-package-'));
  await npm(['pack', '--pack-destination', folder], ROOT);
  const tarball = (await readdir(folder)).find((file) => file.endsWith('.tgz')) ?? '';
  await writeFile(join(folder, 'package.json'), '{"private":true,"type":"module"}');
  await npm(['install', '--no-audit', '--no-fund', `./${tarball}`], folder);
}, 180_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

async function ready(child: ChildProcess, log: () => string): Promise<{ mcp: string; key: string; pid: number }> {
  if (child.stdout === null) throw new Error('no output');
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{')) return JSON.parse(line) as { mcp: string; key: string; pid: number };
  }
  throw new Error(`postern ended before it was ready:\n${log()}`);
}

describe('the package, installed', () => {
  test('carries what runs, and no sources or tests', async () => {
    const files = await readdir(join(folder, 'node_modules/postern'), { recursive: true });
    const wanted = ['bin/postern.js', 'dist/index.js', 'dist/index.d.ts', 'LICENSE', 'dist/licences/kysely.txt'];
    expect(files).toEqual(expect.arrayContaining(wanted));
    expect(files.filter((file) => /\.test\.|^(?:src|test|examples|bench)\//.test(file))).toEqual([]);
    expect(files.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
  });

  test('declares its types with those of packages that are installed with it', async () => {
    const home = join(folder, 'node_modules/postern');
    const { dependencies } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as {
      dependencies: { [name: string]: string };
    };
    const imported = new Set<string>();
    for (const file of await readdir(join(home, 'dist'), { recursive: true })) {
      if (!file.endsWith('.d.ts')) continue;
      const text = await readFile(join(home, 'dist', file), 'utf8');
      for (const [, specifier = ''] of text.matchAll(/(?:\bfrom |\bimport\()['"](\w[^'"]*|@[^'"]+)['"]/g)) {
        if (!specifier.startsWith('node:')) imported.add(/^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '');
      }
    }
    expect([...imported]).toEqual(expect.arrayContaining(['zod']));
    expect([...imported].filter((name) => !Object.hasOwn(dependencies, name))).toEqual([]);
  });

  test('is a library', async () => {
    await writeFile(
      join(folder, 'app.js'),
      `import { createPostern, tool } from 'postern';
       import { listen } from 'postern/node';
       import { serveStdio } from 'postern/stdio';
       if (typeof listen !== 'function' || typeof serveStdio !== 'function') throw new Error('a door is shut');
       const greet = tool({ name: 'greet', description: 'Greets.', run: () => 'Hello' });
       const postern = await createPostern({ server: { name: 'app', version: '1' }, auth: 'none', tools: [greet], observe: { log: 'silent' } });
       const body = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'greet', arguments: {} } };
       const request = new Request('http://localhost/mcp', {
         method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
       });
       console.log(await (await postern.fetch(request)).text());
       await postern.close();`,
    );
    const { out, errors } = await run(process.execPath, ['app.js'], { cwd: folder });
    expect(errors).toBe('');
    expect(JSON.parse(out)).toMatchObject({ result: { content: [{ type: 'text', text: 'Hello' }] } });
  });

  test('serves a document, and a client calls a tool', async () => {
    await using api = await recorder();
    api.replyWith({ status: 200, contentType: 'application/json', body: '{"id":"7","name":"Lamp"}' });
    await copyFile(DOCUMENT, join(folder, 'shop.yaml'));
    const args = [
      '--no-install',
      'postern',
      'serve',
      'shop.yaml',
      '--upstream',
      api.url,
      '--dev',
      '--json',
      '--port=0',
    ];
    const child = spawn('npx', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    const closed = once(child, 'close');
    let log = '';
    child.stderr.on('data', (chunk) => {
      log += String(chunk);
    });
    const { mcp, key, pid } = await ready(child, () => log);
    try {
      const client = new Client({ name: 'package-test', version: '1.0.0' });
      const headers = { authorization: `Bearer ${key}` };
      await client.connect(new StreamableHTTPClientTransport(new URL(mcp), { requestInit: { headers } }));
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toEqual(['list_items', 'get_item', 'create_order']);
      const result = await client.callTool({ name: 'get_item', arguments: { id: '7' } });
      expect(result.structuredContent).toEqual({ id: '7', name: 'Lamp' });
      expect(api.taken().map(({ method, target }) => `${method} ${target}`)).toEqual(['GET /items/7']);
      await client.close();
    } finally {
      process.kill(pid, 'SIGTERM');
      await closed;
    }
  }, 60_000);

  // How long a start takes is decided by how many files Node has to find and read: one by one they were 900, and took
  // 100 ms more. Half of what is left are files of zod's and pino's. Whoever comes to this limit has most likely
  // imported at the top of a file what only some starts need, or a package of many files.
  test('starts with few modules', async () => {
    await copyFile(DOCUMENT, join(folder, 'shop.yaml'));
    const bin = join(folder, 'node_modules/postern/bin/postern.js');
    const serve = ['serve', 'shop.yaml', '--upstream', 'http://127.0.0.1:9', '--dev', '--json', '--port=0'];
    const child = spawn(process.execPath, ['--import', MODULES, bin, ...serve], { cwd: folder });
    const closed = once(child, 'close');
    let log = '';
    child.stderr.on('data', (chunk) => {
      log += String(chunk);
    });
    await ready(child, () => log);
    child.kill('SIGTERM');
    await closed;
    const urls = JSON.parse(log.trimEnd().split('\n').at(-1) ?? '') as string[];
    expect(urls.filter((url) => url.includes('/postern/dist/'))).not.toEqual([]);
    expect(urls.length).toBeLessThan(300);
  });
});

describe('on a Node that is too old', () => {
  const refusal = (found: string) => new RegExp(`^[^\\n]*22\\.19[^\\n]*${found.replaceAll('.', '\\.')}[^\\n]*\\n$`);

  test('the command says in one line which version it needs', async () => {
    const pretend =
      "data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'20.20.2'}});" +
      "Object.defineProperty(process,'version',{value:'v20.20.2'})";
    const { code, out, errors } = await run(process.execPath, ['--import', pretend, BIN, '--version']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(errors).toMatch(refusal('20.20.2'));
  });

  test('and so it does on the Node this machine has, if that is one', async () => {
    const path = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'));
    const env = { ...process.env, PATH: path.join(delimiter) };
    const found = (await run('node', ['--print', 'process.versions.node'], { env })).out.trim();
    const { code, errors } = await run('node', [BIN, '--version'], { env });
    const [major = 0, minor = 0] = found.split('.').map(Number);
    const tooOld = major < 22 || (major === 22 && minor < 19);
    expect({ code, refused: refusal(found).test(errors) }).toEqual({ code: tooOld ? 2 : 0, refused: tooOld });
  });
});
