import type { ToolResult } from '../core/content.ts';
import { ERRORS, isCallError, type PosternError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';

/**
 * A failed call as the result a model reads: `structuredContent.error`, and the same as JSON text. An error of the
 * protocol or of this server's own, which no caller of a tool can act on, becomes a bare `internal`.
 */
export function failureResult(error: PosternError, requestId: string): ToolResult {
  const shown = isCallError(error.code);
  const code = shown ? error.code : 'internal';
  const entry = ERRORS[code];
  const { hint, retryAfterSeconds, status, upstream, data, retryable } = shown ? error.details : {};
  const failure: { [key: string]: Json } = {
    code,
    message: shown ? error.message : entry.message,
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
