import type { PosternError } from '../core/errors.ts';
import { isObject } from '../core/json.ts';

/**
 * The `WWW-Authenticate` header for a refusal, or nothing where none belongs (RFC 6750 §3, RFC 9110 §11.6.1).
 * A request without credentials gets no `error`: it did nothing wrong yet (RFC 6750 §3.1).
 */
export function challengeFor(error: PosternError): string | undefined {
  switch (error.code) {
    case 'missing_credential':
      return 'Bearer';
    case 'invalid_token':
      return `Bearer error="invalid_token", error_description=${quoted(error.message)}`;
    case 'insufficient_scope':
      return `Bearer error="insufficient_scope", scope=${quoted(requiredScopes(error).join(' '))}`;
    default:
      return undefined;
  }
}

/** The scopes an `insufficient_scope` names in its public data. */
function requiredScopes(error: PosternError): string[] {
  const data = error.details.data;
  const scopes = isObject(data) ? data['requiredScopes'] : undefined;
  return Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [];
}

/** A quoted-string of what RFC 6750 §3 allows in these attributes: printable ASCII without `"` and `\`. */
function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, "'").replace(/[^\x20-\x7e]/g, '?')}"`;
}
