import type { Json } from '../core/json.ts';
import type { UpstreamResponse } from '../core/upstream.ts';

/** A response body as what it is, which need not be what its label says. `malformed`: JSON by its label only. */
export type Body =
  | { readonly kind: 'empty' }
  | { readonly kind: 'json'; readonly value: Json }
  | { readonly kind: 'text'; readonly text: string; readonly mediaType: string }
  | { readonly kind: 'binary'; readonly bytes: Uint8Array; readonly mediaType: string }
  | { readonly kind: 'malformed'; readonly why: string; readonly text: string };

/** JSON nested deeper than this is refused: it would overflow the stack of whoever writes it out again. */
const DEPTH_MAX = 100;

const JSON_TYPE = /^(?:application|text)\/(?:[^;]+\+)?(?:x-)?json$/;
const TEXT_TYPE =
  /^text\/|[/+]xml$|^application\/(?:x-ndjson|jsonl|jsonlines|json-seq|xml-dtd|javascript|ecmascript|yaml|x-yaml|toml|sql|graphql|csv|x-www-form-urlencoded|x-sh|rtf)$|\+yaml$/;
const UNKNOWN_TYPE = /^(?:application\/octet-stream|binary\/octet-stream|application\/unknown|)$/;

/** Beginnings that only these formats have. Clients hand exactly these images to models. */
const MAGIC: readonly (readonly [mediaType: string, offset: number, bytes: string])[] = [
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF8'],
  ['image/webp', 8, 'WEBP'],
  ['application/pdf', 0, '%PDF-'],
];

/** The format that the first bytes prove, among the few that matter. */
export function sniffBinary(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 16)).toString('latin1');
  return MAGIC.find(([, offset, magic]) => head.startsWith(magic, offset))?.[0];
}

/** The media type alone, in lower case; empty where there is none. */
export function mediaTypeOf(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function charsetOf(contentType: string | undefined, bytes: Uint8Array): string {
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '')?.[1]?.toLowerCase() ?? 'utf-8';
}

function decodeText(bytes: Uint8Array, contentType: string | undefined): string {
  const charset = charsetOf(contentType, bytes);
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  if ((charset === 'utf-8' || charset === 'utf8') && !bom) {
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  }
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** Looks at brackets alone, in one pass, before anything recursive sees the text. */
function tooDeep(text: string): boolean {
  if (text.length < 2 * DEPTH_MAX) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 0x22) {
      for (i += 1; i < text.length && text.charCodeAt(i) !== 0x22; i++) if (text.charCodeAt(i) === 0x5c) i += 1;
    } else if (unit === 0x7b || unit === 0x5b) {
      depth += 1;
      if (depth > DEPTH_MAX) return true;
    } else if (unit === 0x7d || unit === 0x5d) depth -= 1;
  }
  return false;
}

/** Sixteen digits in a row where a number may begin: worth a second look. */
const LONG_INTEGER = /(?:^|[[:,\s])-?\d{16,}/;
const QUOTE = 0x22;

/** Digits, and what else stands in a number of JSON. */
function isNumberPart(unit: number): boolean {
  return (unit >= 0x30 && unit <= 0x39) || unit === 0x2d || unit === 0x2b || unit === 0x2e || (unit | 0x20) === 0x65;
}

/**
 * An integer that JavaScript cannot hold becomes the text of its digits: an id that was rounded would be another's.
 * In one pass over the text; `JSON.parse` with a reviver takes seven times as long and as much memory, and it is the
 * API that decides how much there is to parse.
 */
function withExactIntegers(text: string): string {
  let out = '';
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      for (at += 1; at < text.length && text.charCodeAt(at) !== QUOTE; at++) if (text.charCodeAt(at) === 0x5c) at += 1;
    } else if (unit === 0x2d || (unit >= 0x30 && unit <= 0x39)) {
      const start = at;
      while (at + 1 < text.length && isNumberPart(text.charCodeAt(at + 1))) at += 1;
      const number = at - start < 15 ? '' : text.slice(start, at + 1);
      if (!/^-?[1-9]\d*$/.test(number) || Number.isSafeInteger(Number(number))) continue;
      out += `${text.slice(copied, start)}"${number}"`;
      copied = at + 1;
    }
  }
  return out + text.slice(copied);
}

function parse(text: string): Body {
  if (tooDeep(text)) return { kind: 'malformed', why: `JSON nested deeper than ${DEPTH_MAX} levels`, text: '' };
  try {
    const value: unknown = JSON.parse(LONG_INTEGER.test(text) ? withExactIntegers(text) : text);
    return { kind: 'json', value: value as Json };
  } catch {
    return { kind: 'malformed', why: 'a body that is labelled JSON and is not', text };
  }
}

const looksLikeJson = (text: string): boolean => /^\s*[[{]/.test(text);

/** JSON where it is JSON, else the text. */
function parseOr(text: string, mediaType: string): Body {
  const parsed = looksLikeJson(text) ? parse(text) : undefined;
  return parsed?.kind === 'json' || (parsed?.kind === 'malformed' && parsed.text === '')
    ? parsed
    : { kind: 'text', text, mediaType };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: text has none of them, binary formats do
const BINARY_MARKS = /[\x00-\x06\x0e-\x1a\ufffd]/;

/**
 * Reads a body by its content type, as far as the bytes bear it out: an image that is none is binary, text with NULs
 * too, a body without a type is what it looks like, and JSON labelled as text is JSON where JSON was asked for.
 *
 * @param accept the request's `Accept`, which says what was asked for.
 */
export function readBody(response: UpstreamResponse, accept = ''): Body {
  const { headers, body: bytes } = response;
  if (bytes.byteLength === 0) return { kind: 'empty' };
  const contentType = headers['content-type'];
  const mediaType = mediaTypeOf(contentType);
  if (JSON_TYPE.test(mediaType)) {
    const text = decodeText(bytes, contentType);
    return text.trim() === '' ? { kind: 'empty' } : parse(text);
  }
  if (UNKNOWN_TYPE.test(mediaType)) {
    const sniffed = sniffBinary(bytes);
    if (sniffed !== undefined) return { kind: 'binary', bytes, mediaType: sniffed };
    const text = decodeText(bytes, contentType);
    if (!BINARY_MARKS.test(text)) return parseOr(text, 'text/plain');
    return { kind: 'binary', bytes, mediaType: 'application/octet-stream' };
  }
  if (TEXT_TYPE.test(mediaType)) {
    const text = decodeText(bytes, contentType);
    if (text.includes('\0')) return { kind: 'binary', bytes, mediaType: 'application/octet-stream' };
    const wanted = /[/+]json\b/i.test(accept) && !accept.toLowerCase().includes(mediaType);
    return wanted ? parseOr(text, mediaType) : { kind: 'text', text, mediaType };
  }
  return { kind: 'binary', bytes, mediaType };
}
