import { connect } from 'node:net';
import type { Io } from './io.ts';

const WAIT_MS = 3_000;

/**
 * Whether something listens where a URL leads. It opens a connection and sends nothing: an API must not see a request
 * that nobody made.
 * @returns why not, or nothing when it does.
 */
export function unreachable(io: Io, url: string): Promise<string | undefined> {
  const { hostname, port, protocol } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
    });
    const settle = (why: string | undefined) => {
      takeBack();
      socket.destroy();
      resolve(why);
    };
    const takeBack = io.clock.after(WAIT_MS, () => settle(`no answer within ${WAIT_MS / 1000} seconds`));
    socket.once('connect', () => settle(undefined));
    socket.once('error', (error: NodeJS.ErrnoException) => settle(reason(error.code)));
    // Being asked about must not keep the process alive.
    socket.unref();
  });
}

function reason(code: string | undefined): string {
  if (code === 'ECONNREFUSED') return 'nothing listens there';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'the name cannot be resolved';
  return code ?? 'no connection';
}
