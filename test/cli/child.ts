import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Spawned {
  readonly child: ChildProcess;
  readonly text: { out: string; err: string };
  readonly ended: Promise<{ code: number | null; out: string; err: string }>;
}

/** The command as a process of its own, on pipes. */
export function postern(argv: readonly string[], cwd: string, env: { readonly [name: string]: string } = {}): Spawned {
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

export async function firstLine({ child, text }: Spawned): Promise<string> {
  while (!text.out.includes('\n')) await once(child.stdout ?? child, 'data');
  return text.out;
}
