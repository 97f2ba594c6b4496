import { randomBytes } from 'node:crypto';
import { sha256 } from '../lib/digest.ts';

/** Where users of an upstream allow it, and what they are asked for. */
export interface AuthorizationRequest {
  readonly endpoint: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** What the vendor wants besides, such as `access_type`. None of it goes over what is ours. */
  readonly parameters: { readonly [name: string]: string };
  readonly redirectUri: string;
  readonly state: string;
  readonly verifier: string;
}

/** A code verifier of 256 bits (RFC 7636 §4.1). */
export function createVerifier(): string {
  return randomBytes(32).toString('base64url');
}

/** Authorization code with PKCE, always S256 (RFC 9700 §2.1.1). */
export function authorizationUrl(wanted: AuthorizationRequest): string {
  const { endpoint, clientId, scopes, parameters, redirectUri, state, verifier } = wanted;
  const url = new URL(endpoint);
  const own = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: sha256(verifier),
    code_challenge_method: 'S256',
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
  };
  for (const [name, value] of Object.entries({ ...parameters, ...own })) url.searchParams.set(name, value);
  return url.href;
}

/** What an authorization server sent the browser back with. */
export type AuthorizationAnswer =
  | { readonly kind: 'code'; readonly code: string }
  /** In the word of OAuth. */
  | { readonly kind: 'refused'; readonly error: string }
  /** What no authorization server says, or another one than was asked. */
  | { readonly kind: 'invalid' };

const ONCE: readonly string[] = ['state', 'code', 'iss', 'error'];

/** @returns the state of an answer; nothing for one that is none, or says a thing twice. */
export function stateOf(query: URLSearchParams): string | undefined {
  if (ONCE.some((name) => query.getAll(name).length > 1)) return undefined;
  return query.get('state') ?? undefined;
}

/**
 * @param issuer who was asked, where that is known: an answer that names another is not taken (RFC 9207 §2.4).
 * @param says whether it always names itself: then an answer that names nobody is not taken either.
 */
export function readAnswer(query: URLSearchParams, issuer: string | undefined, says: boolean): AuthorizationAnswer {
  const [code, error, iss] = [query.get('code'), query.get('error'), query.get('iss')];
  if (issuer !== undefined && (iss === null ? says : iss !== issuer)) return { kind: 'invalid' };
  if (error !== null) return { kind: 'refused', error };
  return code === null || code === '' ? { kind: 'invalid' } : { kind: 'code', code };
}
