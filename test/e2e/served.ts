import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const CLI = new URL('../../src/cli/main.ts', import.meta.url).pathname;

/** A `postern serve` of its own process, as a user starts it. */
export interface Served extends AsyncDisposable {
  readonly url: URL;
  readonly key: string;
  /** What it has written to stderr. */
  log(): string;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

function readyLine(child: ChildProcess, log: () => string): Promise<{ mcp: string; key: string }> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`postern serve ended with ${code}:\n${log()}`)));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) resolve(JSON.parse(line));
    });
  });
}

/** Serves with `--dev --json --port 0` in an empty folder, which is removed in the end. */
export async function served(args: readonly string[], prepare?: (dir: string) => Promise<void>): Promise<Served> {
  const cwd = await mkdtemp(join(tmpdir(), 'postern-e2e-'));
  await prepare?.(cwd);
  const child = spawn(process.execPath, [CLI, 'serve', ...args, '--dev', '--json', '--port', '0'], { cwd });
  let written = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written += text;
  });
  const ready = await readyLine(child, () => written);
  return {
    url: new URL(ready.mcp),
    key: ready.key,
    log: () => written,
    async [Symbol.asyncDispose]() {
      await end(child);
      await rm(cwd, { recursive: true, force: true });
    },
  };
}
