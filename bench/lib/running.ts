import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Core, spawnPinned } from './pinned.ts';

/** What a server says when it listens: over IPC, or as one JSON line on stdout (`postern serve --json`). */
export interface Ready {
  readonly port: number;
  /** An API key, where the server wants one. */
  readonly key?: string;
  /** All of them, where there are more. */
  readonly keys?: readonly string[];
  /** The path of a capability link. */
  readonly link?: string;
}

/** A server process that listens. */
export interface Running extends Ready {
  readonly name: string;
  /** Seconds of processor time it has used, all threads. */
  cpuSeconds(): number;
  /** Ends it as an operator would, and waits until it is gone. */
  stop(): Promise<void>;
}

const TICKS_PER_SECOND = 100;

/** User and system time from /proc (proc(5)); 0 where there is none. */
function cpuSeconds(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}

interface Said extends Partial<Ready> {
  readonly mcp?: string;
}

function portOf({ port, mcp, key, keys, link }: Said): Ready {
  return { port: port ?? Number(new URL(mcp ?? '').port), key, keys, link };
}

/** The first thing the child says, by whichever way it says it. @throws when it ends before. */
export function untilReady(child: ChildProcess, name: string): Promise<Ready> {
  return new Promise((resolve, reject) => {
    child.once('message', (said: Said) => resolve(portOf(said)));
    child.once('exit', (code) => reject(new Error(`${name} ended with ${code} before it was ready`)));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) resolve(portOf(JSON.parse(line)));
    });
  });
}

export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}

/** Starts a server and waits until it listens. */
export async function startServer(
  name: string,
  file: string,
  args: readonly string[],
  options: { readonly core?: Core; readonly cwd?: string; readonly stderr?: string } = {},
): Promise<Running> {
  const child = spawnPinned(options.core ?? 'server', file, args, options);
  const ready = await untilReady(child, name);
  return { ...ready, name, cpuSeconds: () => cpuSeconds(child.pid), stop: () => stop(child) };
}
