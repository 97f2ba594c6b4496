import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { signIn } from '../oauth/sdk-clients.ts';
import type { Prefix } from '../prefix.ts';
import { freePort } from '../servers/program.ts';
import { readResults, type ScenarioResult, SUITE } from './suite.ts';

/** What the suite knows for an authorization server, in the order it must run: the second asks what the first found. */
const SCENARIOS = ['authorization-server-metadata-endpoint', 'authorization-code-grant'];

export interface AuthorizationTarget {
  /** The issuer. */
  readonly url: string;
  /** The endpoint that tokens are for. */
  readonly mcp: string;
  /** A client's metadata document. */
  readonly document: string;
}

/**
 * How the suite comes as a client. Its requests never have a scope; `resource` is sent when it is told one. It cannot be
 * a client with a secret here: it leaves the secret out wherever the metadata lists `none`.
 */
export interface AuthorizationVariant {
  readonly name: string;
  readonly client: 'registered' | 'document';
  readonly resource: boolean;
}

export const VARIANTS: readonly AuthorizationVariant[] = [
  { name: 'authorization, a registered client', client: 'registered', resource: false },
  { name: 'authorization, a registered client with resource', client: 'registered', resource: true },
  { name: 'authorization, a metadata document', client: 'document', resource: false },
  { name: 'authorization, a metadata document with resource', client: 'document', resource: true },
];

/**
 * Runs the suite's `authorization` command, and is the user at the browser that it waits for.
 *
 * @param out a new folder for the suite's own output.
 * @returns one result a scenario; a scenario that left no result has failed.
 */
export async function runAuthorization(
  prefix: Prefix,
  { client, resource }: AuthorizationVariant,
  target: AuthorizationTarget,
  out: string,
): Promise<{ readonly code: number | null; readonly results: readonly ScenarioResult[] }> {
  await mkdir(out, { recursive: true });
  const port = await freePort();
  const callback = `http://127.0.0.1:${port}/callback`;
  const id = client === 'document' ? target.document : await register(target, callback);
  const args = ['authorization', '--url', target.url, '--client-id', id, '--port', String(port), '-o', out];
  const program = prefix.file(`${SUITE}/dist/index.js`);
  const more = resource ? ['--resource', target.mcp] : [];
  const child = spawn(process.execPath, [program, ...args, ...more], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [code, log] = await finished(child, async (url) => {
    await fetch(await signIn(new URL(url), 'user_ada', callback));
  });
  await writeFile(join(out, 'log'), log);
  return { code, results: await readResults(out, 'authorization-server', SCENARIOS) };
}

async function register({ url }: AuthorizationTarget, callback: string): Promise<string> {
  const response = await fetch(`${url}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Conformance suite',
      redirect_uris: [callback],
      token_endpoint_auth_method: 'none',
    }),
  });
  const { client_id: id } = (await response.json()) as { client_id?: string };
  if (response.status !== 201 || id === undefined) throw new Error(`The registration answers ${response.status}.`);
  return id;
}

/** Waits for the end of the suite, and opens what it prints for a browser. Where that fails it ends the suite. */
async function finished(
  child: ChildProcess,
  browse: (url: string) => Promise<void>,
): Promise<readonly [number | null, string]> {
  if (child.stdout === null || child.stderr === null) throw new Error('The suite has no output.');
  const closed = once(child, 'close');
  let log = '';
  const keep = (chunk: unknown) => {
    log += String(chunk);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!/^https?:\/\/\S+\?\S*response_type=code/.test(line)) return;
    browse(line).catch((thrown: unknown) => {
      // It would wait five minutes for nothing.
      keep(thrown);
      child.kill();
    });
  });
  const [code] = await closed;
  return [typeof code === 'number' ? code : null, log];
}
