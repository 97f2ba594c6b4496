import type { CallErrorCode } from '../core/errors.ts';
import { isObject } from '../core/json.ts';
import type { Body } from '../lib/body.ts';

/** Words in an API's own error codes (`channel_not_found`, `RATE_LIMIT_EXCEEDED`), first match first. */
const BY_WORD: readonly (readonly [RegExp, CallErrorCode])[] = [
  [/rate.?limit|too.?many.?requests|throttl/i, 'rate_limited'],
  [
    /unauthenticated|unauthori[sz]ed|not_authed|invalid_auth|token_(expired|revoked)|invalid_(api_?)?(key|token)/i,
    'upstream_error',
  ],
  [/not.?found|no_such|does_not_exist|unknown_(id|user|channel)/i, 'not_found'],
  [/forbidden|permission|access.?denied|not_allowed|missing_scope|restricted/i, 'forbidden'],
  [/conflict|already|duplicate/i, 'conflict'],
  [/invalid|missing|required|bad_?(user_?)?(input|request)|validation|malformed/i, 'invalid_arguments'],
  [/internal|server_?error|unavailable|fatal|timeout/i, 'upstream_error'],
];

function codeFromWords(...words: unknown[]): CallErrorCode {
  for (const word of words) {
    if (typeof word === 'number' || (typeof word === 'string' && /^[1-5]\d\d$/.test(word))) {
      const found = codeFromStatus(Number(word));
      if (found !== undefined) return found;
    }
    if (typeof word !== 'string') continue;
    const found = BY_WORD.find(([pattern]) => pattern.test(word));
    if (found !== undefined) return found[1];
  }
  return 'rejected';
}

function codeFromStatus(status: number): CallErrorCode | undefined {
  if (status >= 500 && status < 600) return 'upstream_error';
  const known: { readonly [status: number]: CallErrorCode } = {
    400: 'invalid_arguments',
    401: 'upstream_error',
    403: 'forbidden',
    404: 'not_found',
    409: 'conflict',
    422: 'invalid_arguments',
    429: 'rate_limited',
  };
  return known[status];
}

/** The words of one error, whether it is a word itself or an object that has some. */
function wordsOf(error: unknown): unknown[] {
  if (!isObject(error)) return [error];
  const extensions = isObject(error['extensions']) ? error['extensions'] : {};
  return [extensions['code'], error['status'], error['code'], error['type'], error['reason'], error['message']];
}

/**
 * The code for a success whose body says it failed, as a few families of APIs do: `ok: false` (Slack), `success: false`,
 * `status: "error"` with a message (JSend), GraphQL's `errors` without data, and an object of which an `error` is all
 * there is. Anything else is taken at its word.
 */
export function reportedFailure(body: Body): CallErrorCode | undefined {
  if (body.kind !== 'json' || !isObject(body.value)) return undefined;
  const { value } = body;
  const own = (key: string): unknown => (Object.hasOwn(value, key) ? value[key] : undefined);
  const error = own('error');
  const errors = own('errors');
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (own('ok') === false || own('success') === false) {
    return codeFromWords(...wordsOf(error), ...wordsOf(first), own('code'), own('message'));
  }
  const data = own('data');
  // JSend, and no more than that: a job that ended badly has the same two members among others.
  const jsend = Object.keys(value).every((key) => ['status', 'message', 'code', 'data'].includes(key));
  if (jsend && own('status') === 'error' && typeof own('message') === 'string') {
    return codeFromWords(own('code'), own('message'));
  }
  if (first !== undefined && (data === null || data === undefined) && isObject(first) && 'message' in first) {
    // JSON:API and GraphQL (October 2021, §7.1): errors stand in the place of data.
    const rest = Object.keys(value).filter((key) => !['errors', 'data', 'extensions', 'jsonapi', 'meta'].includes(key));
    return rest.length === 0 ? codeFromWords(...wordsOf(first)) : undefined;
  }
  const onlyError = isObject(error) && (typeof error['message'] === 'string' || typeof error['code'] === 'string');
  return onlyError && Object.keys(value).length === 1 ? codeFromWords(...wordsOf(error)) : undefined;
}
