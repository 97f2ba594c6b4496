import { type CallErrorCode, ERRORS, type ErrorCode, isCallError, PosternError } from '../../core/errors.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import { readBody } from '../../lib/body.ts';
import { cleanText } from '../clean-text.ts';
import type { Normalise } from '../normalise.ts';
import type { Leg } from './legs.ts';
import { ConnectionRefused, reasonOf } from './reason.ts';

/** What failures of one upstream are told with. */
export interface FailureParts {
  /** The upstream's name in the config. */
  readonly upstream: string;
  /** Of the request. */
  readonly method: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What an HTTP status means, where no message of MCP came with it. */
  readonly normalise: Normalise;
  /** What nobody may see of the credential. */
  readonly secrets: readonly string[];
}

/** Words of the upstream as they may be shown. */
function shown(text: unknown, secrets: readonly string[]): string | undefined {
  return typeof text === 'string' ? cleanText(text, { secrets }) : undefined;
}

/** What was thrown on the way to an MCP server and back, as one of our errors. */
export async function asFailure(thrown: unknown, leg: Leg, parts: FailureParts): Promise<PosternError> {
  const { upstream } = parts;
  if (thrown instanceof PosternError) {
    return new PosternError(thrown.code, { upstream, ...thrown.details });
  }
  if (thrown instanceof ConnectionRefused) return ofHttp(thrown.answer, undefined, parts, thrown);
  const { code, data, message } = thrown as { code?: unknown; data?: unknown; message?: unknown };
  if (typeof code === 'number') return ofProtocol(code, message, data, parts, thrown);
  const ours = ownErrorIn(thrown);
  if (ours !== undefined) return new PosternError(ours.code, { upstream, ...ours.details });
  if (leg.answer !== undefined && leg.answer.status >= 300) return ofHttp(leg.answer, data, parts, thrown);
  if (code === 'INVALID_RESULT' || code === 'UNSUPPORTED_RESULT_TYPE' || code === 'CLIENT_HTTP_UNEXPECTED_CONTENT') {
    const said = 'The MCP server behind this tool answered with something that is no result.';
    return new PosternError('upstream_error', { upstream, message: said, retryable: false, cause: thrown });
  }
  return new PosternError('upstream_unavailable', { upstream, cause: thrown });
}

/** The library wraps some of what the egress throws. */
function ownErrorIn(thrown: unknown): PosternError | undefined {
  let at: unknown = thrown;
  for (let depth = 0; depth < 4 && at !== undefined && at !== null; depth++) {
    if (at instanceof PosternError) return at;
    at = (at as { cause?: unknown }).cause;
  }
  return undefined;
}

function ofProtocol(
  rpc: number,
  message: unknown,
  data: unknown,
  { upstream, method, secrets }: FailureParts,
  cause: unknown,
): PosternError {
  const said = shown(message, secrets)?.replace(/^MCP error -?\d+:\s*/, '');
  if (rpc === -32021 && isObject(data)) {
    return new PosternError('missing_capability', { message: said, data: data as JsonObject });
  }
  // Both the official SDKs and the specification say it in words alone (MCP, server/tools#error-handling).
  if (rpc === -32602 && /unknown tool|tool .*not found/i.test(said ?? '')) {
    const hint = 'The MCP server behind it no longer has this tool; list the tools again.';
    return new PosternError('upstream_error', { upstream, message: said, hint, retryable: false, cause });
  }
  if (rpc === -32601) {
    const hint = 'The MCP server behind it does not know the method; only its operator can help.';
    return new PosternError('upstream_error', { upstream, message: said, hint, retryable: false, cause });
  }
  return new PosternError(codeOfRpc(rpc, method), { upstream, message: said, cause });
}

/** -32002 was the code of resources that are not there before 2026-07-28 (MCP, server/resources#error-handling). */
function codeOfRpc(rpc: number, method: string): ErrorCode {
  if (method === 'resources/read' && (rpc === -32602 || rpc === -32002)) return 'unknown_resource';
  if (rpc !== -32602) return 'upstream_error';
  return method === 'tools/call' ? 'invalid_arguments' : 'invalid_params';
}

/** An HTTP status where a JSON-RPC answer was due: what it means does not depend on the protocol within. */
async function ofHttp(
  { status, headers }: NonNullable<Leg['answer']>,
  data: unknown,
  { upstream, now, normalise, secrets }: FailureParts,
  cause: unknown,
): Promise<PosternError> {
  const text = isObject(data) && typeof data['text'] === 'string' ? data['text'] : '';
  const response = { status, headers, body: Buffer.from(text) };
  const failure = await normalise(response, readBody(response), { id: 'mcp', method: 'POST', path: '' }, now, secrets);
  if (failure === undefined) return new PosternError('upstream_error', { upstream, status, cause });
  // A 400 or 404 is about the endpoint or the message, not about what the tool was asked for.
  const code = NOT_OF_THE_TOOL.has(failure.code) ? 'upstream_error' : failure.code;
  return new PosternError(code, { ...failure.details, cause: new Error(reasonOf(cause)) });
}

const NOT_OF_THE_TOOL: ReadonlySet<string> = new Set(['not_found', 'invalid_arguments', 'rejected']);

/** Our own shape of a failure, from a Postern behind this one or a server that took it over: then the code is kept. */
export function reportedError(
  result: JsonObject,
  { upstream, secrets }: Pick<FailureParts, 'upstream' | 'secrets'>,
): PosternError | undefined {
  const error = errorIn(result['structuredContent']) ?? errorIn(parsedText(result['content']));
  if (error === undefined) return undefined;
  const { code, message, hint, retryable, retryAfterSeconds, status } = error;
  if (typeof code !== 'string' || !Object.hasOwn(ERRORS, code) || typeof message !== 'string') return undefined;
  if (!isCallError(code as CallErrorCode)) return undefined;
  return new PosternError(LEFT_HERE.has(code) ? 'upstream_error' : (code as CallErrorCode), {
    upstream,
    message: shown(message, secrets),
    hint: shown(hint, secrets),
    retryable: typeof retryable === 'boolean' ? retryable : undefined,
    retryAfterSeconds: wholeSeconds(retryAfterSeconds),
    status: typeof status === 'number' && Number.isInteger(status) ? status : undefined,
  });
}

/** What is about the credential of this server, or about the other server itself, is no business of our caller's. */
const LEFT_HERE: ReadonlySet<string> = new Set(['insufficient_scope', 'internal', 'cancelled']);

function errorIn(value: unknown): Record<string, unknown> | undefined {
  if (!isObject(value)) return undefined;
  const inner = isObject(value['error']) ? value['error'] : value;
  return 'code' in inner && 'message' in inner ? inner : undefined;
}

function parsedText(content: unknown): unknown {
  const [only, ...others] = Array.isArray(content) ? (content as unknown[]) : [];
  if (others.length > 0 || !isObject(only) || typeof only['text'] !== 'string') return undefined;
  const { text } = only;
  if (text.length > 20_000 || !text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function wholeSeconds(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 86_400 ? value : undefined;
}
