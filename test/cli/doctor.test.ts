import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recorder } from '../e2e/recorder.ts';
import { PETS } from './fixtures.ts';
import { folder, ran } from './terminal.ts';

interface Report {
  readonly ok: boolean;
  readonly checks: readonly { readonly check: string; readonly status: string; readonly message: string }[];
}

async function doctor(cwd: string, args: readonly string[], env: { readonly [name: string]: string } = {}) {
  const { code, out } = await ran(['doctor', ...args, '--json'], cwd, env);
  const report = JSON.parse(out) as Report;
  const statusOf = (name: string) => report.checks.find(({ check }) => check === name)?.status;
  return { code, report, statusOf };
}

test('all is well: every check says so, and the exit code too', async () => {
  await using api = await recorder();
  api.replyWith({ status: 503 });
  const config = 'server: { port: 0 }\n';
  const cwd = folder({ 'pets.yaml': PETS, 'postern.yaml': config });
  const { code, report } = await doctor(cwd, ['pets.yaml', '--upstream', api.url]);
  expect(report.checks.map(({ check, status }) => `${status} ${check}`)).toEqual([
    'ok node',
    'ok config',
    'ok secrets',
    'ok database',
    'ok port',
    'ok document of pets',
    'ok upstream pets',
    'ok clock',
  ]);
  expect({ code, ok: report.ok }).toEqual({ code: 0, ok: true });
});

test('an API that does not answer fails, with 1', async () => {
  const cwd = folder({ 'pets.yaml': PETS });
  const { code, report, statusOf } = await doctor(cwd, ['pets.yaml', '--upstream', 'http://127.0.0.1:1']);
  expect({ code, ok: report.ok, upstream: statusOf('upstream pets') }).toEqual({
    code: 1,
    ok: false,
    upstream: 'fail',
  });
  expect(report.checks.find(({ check }) => check === 'upstream pets')?.message).toMatch(/ECONNREFUSED/);
});

test('every problem of a config is told, never the value of a secret', async () => {
  const config = 'server: { port: x }\nsecrets: { master: canary }\n';
  const { code, report } = await doctor(folder({ 'postern.yaml': config }), []);
  expect(code).toBe(1);
  const message = report.checks.find(({ check }) => check === 'config')?.message ?? '';
  expect(message).toMatch(/postern\.yaml:1 server\.port[\s\S]*postern\.yaml:2 secrets\.master/);
  expect(message).not.toMatch(/canary/);
});

test('secrets that others can read are a warning', async () => {
  const cwd = folder();
  await ran(['keys', 'create', '--tenant', 'a', '--name', 'b'], cwd);
  chmodSync(join(cwd, '.postern/master-secret'), 0o644);
  const { statusOf } = await doctor(cwd, []);
  expect(statusOf('secrets')).toBe('warn');
});

test('a file that is no database fails', async () => {
  const { code, statusOf } = await doctor(folder({ '.postern/postern.db': 'this is no database, by far' }), []);
  expect({ code, database: statusOf('database') }).toEqual({ code: 1, database: 'fail' });
});

test('a document that is none fails', async () => {
  const cwd = folder({ 'pets.yaml': 'title: nothing' });
  const { code, statusOf } = await doctor(cwd, ['pets.yaml', '--upstream', 'http://127.0.0.1:1']);
  expect({ code, document: statusOf('document of pets') }).toEqual({ code: 1, document: 'fail' });
});

test('a certificate that is not there fails, by its place in the config', async () => {
  const config =
    'upstreams: { pets: { openapi: ./pets.yaml, baseUrl: "http://127.0.0.1:1", tls: { ca: ./absent.pem } } }';
  const { code, report } = await doctor(folder({ 'pets.yaml': PETS, 'postern.yaml': config }), []);
  expect(code).toBe(1);
  const found = report.checks.find(({ check }) => check === 'upstream pets');
  expect(found?.message).toMatch(/upstreams\.pets\.tls\.ca\n {2}found: .*absent\.pem, which cannot be read \(ENOENT\)/);
});
