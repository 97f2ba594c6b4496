import type { RefuseName } from '../core/connections.ts';

/**
 * Headers that frame a message or belong to its connection (RFC 9110 §7.6 and §8, RFC 9112 §6): whoever sends the message
 * sets them.
 */
const FRAMING = /^(?:connection|content-.*|expect|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/;
/** Headers that say of a message that it is another one: who sent it, from where, to where, or with which method. */
const OVERRIDING =
  /^(?:forwarded|via|mcp-.*|x-forwarded-.*|x-real-ip|x-host|x-original-.*|x-rewrite-url|x-http-.*|x-method-override)$/;

/** Many servers read `X_Forwarded_Host` as `X-Forwarded-Host` (RFC 3875 §4.1.18 leads them to). */
function spelled(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

export function isFramingHeader(name: string): boolean {
  return FRAMING.test(spelled(name));
}

export function isOverridingHeader(name: string): boolean {
  return OVERRIDING.test(spelled(name));
}

/** What no account sends, whatever its upstream. */
export const reservedName: RefuseName = (place, name) => {
  if (place !== 'header') return undefined;
  const header = spelled(name);
  if (header === 'cookie' || header === 'set-cookie') return 'is sent as an api_key in: cookie';
  return isFramingHeader(header) || isOverridingHeader(header) ? 'is for this server to say' : undefined;
};
