import { PosternError } from '../core/errors.ts';
import type { HttpRequest } from './exchange.ts';

export interface GuardOptions {
  /** Host names that are served, each with or without a port: `mcp.acme.com`, `localhost:8080`. Lower case. */
  readonly hosts: readonly string[];
  /** Origins of web pages that may call, exactly as a browser sends them: `https://app.acme.com`. */
  readonly origins: readonly string[];
  /** Serves every loopback name on any port, and lets pages of loopback origins call. For a server bound to loopback. */
  readonly loopback: boolean;
  /** How many headers a request may have. */
  readonly headers: number;
}

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Refuses what did not mean us: a Host we do not serve, a web page we do not know. It stops DNS rebinding
 * (CVE-2025-66414) and is what MCP asks of every transport (2026-07-28, streamable-http#security). A request
 * without `Origin` does not come from a page and passes.
 *
 * Both checks throw, naming the line of the config that would allow what was refused.
 */
export interface Guard {
  /** @throws PosternError `headers_too_large`. */
  checkHeaders(request: HttpRequest): void;
  /** @throws PosternError `refused_host`. */
  checkHost(request: HttpRequest): void;
  /** @throws PosternError `refused_origin`. */
  checkOrigin(request: HttpRequest): void;
}

export function createGuard(options: GuardOptions): Guard {
  const hosts = new Set(options.hosts);
  const origins = new Set(options.origins);
  const { headers } = options;

  function serves(host: string): boolean {
    return hosts.has(host) || hosts.has(portless(host)) || (options.loopback && LOOPBACK_NAMES.has(portless(host)));
  }

  function admits(origin: string, host: string): boolean {
    if (origins.has(origin)) return true;
    const authority = authorityOf(origin);
    if (authority === undefined) return false;
    return authority === host || (options.loopback && LOOPBACK_NAMES.has(portless(authority)));
  }

  return {
    checkHeaders({ headerCount }) {
      if (headerCount <= headers) return;
      throw new PosternError('headers_too_large', { hint: `At most ${headers} headers.` });
    },
    checkHost(request) {
      const host = hostOf(request);
      if (request.countOf('host') > 1 || !serves(host)) throw refused('refused_host', 'Host', host, 'server.hosts');
    },
    checkOrigin(request) {
      const origin = request.header('origin');
      if (origin === undefined || admits(origin, hostOf(request))) return;
      throw refused('refused_origin', 'Origin', origin, 'server.origins');
    },
  };
}

function hostOf(request: HttpRequest): string {
  return request.header('host')?.toLowerCase() ?? '';
}

/** The host without its port; IPv6 literals keep their brackets. What no port is belongs to the name. */
export function portless(host: string): string {
  return host.replace(/:\d{1,5}$/, '');
}

/** `host[:port]` of an http(s) origin; nothing for `null` and everything else. */
function authorityOf(origin: string): string | undefined {
  const scheme = origin.startsWith('http://') ? 7 : origin.startsWith('https://') ? 8 : 0;
  if (scheme === 0) return undefined;
  const authority = origin.slice(scheme).toLowerCase();
  return authority.includes('/') || authority.includes('@') ? undefined : authority;
}

function refused(code: 'refused_host' | 'refused_origin', header: string, value: string, field: string): PosternError {
  const shown = value.replace(/[^\x21-\x7e]/g, '?').slice(0, 200);
  return new PosternError(code, {
    message: `${header} ${shown === '' ? '(none)' : shown} is not allowed here.`,
    hint: `If it is yours, add it to the config: ${field}: [${JSON.stringify(shown)}]`,
  });
}
