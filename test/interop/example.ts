import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { isObject } from '../../src/core/json.ts';
import { endGroup, endWithUs } from './process.ts';

const ACME = fileURLToPath(new URL('../../examples/acme', import.meta.url));

/** What `npm start` runs, running. */
export interface Example {
  readonly mcp: string;
  readonly key: string;
  readonly pid: number;
  /** What it has logged so far. */
  log(): string;
  /** Asks it to stop, as Ctrl-C does. @throws Error when it does not end with 0. */
  stop(): Promise<void>;
}

/** Copies the example's files, and adds to its config the transport that only the oldest clients ask for. */
async function prepare(folder: string, change: (config: string) => string): Promise<void> {
  await copyFile(join(ACME, 'openapi.yaml'), join(folder, 'openapi.yaml'));
  const config = await readFile(join(ACME, 'postern.yaml'), 'utf8');
  await writeFile(join(folder, 'postern.yaml'), change(config.replace(/^server:$/m, 'server:\n  sse2024: true')));
}

/**
 * Starts the example with its data in a folder.
 * @param port 0 takes a free one.
 * @param change makes another config of its own.
 * @throws Error with its output when it does not say that it is ready.
 */
export async function startExample(
  folder: string,
  port: number,
  more: { readonly [variable: string]: string } = {},
  change: (config: string) => string = (config) => config,
): Promise<Example> {
  await prepare(folder, change);
  const args = [join(ACME, 'start.ts'), '--json'];
  const env = { ...process.env, ...more, ACME_FOLDER: folder, HOST: '127.0.0.1', PORT: String(port) };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  endWithUs(child);
  let log = '';
  child.stderr.on('data', (chunk) => {
    log = (log + String(chunk)).slice(-1_000_000);
  });
  const closed = once(child, 'close');
  const stop = async (): Promise<void> => {
    // The terminal signals the whole group, and npm passes on what it got itself: one Ctrl-C may arrive twice.
    // From one small program: this one may be kept from the second until the first has ended all there was.
    spawnSync('/bin/sh', ['-c', 'kill -INT "$0" "$0"', String(child.pid)]);
    const [code, signal] = await closed;
    if (code !== 0) throw new Error(`The example ended with ${code ?? signal}.\n${log.slice(-4000)}`);
  };

  for await (const line of createInterface({ input: child.stdout })) {
    const ready: unknown = JSON.parse(line);
    if (!isObject(ready)) break;
    child.stdout.resume();
    const { mcp, key, pid } = ready;
    return { mcp: String(mcp), key: String(key), pid: Number(pid), log: () => log, stop };
  }
  endGroup(child);
  throw new Error(`The example did not start.\n${log.slice(-4000)}`);
}
