import type { ConnectionRow } from '../core/connections.ts';
import { PosternError } from '../core/errors.ts';

/** Nobody has connected an account that this caller may use. */
export function needsConnection(): PosternError {
  return new PosternError('needs_connection', {
    message: 'No account at the API is connected for this caller.',
    hint: 'Do not repeat the call. Ask the user to have an account connected, then call again.',
  });
}

/** The API takes the credential of this connection no more. */
export function needsReauth({ name }: Pick<ConnectionRow, 'name'>): PosternError {
  return new PosternError('needs_reauth', {
    message: `The account "${name}" must be connected again.`,
    hint: 'Do not repeat the call. Ask the user to have the account connected again, then call again.',
    data: { connection: name },
  });
}

/** What nobody but the operator can do something about. */
export function operatorsToMend(): PosternError {
  return new PosternError('upstream_error', {
    message: 'This server cannot use the account that is connected.',
    hint: 'Only the operator of this server can fix this; do not retry.',
    retryable: false,
  });
}

export function cannotAsk(): PosternError {
  return new PosternError('upstream_unavailable', {
    message: 'The authorization server of the API cannot be asked right now.',
    retryAfterSeconds: 5,
  });
}
