import { PosternError } from '../../core/errors.ts';

/** What a model is told to ask of a user whose login is over. */
export const LOG_IN_AGAIN =
  'Ask the user to log in again: disconnect this server in their client and connect it once more. Then call again.';

/** The login behind a call is over. */
export function loginIsOver(cause?: unknown): PosternError {
  return new PosternError('needs_reauth', { message: 'The login of this user is over.', hint: LOG_IN_AGAIN, cause });
}

/** A key, a client without a user, a token from elsewhere: nobody has logged in. */
export function noLogin(): PosternError {
  return new PosternError('forbidden', {
    message: 'This API is called in the name of a user who has logged in here, and this caller is none.',
    hint: 'Do not repeat the call. The user has to connect with a login, not with a key or a token from elsewhere.',
  });
}

/** What the identity provider's tokens of a grant were refused with, in words about a call. */
export function ofIdentity(thrown: unknown): unknown {
  if (!(thrown instanceof PosternError)) return thrown;
  if (thrown.code === 'needs_reauth') return loginIsOver(thrown);
  if (thrown.code !== 'unavailable') return thrown;
  return cannotAsk('The identity provider cannot be asked right now.', thrown, thrown.details.retryAfterSeconds);
}

export function cannotAsk(message: string, cause?: unknown, retryAfterSeconds = 5): PosternError {
  return new PosternError('upstream_unavailable', { message, retryAfterSeconds, cause });
}
