import type { ToolResult } from '../core/content.ts';
import { joined, type Runs } from '../http/exchange.ts';
import { type Id, idText } from './json-rpc.ts';
import { META_SERVER } from './meta.ts';
import type { CacheHint, Implementation, ListPage } from './service.ts';

/** One JSON-RPC message, serialised: as text, or as runs of text and bytes that follow each other. */
export type Payload = string | Runs;

/** Puts results into the envelope of an era. */
export interface Writer {
  /** @param value serialised as it is: an object. */
  result(id: Id, value: object, cache?: CacheHint): string;
  /** The result of a tool. Its `_meta` also names the request, where that has a name. */
  called(id: Id, result: ToolResult, requestId: string | undefined): string;
  /** @param key the property that holds the items. */
  page(id: Id, key: string, page: ListPage): Payload;
}

interface WithMeta {
  readonly _meta?: { readonly [key: string]: unknown };
}

/**
 * Results of 2026-07-28: every one says its type and who served it, lists and reads say how long they may be kept.
 * All of that is text made once, so that a result costs one `JSON.stringify` and one concatenation.
 */
export class ModernWriter implements Writer {
  /** Who served it, as a member of `_meta`. */
  readonly #server: string;
  readonly #complete: string;

  constructor(server: Implementation) {
    this.#server = `${JSON.stringify(META_SERVER)}:${JSON.stringify(server)}`;
    this.#complete = this.#head('complete');
  }

  result(id: Id, value: object, cache?: CacheHint): string {
    return this.#write(id, value, cache, undefined);
  }

  called(id: Id, result: ToolResult, requestId: string | undefined): string {
    return this.#write(id, result, undefined, requestId);
  }

  /** A result that asks the client for more (MCP 2026-07-28, basic/patterns/mrtr). */
  inputRequired(id: Id, value: object): string {
    return `${opening(id)}${this.#head('input_required')}}${members(value)}}}`;
  }

  page(id: Id, key: string, page: ListPage): Payload {
    const cursor = page.nextCursor === undefined ? '' : `,"nextCursor":${JSON.stringify(page.nextCursor)}`;
    return [`${opening(id)}${this.#complete}}${cacheText(page.cache)}${cursor},"${key}":`, page.items, '}}'];
  }

  #write(id: Id, value: WithMeta, cache: CacheHint | undefined, requestId: string | undefined): string {
    const { _meta: meta } = value;
    if (meta === undefined) {
      return `${opening(id)}${this.#complete}${nameText(requestId)}}${cacheText(cache)}${members(value)}}}`;
    }
    // Whatever a result says of itself, who served it is said here.
    const { [META_SERVER]: _server, ...own } = named(meta, requestId);
    const rest = members({ ...value, _meta: undefined });
    return `${opening(id)}${this.#complete}${members(own)}}${cacheText(cache)}${rest}}}`;
  }

  /** Up to and into `_meta`, which is closed by whoever has added to it. */
  #head(resultType: 'complete' | 'input_required'): string {
    return `{"resultType":"${resultType}","_meta":{${this.#server}`;
  }
}

/** Results of the revisions up to 2025-11-25: the value and nothing else. */
export const legacyWriter: Writer = {
  result: (id, value) => `${opening(id)}${JSON.stringify(value)}}`,
  called: (id, result, requestId) => {
    if (requestId === undefined) return legacyWriter.result(id, result);
    const meta = JSON.stringify(named(result._meta, requestId));
    const rest = members(result._meta === undefined ? result : { ...result, _meta: undefined });
    return `${opening(id)}{"_meta":${meta}${rest}}}`;
  },
  page: (id, key, page) => {
    const cursor = page.nextCursor === undefined ? '' : `"nextCursor":${JSON.stringify(page.nextCursor)},`;
    return [`${opening(id)}{${cursor}"${key}":`, page.items, '}}'];
  },
};

/** The members of an object as they stand in JSON behind others; each begins with its comma. */
function members(value: object): string {
  const text = JSON.stringify(value);
  return text === '{}' ? '' : `,${text.slice(1, -1)}`;
}

function named(meta: WithMeta['_meta'], requestId: string | undefined): { readonly [key: string]: unknown } {
  return requestId === undefined ? { ...meta } : { ...meta, requestId };
}

/** Request ids are made here, of letters that JSON does not escape. */
function nameText(requestId: string | undefined): string {
  return requestId === undefined ? '' : `,"requestId":"${requestId}"`;
}

/** A notification or request of ours. */
export function outbound(method: string, params: object | undefined, id?: Id): string {
  const head = id === undefined ? '' : `"id":${idText(id)},`;
  const tail = params === undefined ? '' : `,"params":${JSON.stringify(params)}`;
  return `{"jsonrpc":"2.0",${head}"method":"${method}"${tail}}`;
}

/** A payload as one text, for the channels that take nothing else. */
export function textOf(payload: Payload): string {
  return typeof payload === 'string' ? payload : joined(payload).toString();
}

function opening(id: Id): string {
  return `{"jsonrpc":"2.0","id":${idText(id)},"result":`;
}

function cacheText(cache: CacheHint | undefined): string {
  return cache === undefined ? '' : `,"ttlMs":${cache.ttlMs},"cacheScope":"${cache.cacheScope}"`;
}
