import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/server/config/load.ts';
import { StartError } from '../../src/server/config/problem.ts';

function folder(files: { readonly [name: string]: string }): string {
  const dir = mkdtempSync(join(tmpdir(), 'postern-config-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, name), content);
  return dir;
}

async function problemsOf(files: { readonly [name: string]: string }, env: { [name: string]: string } = {}) {
  const thrown = await loadConfig(undefined, { cwd: folder(files), env }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof StartError)) throw new Error(`expected a StartError, got ${inspect(thrown)}`);
  return thrown.problems;
}

test('without a file, every default applies', async () => {
  const { config, file } = await loadConfig(undefined, { cwd: folder({}), env: {} });
  expect(file).toBeUndefined();
  expect(config).toMatchObject({
    server: { host: '127.0.0.1', port: 8080, path: '/mcp' },
    limits: { bodyBytes: 4 * 1024 * 1024, jsonDepth: 64, headersTimeoutMs: 10_000, requestTimeoutMs: 30_000 },
    observe: { arguments: 'off' },
    store: { database: './.postern/postern.db', cache: 'memory' },
  });
});

test('every problem is told at once, each with its line', async () => {
  const problems = await problemsOf({
    'postern.yaml': [
      'server:',
      '  prot: 80',
      '  port: eighty',
      'upstreams:',
      '  acme:',
      '    openapi: ./acme.yaml',
      '    tools:',
      '      scopes:',
      '        - { method: [GET], require: read }',
      '      include:',
      '        - tag: a',
      '        - tga: b',
      '    bind: {}',
      'observe:',
      '  otlp: {}',
    ].join('\n'),
  });
  expect(problems.map((problem) => problem.where)).toEqual([
    'postern.yaml:2 server.prot',
    'postern.yaml:3 server.port',
    'postern.yaml:9 upstreams.acme.tools.scopes[0].require',
    'postern.yaml:12 upstreams.acme.tools.include[1].tga',
    'postern.yaml:13 upstreams.acme.bind',
    'postern.yaml:15 observe.otlp',
  ]);
  expect(problems[1]).toMatchObject({ found: '"eighty"', wanted: 'a whole number of the TCP port, from 0 to 65535' });
  expect(problems[0]?.wanted).toMatch(/^`port`, perhaps/);
  expect(problems[5]?.wanted).toMatch(/later version/);
});

test('a secret comes by reference, and never prints', async () => {
  const yaml = [
    'upstreams:',
    '  acme:',
    '    openapi: ./acme.yaml',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    '    credential: { from: static, bearer: "${env:ACME_TOKEN}" }',
    'secrets:',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
    '  master: ${file:master.txt}',
  ].join('\n');
  const files = { 'postern.yaml': yaml, 'master.txt': 'canary-master-0123456789abcdefghij\n' };
  const { config } = await loadConfig(undefined, { cwd: folder(files), env: { ACME_TOKEN: 'canary-token' } });
  expect(config.secrets.master?.reveal()).toBe('canary-master-0123456789abcdefghij');
  expect(inspect(config, { depth: 9 }) + JSON.stringify(config)).not.toMatch(/canary/);
});

test('a literal secret is refused and not repeated, wherever it was put', async () => {
  const problems = await problemsOf({
    'postern.yaml': [
      'upstreams:',
      '  acme:',
      '    openapi: ./acme.yaml',
      '    credential: { from: static, bearer: canary-1 }',
      '    headers: { Authorization: canary-2 }',
      '  other:',
      '    openapi: ./acme.yaml',
      '    credential: canary-3',
      'secrets: { master: canary-4 }',
      'store: { database: "postgres://user:canary-5@db/postern", cache: "redis://:canary-6@cache" }',
    ].join('\n'),
  });
  expect(problems).toHaveLength(6);
  expect(JSON.stringify(problems)).not.toMatch(/canary/);
  expect(problems[0]?.wanted).toMatch(/a reference, \$\{env:NAME\} or \$\{file:PATH\}/);
});

test('a reference that leads nowhere is told once, by name', async () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled
  const yaml = 'server: { url: "${env:PUBLIC_URL}" }\nsecrets: { master: "${file:absent.txt}" }\n';
  const problems = await problemsOf({ 'postern.yaml': yaml });
  expect(problems.map(({ where }) => where)).toEqual(['postern.yaml:1 server.url', 'postern.yaml:2 secrets.master']);
  expect(problems[0]?.found).toBe('the environment variable PUBLIC_URL is not set');
  expect(problems[1]?.found).toMatch(/absent\.txt cannot be read \(ENOENT\)/);
});

test('broken YAML is told by line and column, without quoting it', async () => {
  const [problem] = await problemsOf({ 'postern.yaml': 'server:\n  name: canary\n name: x\n' });
  expect(problem?.where).toMatch(/^postern\.yaml:3:\d+$/);
  expect(JSON.stringify(problem)).not.toMatch(/canary/);
});

test('a config in TypeScript is the same config', async () => {
  const source = "export default { server: { name: 'acme', port: 0 } satisfies { name: string; port: number } };\n";
  const { config } = await loadConfig(undefined, { cwd: folder({ 'postern.config.ts': source }), env: {} });
  expect(config.server).toMatchObject({ name: 'acme', port: 0 });
});

test('of two configs in one folder, neither is guessed', async () => {
  const [problem] = await problemsOf({ 'postern.yaml': '', 'postern.config.js': 'export default {};' });
  expect(problem).toMatchObject({ found: 'postern.yaml and postern.config.js', fix: 'Say which with --config FILE.' });
});

test('a file that was asked for must be there', async () => {
  await expect(loadConfig('other.yaml', { cwd: folder({}), env: {} })).rejects.toThrow(
    /other\.yaml[\s\S]*no such file/,
  );
});
