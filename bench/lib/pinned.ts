import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Servers run on core 0; load, and the upstreams behind a server, on core 1. */
export type Core = 'server' | 'load';

const canPin = availableParallelism() >= 2 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/**
 * Starts `file` on this very Node binary, on a core of its own where the machine has `taskset`.
 * The child talks over IPC or stdout; its stderr is shown, or appended to the file `stderr`.
 */
export function spawnPinned(
  core: Core,
  file: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly stderr?: string } = {},
): ChildProcess {
  const command = canPin ? ['taskset', '-c', core === 'server' ? '0' : '1', process.execPath] : [process.execPath];
  const [program = process.execPath, ...rest] = [...command, file, ...args];
  const stderr = options.stderr === undefined ? 'inherit' : openSync(options.stderr, 'a');
  const child = spawn(program, rest, { stdio: ['ignore', 'pipe', stderr, 'ipc'], cwd: options.cwd });
  if (typeof stderr === 'number') closeSync(stderr);
  return child;
}

/** Whether processes are pinned: without it the ratios are noisier. */
export const pinned = canPin;
