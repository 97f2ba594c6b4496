import { connect as connectSocket, isIP, type LookupFunction, type Socket } from 'node:net';
import { buildConnector } from 'undici';
import { type AllowList, isPublicAddress } from './egress-address.ts';

/** PEM text. There is no way to switch verification off. */
export interface TlsOptions {
  /** Authorities to trust besides the built-in ones. */
  readonly ca?: string;
  /** Our own certificate, for servers that ask for one, with its key. */
  readonly cert?: string;
  readonly key?: string;
}

export interface ConnectOptions {
  readonly allow: AllowList;
  /** For Node's TLS; `ca` is the whole list of authorities. */
  readonly secure: { readonly ca?: string[]; readonly cert?: string; readonly key?: string };
  /** Milliseconds for name, TCP and TLS together. */
  readonly timeoutMs: number;
  /** How names are resolved. Default: the system's way. */
  readonly lookup?: LookupFunction;
}

/** The peer's address is not one that may be spoken to. Never shown to a caller: it tells where private hosts are. */
export class ForbiddenAddress extends Error {}

type Connector = buildConnector.connector;
type Target = buildConnector.Options;

/**
 * A connector that looks at the address of the connected socket, before a byte is sent over it, be it a request or a
 * TLS hello. A check of the name or of an earlier DNS answer can be outrun by the next answer (DNS rebinding), and is
 * never asked about addresses written as numbers.
 */
export function guardedConnector(options: ConnectOptions): Connector {
  const secure = buildConnector({ ...options.secure, allowH2: false, timeout: options.timeoutMs });

  return (target, callback) => {
    const { hostname, protocol, port } = target;
    const allowed = options.allow.has(protocol, hostname, port);
    openSocket(target, options, (error, socket) => {
      if (socket === undefined) return callback(error ?? new Error('no connection'), null);
      if (!allowed && !isPublicAddress(socket.remoteAddress ?? '')) {
        socket.destroy();
        return callback(new ForbiddenAddress(`${hostname} is at an address that is not public`), null);
      }
      if (protocol !== 'https:') return callback(null, socket);
      secure({ ...target, httpSocket: socket }, callback);
    });
  };
}

function openSocket(target: Target, options: ConnectOptions, done: (error?: Error, socket?: Socket) => void): void {
  const host = target.hostname.replace(/^\[|\]$/g, '');
  const socket = connectSocket({
    host,
    port: Number(target.port || (target.protocol === 'https:' ? 443 : 80)),
    lookup: isIP(host) === 0 ? options.lookup : undefined,
    autoSelectFamily: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
  });
  const settle = (error?: Error): void => {
    socket.setTimeout(0);
    socket.off('connect', onConnect).off('timeout', onTimeout).off('error', settle);
    if (error === undefined) {
      done(undefined, socket);
      return;
    }
    socket.on('error', () => undefined);
    socket.destroy();
    done(error);
  };
  const onConnect = (): void => settle();
  const onTimeout = (): void =>
    settle(Object.assign(new Error('connect timeout'), { code: 'UND_ERR_CONNECT_TIMEOUT' }));
  // Node counts this from the last activity of the socket: before it is connected, from now.
  socket.setTimeout(options.timeoutMs);
  socket.on('connect', onConnect).on('timeout', onTimeout).on('error', settle);
}
