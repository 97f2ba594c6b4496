import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

export interface Surroundings {
  readonly cwd: string;
  readonly env: { readonly [name: string]: string };
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A `postern serve` in a process of its own. */
export interface Node {
  readonly url: URL;
  /** What it has written to stderr. */
  log(): string;
  /** Ends it, in order or on the spot. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

function spawned(args: readonly string[], { cwd, env }: Surroundings) {
  const { HOST: _host, PORT: _port, ...inherited } = process.env;
  const child: ChildProcess = spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...inherited, ...env } });
  const text = { out: '', err: '' };
  for (const [stream, name] of [
    [child.stdout, 'out'],
    [child.stderr, 'err'],
  ] as const) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
    });
  }
  return { child, text, closed: once(child, 'close') };
}

/** Runs a command to its end. */
export async function postern(args: readonly string[], surroundings: Surroundings): Promise<Ended> {
  const { text, closed } = spawned(args, surroundings);
  const [code] = await closed;
  return { code: code as number | null, ...text };
}

/** Starts a server on a port that is free. @param more of its arguments. */
export async function startNode(surroundings: Surroundings, more: readonly string[] = []): Promise<Node> {
  const { child, text, closed } = spawned(['serve', '--port', '0', '--json', ...more], surroundings);
  const kill = () => void child.kill('SIGKILL');
  process.once('exit', kill);
  const mcp = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`postern serve ended with ${code}:\n${text.err}`)));
    if (child.stdout === null) return;
    createInterface({ input: child.stdout }).on('line', (line) => resolve(JSON.parse(line).mcp));
  });
  return {
    url: new URL(mcp),
    log: () => text.err,
    stop: async (signal = 'SIGTERM') => {
      process.off('exit', kill);
      child.kill(signal);
      await closed;
    },
  };
}
