import { isObject } from '../../core/json.ts';
import type { OpenApiDocument } from './document.ts';

/** Variables filled in with their defaults, relative ones resolved against the document's own URL. */
function resolved(url: string, variables: unknown, location: string): string | undefined {
  const filled = url.replace(/\{([^}]+)\}/g, (whole, name: string) => {
    const variable = isObject(variables) ? variables[name] : undefined;
    if (!isObject(variable)) return whole;
    const value = variable['default'] ?? (Array.isArray(variable['enum']) ? variable['enum'][0] : undefined);
    return value === undefined ? whole : String(value);
  });
  if (filled.includes('{')) return undefined;
  const base = /^https?:/.test(location) ? location : undefined;
  if (!URL.canParse(filled, base)) return undefined;
  const absolute = new URL(filled, base);
  if (absolute.protocol !== 'https:' && absolute.protocol !== 'http:') return undefined;
  return absolute.href.replace(/\/$/, '');
}

function firstOf(servers: unknown, location: string): string | undefined {
  if (!Array.isArray(servers)) return undefined;
  for (const server of servers) {
    if (!isObject(server) || typeof server['url'] !== 'string') continue;
    const url = resolved(server['url'], server['variables'], location);
    if (url !== undefined) return url;
  }
  return undefined;
}

function swaggerServer(document: OpenApiDocument): string | undefined {
  const { schemes, host, basePath } = document.root;
  const base = /^https?:/.test(document.location) ? new URL(document.location) : undefined;
  const offered = Array.isArray(schemes) ? schemes.map(String) : [];
  const scheme = ['https', 'http'].find((known) => offered.includes(known)) ?? base?.protocol.slice(0, -1) ?? 'https';
  const name = typeof host === 'string' && host !== '' ? host : base?.host;
  if (name === undefined) return undefined;
  const path = typeof basePath === 'string' ? basePath.replace(/^(?!\/)/, '/') : '';
  return resolved(`${scheme}://${name}${path}`, undefined, document.location);
}

/** Where the document says its API is; nothing when it says so in no way that leads to a URL. */
export function serverOf(document: OpenApiDocument): string | undefined {
  if (document.version === '2.0') return swaggerServer(document);
  const { servers } = document.root;
  const none = !Array.isArray(servers) || servers.length === 0;
  return firstOf(none ? [{ url: '/' }] : servers, document.location);
}

/** The server of an operation or path that has `servers` of its own. */
export function ownServer(
  holders: readonly { readonly [key: string]: unknown }[],
  document: OpenApiDocument,
): string | undefined {
  const holder = holders.find(({ servers }) => Array.isArray(servers) && servers.length > 0);
  return holder && firstOf(holder['servers'], document.location);
}
