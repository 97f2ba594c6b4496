import { ERRORS, type ErrorCode, PosternError } from '../core/errors.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { type Id, idText } from './json-rpc.ts';
import type { Note } from './service.ts';

/** Codes that decide the HTTP response, as long as there is one to decide; elsewhere they are JSON-RPC errors. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'insufficient_scope',
  'rate_limited',
  'quota_exceeded',
  'missing_credential',
  'invalid_token',
  'refused_host',
  'refused_origin',
  'no_route',
  'method_not_allowed',
  'unsupported_media_type',
  'body_too_large',
  'body_timeout',
  'headers_too_large',
  'too_many_streams',
  'unavailable',
]);

/** What a legacy request is refused with at the level of HTTP; every other error is an answer, and answers are 200. */
const LEGACY_STATUS: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'parse_error',
  'invalid_request',
  'unsupported_version',
  'unknown_session',
]);

/** MCP up to 2025-11-25, server/resources#error-handling; 2026-07-28 forbids it. */
const LEGACY_RESOURCE_NOT_FOUND = -32002;

export type Era = 'modern' | 'legacy';

export function isRefusal(code: ErrorCode): boolean {
  return REFUSALS.has(code);
}

export function statusOf(code: ErrorCode, era: Era): number {
  return era === 'modern' || LEGACY_STATUS.has(code) ? ERRORS[code].http : 200;
}

/** A JSON-RPC error response. Nothing internal is in it: `PosternError` keeps what happened inside in its cause. */
export function errorText(id: Id | null, error: PosternError, era: Era): string {
  const code =
    era === 'legacy' && error.code === 'unknown_resource' ? LEGACY_RESOURCE_NOT_FOUND : ERRORS[error.code].rpc;
  const body = JSON.stringify({ code, message: error.message, data: dataOf(error) });
  return `{"jsonrpc":"2.0","id":${idText(id)},"error":${body}}`;
}

function dataOf(error: PosternError): Json | undefined {
  const { data, hint, retryAfterSeconds } = error.details;
  if (data !== undefined && !isRefusal(error.code)) return data;
  const { rpc, retryable } = ERRORS[error.code];
  if (rpc !== -32603 && hint === undefined) return data;
  return {
    code: error.code,
    retryable,
    ...(hint === undefined ? {} : { hint }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    ...(data === undefined ? {} : { details: data }),
  };
}

/** Whatever a method threw, as one of ours. A stranger is told to the host, whole, and to nobody else. */
export function settleError(thrown: unknown, method: string, note: Note): PosternError {
  if (thrown instanceof PosternError) {
    if (thrown.code === 'internal') note('error', { method }, thrown.details.cause ?? thrown);
    return thrown;
  }
  note('error', { method }, thrown);
  return new PosternError('internal', { cause: thrown });
}

/** Says which resource was not found (SEP-2164), where the service did not. */
export function unknownResource(thrown: unknown, uri: string): unknown {
  if (!(thrown instanceof PosternError) || thrown.code !== 'unknown_resource' || thrown.details.data !== undefined) {
    return thrown;
  }
  return new PosternError('unknown_resource', { ...thrown.details, data: { uri } });
}

/** What a failed call says of itself, where the protocol has no error for it. */
export function errorFacts(error: PosternError): JsonObject {
  return {
    code: error.code,
    message: error.message,
    retryable: ERRORS[error.code].retryable,
    ...(error.details.hint === undefined ? {} : { hint: error.details.hint }),
    ...(error.details.data === undefined ? {} : { details: error.details.data }),
  };
}
