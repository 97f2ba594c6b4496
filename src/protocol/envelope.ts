import { LOG_LEVELS, type LogLevel } from '../core/conversation.ts';
import { PosternError } from '../core/errors.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import type { HttpRequest } from '../http/exchange.ts';
import { tolerates, versionHeader } from './compat.ts';
import { mirrored } from './header-value.ts';
import type { InboundRequest } from './json-rpc.ts';
import { META_CAPABILITIES, META_CLIENT, META_LOG_LEVEL, META_VERSION } from './meta.ts';
import type { Note } from './service.ts';
import type { RequestFacts } from './types.ts';
import { isModernVersion, MODERN_VERSIONS } from './versions.ts';

/** What a client says about itself and this request. */
export interface ClientFacts {
  readonly version: string;
  readonly capabilities: JsonObject;
  readonly client: { readonly name: string; readonly version: string };
  readonly progressToken?: string | number;
  readonly logLevel?: LogLevel;
}

/** Which parameter `Mcp-Name` mirrors (MCP 2026-07-28, streamable-http#standard-request-headers). */
const NAMED_BY: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

const NOBODY = { name: '', version: '' };

/** Whether a message is of the modern era: its `_meta` decides, and its version header where there is none. */
export function claimsModern(method: string, params: JsonObject, header: string | undefined): boolean {
  const meta = params['_meta'];
  if (isObject(meta) && (Object.hasOwn(meta, META_VERSION) || Object.hasOwn(meta, META_CAPABILITIES))) return true;
  return header !== undefined && isModernVersion(header) && method !== 'initialize';
}

/**
 * Reads the per-request `_meta` of the modern era.
 * @throws PosternError `invalid_params`, `unsupported_version`.
 */
export function readEnvelope(params: JsonObject): ClientFacts {
  const meta = params['_meta'];
  const version = isObject(meta) ? meta[META_VERSION] : undefined;
  if (!isObject(meta) || typeof version !== 'string') throw missing(META_VERSION);
  if (!isModernVersion(version)) {
    throw new PosternError('unsupported_version', { data: { supported: [...MODERN_VERSIONS], requested: version } });
  }
  const capabilities = meta[META_CAPABILITIES];
  if (!isObject(capabilities)) throw missing(META_CAPABILITIES);
  const logLevel = meta[META_LOG_LEVEL];
  if (logLevel !== undefined && !isLogLevel(logLevel)) {
    throw new PosternError('invalid_params', { message: `_meta["${META_LOG_LEVEL}"] is not a log level.` });
  }
  return {
    version,
    capabilities: capabilities as JsonObject,
    client: clientOf(meta[META_CLIENT]),
    progressToken: progressTokenOf(meta),
    logLevel,
  };
}

/**
 * Compares the headers of a modern request with its body: who routes by the one must not be fooled by the other.
 * @throws PosternError `header_mismatch`, `invalid_params`, `unsupported_version`.
 */
export function checkHeaders(request: HttpRequest, inbound: InboundRequest, facts: RequestFacts, note: Note): void {
  const { method, params } = inbound;
  const meta = params['_meta'];
  const metaVersion = isObject(meta) ? meta[META_VERSION] : undefined;
  if (typeof metaVersion !== 'string') throw missing(META_VERSION);
  const seen = { request, method, metaVersion };
  const header = versionHeader(seen, facts, note);
  if (header === undefined) throw mismatch('MCP-Protocol-Version is missing.');
  if (header !== metaVersion && !tolerates('version-header-disagrees', seen, facts, note)) {
    throw mismatch('MCP-Protocol-Version and the version in _meta disagree.');
  }
  // An unknown version is told before its headers are judged: what they must be depends on the version.
  if (!isModernVersion(metaVersion)) return;
  if (request.header('mcp-method')?.trim() !== method) throw mismatch('Mcp-Method is missing or not the method.');
  const key = NAMED_BY.get(method);
  if (key !== undefined) checkName(request, params[key], key);
}

function checkName(request: HttpRequest, named: unknown, key: string): void {
  if (typeof named !== 'string') throw new PosternError('invalid_params', { message: `${key} must be a string.` });
  if (mirrored(request, 'mcp-name') !== named) {
    throw mismatch(`Mcp-Name is missing or not params.${key}.`);
  }
}

/** `Implementation`, as far as it is one. It is shown and counted, so it is kept short. */
export function clientOf(info: unknown): ClientFacts['client'] {
  if (!isObject(info)) return NOBODY;
  const { name, version } = info;
  return { name: shortText(name), version: shortText(version) };
}

/** A client's word for itself as the log has it; nothing where it gives none. */
export function clientLabel({ name, version }: ClientFacts['client']): string | undefined {
  return name === '' ? undefined : `${name}/${version}`;
}

/** In characters. It is repeated with every message of the request; a longer one is taken for none. */
const PROGRESS_TOKEN_MAX = 1024;

export function progressTokenOf(meta: Record<string, unknown>): string | number | undefined {
  const token = meta['progressToken'];
  if (typeof token === 'string') return token.length <= PROGRESS_TOKEN_MAX ? token : undefined;
  return typeof token === 'number' ? token : undefined;
}

export function isLogLevel(value: unknown): value is LogLevel {
  return LOG_LEVELS.includes(value as LogLevel);
}

function shortText(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 64) : '';
}

function missing(key: string): PosternError {
  return new PosternError('invalid_params', { message: `params._meta["${key}"] is required.` });
}

function mismatch(message: string): PosternError {
  return new PosternError('header_mismatch', { message });
}
