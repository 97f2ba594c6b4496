import type { Json } from './json.ts';

/**
 * The closed list of a failed *call*: it reaches the model as a result with `isError`.
 *
 * `http` is the status where the refusal decides the HTTP response; `rpc` the JSON-RPC code where it is a protocol
 * error (MCP 2026-07-28, basic/index#error-codes); `retryable` whether the same request may succeed later;
 * `message` what the caller reads when the thrower said nothing better; `remedy` what the model should do then.
 */
export const CALL_ERRORS = {
  invalid_arguments: {
    http: 400,
    rpc: -32602,
    retryable: false,
    message: 'The arguments do not fit the tool.',
    remedy: 'Correct what the message and details.fields name, then call again.',
  },
  invalid_cursor: {
    http: 400,
    rpc: -32602,
    retryable: false,
    message: 'That cursor is not one this server gave out.',
    remedy: 'Start again without a cursor, and pass each cursor back unchanged.',
  },
  not_found: {
    http: 404,
    rpc: -32602,
    retryable: false,
    message: 'There is no such thing.',
    remedy: 'Check the id; list or search first. It may also be out of reach of this account.',
  },
  forbidden: {
    http: 403,
    rpc: -32603,
    retryable: false,
    message: 'The API does not allow this.',
    remedy: 'Do not repeat the call. Tell the user that this account may not do it.',
  },
  insufficient_scope: {
    http: 403,
    rpc: -32603,
    retryable: false,
    message: 'The credential lacks a scope this tool requires.',
    remedy: 'Ask the user to grant the scope that is named, then call again.',
  },
  needs_reauth: {
    http: 401,
    rpc: -32603,
    retryable: false,
    message: 'The account must be connected again.',
    remedy: 'Ask the user to connect the account again, then call again.',
  },
  needs_connection: {
    http: 403,
    rpc: -32603,
    retryable: false,
    message: 'No account is connected.',
    remedy: 'Ask the user to connect an account, then call again.',
  },
  confirmation_required: {
    http: 409,
    rpc: -32603,
    retryable: false,
    message: 'A person must confirm this call.',
    remedy: 'Ask the user to confirm, then call again.',
  },
  rate_limited: {
    http: 429,
    rpc: -32603,
    retryable: true,
    message: 'The API limits how often this may be called.',
    remedy: 'Wait for retryAfterSeconds, or a minute where it is not given, then call again; make fewer calls.',
  },
  quota_exceeded: {
    http: 429,
    rpc: -32603,
    retryable: true,
    message: 'The quota is used up.',
    remedy: 'Make no more of these calls until the quota is renewed, and tell the user.',
  },
  circuit_open: {
    http: 503,
    rpc: -32603,
    retryable: true,
    message: 'The API is failing; calls are held back for a while.',
    remedy: 'Wait for retryAfterSeconds, then call again.',
  },
  conflict: {
    http: 409,
    rpc: -32603,
    retryable: false,
    message: 'The API reports a conflict.',
    remedy: 'Read the current state first, then decide whether the change is still wanted.',
  },
  rejected: {
    http: 422,
    rpc: -32603,
    retryable: false,
    message: 'The API rejected the request.',
    remedy: 'Do not repeat the call unchanged: the message says what the API objects to.',
  },
  upstream_error: {
    http: 502,
    rpc: -32603,
    retryable: true,
    message: 'The API failed.',
    remedy: 'Call again after some seconds. Where the tool changes something, check first whether it did.',
  },
  upstream_unavailable: {
    http: 502,
    rpc: -32603,
    retryable: true,
    message: 'The API cannot be reached.',
    remedy: 'Call again in a minute. Where the tool changes something, check first whether it did.',
  },
  timeout: {
    http: 504,
    rpc: -32603,
    retryable: true,
    message: 'The API did not answer in time.',
    remedy: 'Ask for less, or call again. Where the tool changes something, check first whether it did.',
  },
  cancelled: {
    http: 499,
    rpc: -32603,
    retryable: true,
    message: 'The call was cancelled.',
    remedy: 'Call again if the result is still wanted.',
  },
  result_too_large: {
    http: 502,
    rpc: -32603,
    retryable: false,
    message: 'The result is larger than may be passed on.',
    remedy: 'Ask for less: a smaller page, fewer fields, a narrower filter.',
  },
  internal: {
    http: 500,
    rpc: -32603,
    retryable: true,
    message: 'Something went wrong on this server.',
    remedy: 'Call once more; if it stays, give the requestId to whoever runs this server.',
  },
} as const;

/** Refusals about the protocol, the credential and HTTP itself: they never become a tool result. */
const REQUEST_ERRORS = {
  parse_error: { http: 400, rpc: -32700, retryable: false, message: 'The body is not JSON.' },
  invalid_request: { http: 400, rpc: -32600, retryable: false, message: 'The body is not a JSON-RPC message.' },
  method_not_found: { http: 404, rpc: -32601, retryable: false, message: 'There is no such method.' },
  invalid_params: { http: 400, rpc: -32602, retryable: false, message: 'The parameters do not fit the method.' },
  unknown_tool: { http: 200, rpc: -32602, retryable: false, message: 'Unknown tool.' },
  unknown_resource: { http: 200, rpc: -32602, retryable: false, message: 'Resource not found.' },
  unknown_prompt: { http: 200, rpc: -32602, retryable: false, message: 'Unknown prompt.' },
  header_mismatch: { http: 400, rpc: -32020, retryable: false, message: 'A header and the body disagree.' },
  missing_capability: {
    http: 400,
    rpc: -32021,
    retryable: false,
    message: 'The client did not declare a capability this needs.',
  },
  unsupported_version: { http: 400, rpc: -32022, retryable: false, message: 'Unsupported protocol version.' },
  unknown_session: { http: 404, rpc: -32001, retryable: false, message: 'Unknown session; send initialize again.' },
  missing_credential: { http: 401, rpc: -32600, retryable: false, message: 'A credential is required.' },
  invalid_token: { http: 401, rpc: -32600, retryable: false, message: 'The credential is not valid.' },
  link_invalid: {
    http: 401,
    rpc: -32600,
    retryable: false,
    message: 'This link is not valid: it has expired, was deleted, or never was.',
  },
  refused_host: { http: 403, rpc: -32600, retryable: false, message: 'This Host is not served.' },
  refused_origin: { http: 403, rpc: -32600, retryable: false, message: 'This Origin is not allowed.' },
  no_route: { http: 404, rpc: -32600, retryable: false, message: 'Nothing is served at this path.' },
  method_not_allowed: {
    http: 405,
    rpc: -32600,
    retryable: false,
    message: 'This path does not take that HTTP method.',
  },
  unsupported_media_type: { http: 415, rpc: -32600, retryable: false, message: 'The body must be application/json.' },
  precondition_failed: {
    http: 412,
    rpc: -32600,
    retryable: false,
    message: 'It was changed in the meantime: read it again.',
  },
  precondition_required: {
    http: 428,
    rpc: -32600,
    retryable: false,
    message: 'A change must say in If-Match of what it is a change.',
  },
  body_too_large: { http: 413, rpc: -32600, retryable: false, message: 'The body is larger than allowed.' },
  body_timeout: { http: 408, rpc: -32600, retryable: true, message: 'The body did not arrive in time.' },
  headers_too_large: { http: 431, rpc: -32600, retryable: false, message: 'The headers are larger than allowed.' },
  too_many_streams: { http: 429, rpc: -32603, retryable: true, message: 'This caller has too many open streams.' },
  unavailable: { http: 503, rpc: -32603, retryable: true, message: 'The server cannot answer right now.' },
} as const;

/** Every way Postern says no, in one closed table. */
export const ERRORS = { ...CALL_ERRORS, ...REQUEST_ERRORS } as const;

export type ErrorCode = keyof typeof ERRORS;

/** The codes of a failed call: what `structuredContent.error.code` can be. */
export type CallErrorCode = keyof typeof CALL_ERRORS;

/** A failed call as its caller reads it: `structuredContent.error`, and the JSON of the text. */
export interface CallError {
  readonly code: CallErrorCode;
  /** What went wrong, in one line. */
  readonly message: string;
  /** The status the API answered with; where it did not answer, that of the code. */
  readonly status: number;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** Whole seconds until it may, where known. */
  readonly retryAfterSeconds?: number;
  /** What to do about it. */
  readonly hint?: string;
  /** The `X-Request-Id` of the response; the log has the call under it. */
  readonly requestId: string;
  /** The API's name in the config, where one was asked. */
  readonly upstream?: string;
  /** Facts a program can use: `fields`, a list of `{ field, message }`; `reason`, the API's own word; others. */
  readonly details?: Json;
}

export function isCallError(code: ErrorCode): code is CallErrorCode {
  return Object.hasOwn(CALL_ERRORS, code);
}

export interface ErrorDetails {
  /** Public: it may reach any caller. Never put a secret, an address or a stack here. */
  message?: string;
  /** Public: what to do about it. */
  hint?: string;
  /** Whether the same request may succeed later, where this failure differs from the rule of its code. */
  retryable?: boolean;
  /** Whole seconds after which the same request may succeed. */
  retryAfterSeconds?: number;
  /** The status the upstream answered with, where it answered. */
  status?: number;
  /** The upstream's name in the config. */
  upstream?: string;
  /** Public facts a program can use: JSON-RPC `error.data`, or `error.details` in a result. */
  data?: Json;
  /** Headers the HTTP response must carry, such as a challenge; lower-case names. */
  headers?: { readonly [name: string]: string };
  /** What happened inside. It is logged and never sent. */
  cause?: unknown;
}

/** The one thing Postern's own code throws. What is public about it is in `code` and {@link ErrorDetails}. */
export class PosternError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    super(details.message ?? ERRORS[code].message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'PosternError';
    this.code = code;
    this.details = details;
  }
}

/** Whatever was thrown, as one of ours: a stranger becomes `internal`, with itself as the unseen cause. */
export function asPosternError(thrown: unknown): PosternError {
  return thrown instanceof PosternError ? thrown : new PosternError('internal', { cause: thrown });
}
