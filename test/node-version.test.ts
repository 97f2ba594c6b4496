import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { run } from './run.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as {
  engines: { node: string };
  devDependencies: { [name: string]: string };
  allowScripts: { [name: string]: boolean };
};

describe('the project brings its own Node', () => {
  test('as a development dependency whose install script may run', () => {
    expect(manifest.devDependencies['node']).toMatch(/^24\./);
    expect(manifest.allowScripts).toMatchObject({ node: true });
  });

  test.each(['start', 'test', 'postern'])('and `npm run %s` runs on it, whatever the machine has', async (script) => {
    // In the place of the shell that would run the script: one that says which Node the script would meet.
    const folder = await mkdtemp(join(tmpdir(), 'postern-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const shell = join(folder, 'shell');
    await writeFile(shell, '#!/bin/sh\nnode --print process.version\n', { mode: 0o700 });
    const args = ['run', '--silent', `--script-shell=${shell}`, script];
    const { out } = await run('npm', args, { cwd: root, env: machine(), timeout: 15_000 });
    expect(out.trim()).toBe(`v${manifest.devDependencies['node']}`);
  });

  test('this suite included', () => {
    expect(process.version).toBe(`v${manifest.devDependencies['node']}`);
  });
});

/** The environment without what the npm script around this suite put into it. */
function machine(): NodeJS.ProcessEnv {
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'));
  return { ...process.env, PATH: path.join(delimiter) };
}
