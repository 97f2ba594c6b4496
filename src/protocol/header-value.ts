import type { HttpRequest } from '../http/exchange.ts';

const PREFIX = '=?base64?';
const SUFFIX = '?=';

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * What a header says of the body it mirrors: nothing where it is missing, unreadable, or sent twice, for who routed
 * the request may have read either.
 */
export function mirrored(request: HttpRequest, name: string): string | undefined {
  const header = request.header(name);
  if (header === undefined || (header.includes(',') && request.countOf(name) > 1)) return undefined;
  return headerValue(header);
}

/**
 * What a mirrored header says: itself, or what its base64 form holds (MCP 2026-07-28, streamable-http#value-encoding).
 *
 * @returns nothing for a value with characters a header may not carry, or that claims base64 and is none.
 */
function headerValue(header: string): string | undefined {
  const value = header.trim();
  if (!isHeaderSafe(value)) return undefined;
  if (!value.startsWith(PREFIX) || !value.endsWith(SUFFIX) || value.length < PREFIX.length + SUFFIX.length)
    return value;
  const encoded = value.slice(PREFIX.length, -SUFFIX.length);
  const bytes = Buffer.from(encoded, 'base64');
  // Node decodes leniently; padding and alphabet count here.
  if (bytes.toString('base64') !== encoded) return undefined;
  try {
    return UTF8.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Visible ASCII, space and tab (RFC 9110 §5.5, without obs-text). */
function isHeaderSafe(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if ((code < 0x20 && code !== 0x09) || code > 0x7e) return false;
  }
  return true;
}
