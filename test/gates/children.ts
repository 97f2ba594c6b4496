import type { ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import type { Readable } from 'node:stream';
import type { Gate } from './gate.ts';

const SECRET_NAME = /secret|token|password|master|key$/i;

/** Looks on at what processes write to their standard error from now on, and learns what they are given as secrets. */
export function watchChildren(gate: Gate): void {
  const module = process.getBuiltinModule('node:child_process');
  for (const name of ['spawn', 'fork'] as const) {
    const start = module[name] as (...args: unknown[]) => ChildProcess;
    const watched = (...args: unknown[]): ChildProcess => {
      const options = args.find((arg) => typeof arg === 'object' && arg !== null && !Array.isArray(arg));
      learnEnvironment(gate, (options as { readonly env?: NodeJS.ProcessEnv } | undefined)?.env ?? {});
      const child = start(...args);
      if (child.stderr !== null && child.stderr !== undefined) overhear(child.stderr, (line) => take(gate, line));
      return child;
    };
    Object.assign(module, { [name]: watched });
  }
  syncBuiltinESMExports();
}

function learnEnvironment(gate: Gate, env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(env)) {
    if (process.env[name] !== value && SECRET_NAME.test(name)) gate.canaries.add(value, `$${name}`);
  }
}

/** Of what is not a line of the log, a command may show a key that it has made: that is what it is for. */
function take(gate: Gate, line: string): void {
  if (/^\{"level":"/.test(line)) gate.childLine(line);
}

/** Each line that comes through a stream, whoever reads it; nobody is kept from reading. */
function overhear(stream: Readable, hear: (line: string) => void): void {
  const push = stream.push.bind(stream);
  let rest = '';
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    const lines = (rest + (chunk === null ? '\n' : String(chunk))).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) hear(line);
    return push(chunk, encoding);
  };
}
