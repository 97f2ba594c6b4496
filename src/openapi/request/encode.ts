import { PosternError } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';

/** Turns one piece of text into what may stand in its place of the request. */
export type Encode = (text: string, pointer: string) => string;

/** What an argument was, in words that may be shown: its type, and its value where that is short. */
export function describeValue(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${typeof value} of ${text.length} characters` : text;
}

/** @throws PosternError `invalid_arguments`, always; `data` says where, what is wanted and what came. */
export function refuseArgument(pointer: string, expected: string, value: Json | undefined): never {
  const received = describeValue(value);
  throw new PosternError('invalid_arguments', {
    message: `${pointer === '' ? 'The arguments' : pointer}: expected ${expected}, received ${received}.`,
    data: { pointer, expected, received },
  });
}

/** Left alone by `encodeURIComponent` although RFC 3986 §2.2 reserves them. */
const MISSED = /[!'()*]/g;
const upperHex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** Percent-encodes all but the unreserved characters of RFC 3986 §2.3: RFC 6570 simple expansion. */
export const encodeComponent: Encode = (text, pointer) => {
  if (!text.isWellFormed()) refuseArgument(pointer, 'well-formed Unicode text', text);
  const encoded = encodeURIComponent(text);
  return MISSED.test(encoded) ? encoded.replace(MISSED, upperHex) : encoded;
};

/**
 * RFC 6570 §3.2.3, as OpenAPI's `allowReserved` asks: reserved characters and percent-encoded triples pass. Those
 * that would end the value or begin another one (`&`, `#`, `+`, which servers read as a space, and the brackets,
 * which RFC 3986 §3.4 does not allow in a query) are encoded all the same, so that no value becomes a parameter.
 */
export const encodeReserved: Encode = (text, pointer) => {
  if (!text.isWellFormed()) refuseArgument(pointer, 'well-formed Unicode text', text);
  return text.replace(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~:/?@!$'()*,;=]+/g, (run) =>
    /^%[0-9A-Fa-f]{2}$/.test(run) ? run : encodeComponent(run, pointer),
  );
};

/** `allowReserved` within a path (OpenAPI 3.2): what would end the segment stays encoded. */
export const encodeReservedPath: Encode = (text, pointer) => encodeReserved(text, pointer).replace(/[/?]/g, upperHex);

/**
 * A header value is sent as it is, not percent-encoded (OpenAPI 3.1.1, appendix D).
 * HTTP carries visible ASCII, spaces and Latin-1 there (RFC 9110 §5.5); line ends and NUL would be another header.
 */
export const encodeHeader: Encode = (text, pointer) => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\x00-\x08\x0a-\x1f\x7f]/.test(text)) refuseArgument(pointer, 'a header value without control characters', text);
  if (/[^\t\x20-\xff]/.test(text)) refuseArgument(pointer, 'a header value of Latin-1 characters', text);
  return text;
};

/** OpenAPI 3.2 `style: cookie`: the value is sent as it is, so it may not end itself (RFC 6265 §4.1.1). */
export const encodeCookie: Encode = (text, pointer) => {
  if (/[^\x21\x23-\x3a\x3c-\x5b\x5d-\x7e]/.test(text)) {
    refuseArgument(pointer, 'a cookie value: ASCII without spaces, quotes, semicolons and backslashes', text);
  }
  return text;
};
