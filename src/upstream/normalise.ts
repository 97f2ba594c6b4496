import { type CallErrorCode, type ErrorDetails, PosternError } from '../core/errors.ts';
import type { UpstreamResponse } from '../core/upstream.ts';
import type { Body } from '../lib/body.ts';
import { failureMessage } from './failure-message.ts';
import { reportedFailure } from './reported-failure.ts';
import { retryAfterSeconds } from './retry-after.ts';

export interface FailureContext {
  /** The upstream's name in the config. */
  readonly upstream: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What was sent as a credential, so that an API that echoes it does not give it away. */
  readonly secrets?: readonly string[];
}

const BY_STATUS: { readonly [status: number]: CallErrorCode } = {
  400: 'invalid_arguments',
  401: 'upstream_error',
  403: 'forbidden',
  404: 'not_found',
  409: 'conflict',
  412: 'conflict',
  422: 'invalid_arguments',
  429: 'rate_limited',
};

/** Some APIs answer 403 to a caller that is only too fast (GitHub among them). */
function isLimited({ status, headers }: UpstreamResponse): boolean {
  if (status === 503) return headers['retry-after'] !== undefined;
  if (status !== 403) return status === 429;
  return headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0';
}

function codeOf(response: UpstreamResponse): CallErrorCode {
  const { status } = response;
  if (isLimited(response)) return 'rate_limited';
  return BY_STATUS[status] ?? (status >= 400 && status < 500 ? 'rejected' : 'upstream_error');
}

/**
 * The failure that a response stands for, if it does: a status that is no success, or a success whose body says that
 * the call failed. The message is the API's own where it is fit to be shown.
 *
 * A 401 is about this server's credential, which the caller can do nothing about: it becomes `upstream_error`, without
 * the API's words. A redirect that was not followed is `upstream_error` too.
 */
export function failureOf(response: UpstreamResponse, body: Body, context: FailureContext): PosternError | undefined {
  const { status } = response;
  const { upstream, now, secrets } = context;
  if (status >= 200 && status < 300) {
    const reported = reportedFailure(body);
    if (reported === undefined) return undefined;
    const message = failureMessage(body, { secrets });
    return failure(reported, { upstream, status, message, ...waiting(reported, response, now) });
  }
  const code = codeOf(response);
  if (status === 401) {
    const message = "The API does not accept this server's credential.";
    const hint = 'Only the operator of this server can fix this; do not retry.';
    return failure(code, { upstream, status, message, hint, retryable: false });
  }
  if (status >= 300 && status < 400) {
    return failure(code, {
      upstream,
      status,
      message: 'The API answered with a redirect, which is not followed.',
      retryable: false,
    });
  }
  const message = failureMessage(body, { secrets, plainOnly: status >= 500 });
  return failure(code, { upstream, status, message, ...waiting(code, response, now) });
}

function waiting(code: CallErrorCode, response: UpstreamResponse, now: number): { retryAfterSeconds?: number } {
  if (code !== 'rate_limited' && response.status < 500) return {};
  const seconds = retryAfterSeconds(response.headers, now);
  return seconds === undefined ? {} : { retryAfterSeconds: seconds };
}

function failure(code: CallErrorCode, details: ErrorDetails): PosternError {
  return new PosternError(code, details);
}
