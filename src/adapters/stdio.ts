import type { Readable, Writable } from 'node:stream';
import type { Principal } from '../core/principal.ts';
import { stayAwake } from '../lib/clock.ts';
import type { Postern } from '../server/postern.ts';

/** Whoever started the process: over stdio there is nobody else, and nothing to check. */
const LOCAL_USER: Principal = { kind: 'user', subject: 'local', tenant: 'local', scopes: new Set(['*']) };

export interface StdioOptions {
  /** Default: the process's own. Nothing but messages may be written to `output` by anyone. */
  readonly input?: Readable;
  readonly output?: Writable;
  /** Default: a local user who may do everything. */
  readonly principal?: Principal;
}

export interface ServingStdio {
  /** Settles when the input has ended and the last answers are written. */
  readonly closed: Promise<void>;
  /** Ends it from this side. */
  close(): void;
}

/** Serves one client over standard input and output, until the input ends. */
export function serveStdio(postern: Postern, options: StdioOptions = {}): ServingStdio {
  const { input = process.stdin, output = process.stdout, principal = LOCAL_USER } = options;
  // The end of the input leaves nothing open, and calls may still wait for the moment to try again.
  const rest = stayAwake();
  const closed = postern.serveLines(input, output, principal).finally(rest);
  return { closed, close: () => input.destroy() };
}
