import { PosternError } from '../core/errors.ts';
import { isObject, type JsonObject } from '../core/json.ts';

/** A request id: a string or an integer, never null (MCP 2026-07-28, basic#requests). */
export type Id = string | number;

export interface InboundRequest {
  readonly kind: 'request';
  readonly id: Id;
  readonly method: string;
  readonly params: JsonObject;
}

export interface InboundNotification {
  readonly kind: 'notification';
  readonly method: string;
  readonly params: JsonObject;
}

export interface InboundResponse {
  readonly kind: 'response';
  readonly id: Id;
  /** Absent where the client answered with an error. */
  readonly result?: JsonObject;
}

export interface InboundFault {
  readonly kind: 'invalid';
  /** The id, where the message had one that can be sent back. */
  readonly id: Id | null;
  readonly message: string;
}

export type Inbound = InboundRequest | InboundNotification | InboundResponse | InboundFault;

/** An id longer than this is nobody's; it would only be echoed. */
const ID_MAX = 1024;

/** What one value of JSON is, as a JSON-RPC 2.0 message. Never throws. */
export function classify(value: unknown): Inbound {
  if (!isObject(value)) return { kind: 'invalid', id: null, message: 'A message is a JSON object.' };
  const id = idOf(value['id']);
  if (value['jsonrpc'] !== '2.0') return { kind: 'invalid', id: id ?? null, message: 'jsonrpc must be "2.0".' };
  const method = value['method'];
  if (typeof method !== 'string') return classifyResponse(value, id);
  const params = value['params'] ?? EMPTY;
  if (!isObject(params)) return { kind: 'invalid', id: id ?? null, message: 'params must be an object.' };
  if (id !== undefined) return { kind: 'request', id, method, params: params as JsonObject };
  if (Object.hasOwn(value, 'id')) return { kind: 'invalid', id: null, message: 'id must be a string or an integer.' };
  return { kind: 'notification', method, params: params as JsonObject };
}

const EMPTY: JsonObject = Object.freeze(Object.create(null));

function classifyResponse(value: Record<string, unknown>, id: Id | undefined): Inbound {
  const { result, error } = value;
  if (Object.hasOwn(value, 'method') || (!isObject(result) && !isObject(error))) {
    return { kind: 'invalid', id: id ?? null, message: 'A message has a method, a result or an error.' };
  }
  if (id === undefined) return { kind: 'invalid', id: null, message: 'A response needs the id of its request.' };
  return isObject(result) ? { kind: 'response', id, result: result as JsonObject } : { kind: 'response', id };
}

/** Only ids that come back exactly as they went: an integer beyond 2^53 has already lost digits. */
function idOf(id: unknown): Id | undefined {
  if (typeof id === 'string') return id.length <= ID_MAX ? id : undefined;
  return Number.isSafeInteger(id) ? (id as number) : undefined;
}

/** The text of an id within a message. */
export function idText(id: Id | null): string {
  return typeof id === 'string' ? JSON.stringify(id) : String(id);
}

/** Stateless, so one serves all: `fatal` refuses what is not UTF-8 instead of replacing it. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON of a body, or of a line.
 *
 * @throws PosternError `parse_error`; `invalid_request` where it is nested deeper than `maxDepth`.
 */
export function parseJson(bytes: Uint8Array, maxDepth: number): unknown {
  if (isDeeper(bytes, maxDepth)) {
    throw new PosternError('invalid_request', { message: `The body is nested more than ${maxDepth} deep.` });
  }
  try {
    return JSON.parse(UTF8.decode(bytes));
  } catch {
    throw new PosternError('parse_error');
  }
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Whether brackets outside of strings nest deeper than `limit`. One pass over the bytes and before parsing:
 * `JSON.parse` takes a million levels, and whatever walks its result then runs out of stack.
 */
export function isDeeper(bytes: Uint8Array, limit: number): boolean {
  if (openings(bytes) <= limit) return false;
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at + 1);
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > limit) return true;
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
    }
  }
  return false;
}

/** How many brackets open, those inside of strings too: most bodies have too few of them to nest deep. */
function openings(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 0x7b || bytes[at] === 0x5b) count++;
  return count;
}

/** Where the string that begins at `from` ends: at the first quote that an even number of backslashes precedes. */
function endOfString(bytes: Uint8Array, from: number): number {
  for (let quote = bytes.indexOf(QUOTE, from); quote !== -1; quote = bytes.indexOf(QUOTE, quote + 1)) {
    let slashes = 0;
    while (quote - 1 - slashes >= from && bytes[quote - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote;
  }
  return bytes.length;
}
