import type { LookupFunction } from 'node:net';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { allowList } from './egress-address.ts';
import { guardedConnector, type TlsOptions } from './egress-connect.ts';

/** How connections are made, and to whom. */
export interface DispatcherOptions {
  /**
   * Hosts (`host` or `host:port`) that the operator has named: they may be loopback or private, and may be spoken to
   * without TLS. Every other host must be at a public address, over https. Default: none.
   */
  readonly allow?: readonly string[];
  readonly tls?: TlsOptions;
  /**
   * URL of an HTTP proxy that all requests go through; then the proxy decides about addresses. The environment is never
   * asked.
   */
  readonly proxy?: string;
  /** Milliseconds for name, TCP and TLS. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds from the request to the last header. Default: the time of a whole request. */
  readonly headersTimeoutMs?: number;
  /** Milliseconds of silence within the body. Default: the time of a whole request. */
  readonly bodyTimeoutMs?: number;
  /** Bytes of all response headers. Default 32 KiB. */
  readonly maxHeaderBytes?: number;
  /** Connections to one origin at a time; more requests wait within their own time. Default 256. */
  readonly connections?: number;
  /** How names are resolved. Default: the system's way. */
  readonly lookup?: LookupFunction;
}

/**
 * What requests go through: connections that look at whom they are connected to, or a proxy that does.
 * @param timeoutMs of a whole request, where the options do not say it of a part.
 */
export function createDispatcher(options: DispatcherOptions, timeoutMs: number): Dispatcher {
  const { tls = {}, proxy, connectTimeoutMs = 10_000, connections = 256 } = options;
  const shared = {
    connections,
    allowH2: false,
    connectTimeout: connectTimeoutMs,
    headersTimeout: options.headersTimeoutMs ?? timeoutMs,
    bodyTimeout: options.bodyTimeoutMs ?? timeoutMs,
    maxHeaderSize: options.maxHeaderBytes ?? 32 * 1024,
  };
  const ca = tls.ca === undefined ? undefined : [...rootCertificates, tls.ca];
  if (proxy !== undefined) {
    const requestTls = { ca, cert: tls.cert, key: tls.key, allowH2: false, timeout: connectTimeoutMs };
    return new ProxyAgent({ ...shared, uri: proxy, requestTls });
  }
  const allow = allowList(options.allow ?? []);
  const connect = guardedConnector({
    allow,
    secure: { ca, cert: tls.cert, key: tls.key },
    timeoutMs: connectTimeoutMs,
    lookup: options.lookup,
  });
  return new Agent({ ...shared, connect });
}
