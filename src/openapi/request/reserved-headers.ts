import { isOverridingHeader } from '../../http/header-names.ts';

const RESERVED =
  /^(?:accept|authorization|connection|content-length|content-type|cookie|expect|host|keep-alive|proxy-.*|set-cookie|te|trailer|transfer-encoding|upgrade)$/i;

/**
 * Headers that no argument sets: they carry credentials, frame the message, belong to a transport (OpenAPI 3.0.3,
 * Parameter Object `name`; RFC 9110 §7.6), or make another request of it: a tool that reads must not delete because an
 * argument says `X-HTTP-Method-Override: DELETE`.
 */
export function isReservedHeader(name: string): boolean {
  return RESERVED.test(name) || isOverridingHeader(name);
}
