import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '../../src/lib/clock.ts';

export interface Surroundings {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
}

/** How long one command of a client may take, in milliseconds. */
const PATIENCE_MS = 60_000;

/**
 * Runs a command of a client to its end.
 * @returns what it wrote, without colours.
 * @throws Error with its output when it fails or takes longer than a minute.
 */
export async function run(command: string, args: readonly string[], { cwd, env }: Surroundings): Promise<string> {
  // A group of its own: several clients are launchers of other programs, and all of them must be gone in the end.
  const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  endWithUs(child);
  let out = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    out += String(chunk);
  });
  child.stderr.on('data', (chunk) => {
    errors += String(chunk);
  });
  const takeBack = systemClock.after(PATIENCE_MS, () => endGroup(child));
  const [code] = await once(child, 'close');
  takeBack();
  if (code !== 0) throw new Error(`${[command, ...args].join(' ')} ended with ${code}\n${plain(out + errors)}`);
  return plain(out);
}

/** Runs a line as somebody would who pastes it into a shell. */
export async function runLine(line: string, surroundings: Surroundings): Promise<string> {
  return await run('/bin/sh', ['-c', line], surroundings);
}

/** Sees to it that a process with a group of its own does not outlive this one. */
export function endWithUs(child: ChildProcess): void {
  const end = () => endGroup(child);
  process.once('exit', end);
  child.once('close', () => process.off('exit', end));
}

/** Ends the process and what it started. */
export function endGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It was gone already.
  }
}

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what colours begin with
  return text.replace(/\u001b\[[\d;]*m/g, '');
}
