/**
 * Headers that no argument sets: they carry credentials, frame the message, speak for the client's address or belong
 * to a transport (OpenAPI 3.0.3, Parameter Object `name`; RFC 9110 §7.6).
 */
const RESERVED =
  /^(?:accept|authorization|connection|content-length|content-type|cookie|expect|forwarded|host|keep-alive|mcp-.*|proxy-.*|set-cookie|te|trailer|transfer-encoding|upgrade|via|x-forwarded-.*|x-real-ip)$/i;

export function isReservedHeader(name: string): boolean {
  return RESERVED.test(name);
}
