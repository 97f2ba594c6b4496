import type { PosternError } from '../core/errors.ts';
import { isObject } from '../core/json.ts';

/** What a challenge tells a client that could get a token: where to read how, and what to ask for. */
export interface ChallengedResource {
  /** The URL of the protected-resource metadata (RFC 9728 §5.1). */
  readonly metadataUrl: string;
  /** The scopes to ask for at first, with spaces between. */
  readonly scope: string;
}

/**
 * The `WWW-Authenticate` header for a refusal, or nothing where none belongs (RFC 6750 §3, RFC 9110 §11.6.1).
 * A request without credentials gets no `error`: it did nothing wrong yet (RFC 6750 §3.1).
 *
 * @param resource without it, credentials are not to be had from an authorization server, and none is pointed at.
 */
export function challengeFor(error: PosternError, resource?: ChallengedResource): string | undefined {
  const metadata = resource === undefined ? [] : [`resource_metadata=${quoted(resource.metadataUrl)}`];
  const initial = resource === undefined || resource.scope === '' ? [] : [`scope=${quoted(resource.scope)}`];
  const description = `error_description=${quoted(error.message)}`;
  switch (error.code) {
    case 'missing_credential':
      return bearer(...metadata, ...initial);
    case 'invalid_token':
      return bearer('error="invalid_token"', description, ...metadata, ...initial);
    // A scheme belongs into every 401 (RFC 9110 §15.5.2); nothing in it leads to a login, which would mend nothing.
    case 'link_invalid':
      return bearer('error="invalid_token"', description);
    case 'insufficient_scope': {
      // All that the operation takes, whatever is held already: adding up is the client's (MCP 2026-07-28, step-up).
      const scope = `scope=${quoted(requiredScopes(error).join(' '))}`;
      return bearer('error="insufficient_scope"', scope, ...metadata, ...(resource === undefined ? [] : [description]));
    }
    default:
      return undefined;
  }
}

function bearer(...parameters: readonly string[]): string {
  return parameters.length === 0 ? 'Bearer' : `Bearer ${parameters.join(', ')}`;
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
