import type { ToolResult } from '../core/content.ts';
import { type CallErrorCode, ERRORS, type ErrorCode, type PosternError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';

/** The whole closed list: the type says when one is missing. */
const CALL_CODES: { readonly [code in CallErrorCode]: true } = {
  invalid_arguments: true,
  invalid_cursor: true,
  not_found: true,
  forbidden: true,
  insufficient_scope: true,
  needs_reauth: true,
  needs_connection: true,
  confirmation_required: true,
  rate_limited: true,
  quota_exceeded: true,
  circuit_open: true,
  conflict: true,
  rejected: true,
  upstream_error: true,
  upstream_unavailable: true,
  timeout: true,
  cancelled: true,
  result_too_large: true,
  internal: true,
};

function callCode(code: ErrorCode): CallErrorCode | undefined {
  return Object.hasOwn(CALL_CODES, code) ? (code as CallErrorCode) : undefined;
}

/**
 * A failed call as the result a model reads: `structuredContent.error`, and the same as JSON text. An error of the
 * protocol or of this server's own, which no caller of a tool can act on, becomes a bare `internal`.
 */
export function failureResult(error: PosternError, requestId: string): ToolResult {
  const code = callCode(error.code);
  const entry = ERRORS[code ?? 'internal'];
  const { hint, retryAfterSeconds, status, upstream, data, retryable } = code === undefined ? {} : error.details;
  const failure: { [key: string]: Json } = {
    code: code ?? 'internal',
    message: code === undefined ? entry.message : error.message,
    status: status ?? entry.http,
    retryable: retryable ?? entry.retryable,
  };
  if (retryAfterSeconds !== undefined) failure['retryAfterSeconds'] = retryAfterSeconds;
  if (hint !== undefined) failure['hint'] = hint;
  failure['requestId'] = requestId;
  if (upstream !== undefined) failure['upstream'] = upstream;
  if (data !== undefined) failure['details'] = data;
  return {
    content: [{ type: 'text', text: JSON.stringify(failure) }],
    structuredContent: { error: failure },
    isError: true,
  };
}
