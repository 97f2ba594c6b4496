import type { Readable, Writable } from 'node:stream';
import type { Principal } from '../core/principal.ts';
import type { Postern } from '../server/compose.ts';

/** Whoever started the process: over stdio there is nobody else, and nothing to check. */
const LOCAL_USER: Principal = { kind: 'user', subject: 'local', tenant: 'local', scopes: new Set(['*']) };

export interface StdioOptions {
  /** Default: the process's own. Nothing but messages may be written to `output` by anyone. */
  readonly input?: Readable;
  readonly output?: Writable;
  /** Default: a local user who may do everything. */
  readonly principal?: Principal;
}

/** Serves one client over standard input and output, until the input ends. */
export async function serveStdio(postern: Postern, options: StdioOptions = {}): Promise<void> {
  const { input = process.stdin, output = process.stdout, principal = LOCAL_USER } = options;
  await postern.serveLines(input, output, principal);
  await postern.close();
}
