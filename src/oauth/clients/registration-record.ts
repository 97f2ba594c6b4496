import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import type { OAuthClientRow } from '../../core/oauth-tables.ts';
import { hmacSha256 } from '../../lib/digest.ts';
import { type ClientClaims, canonical, describe, isNative } from './client.ts';
import { parsedJson } from './json-text.ts';
import { isRedirectUri, lastingUri, readRedirectUri } from './redirect-uri.ts';
import type { RegistrationRequest } from './registration-request.ts';

/** What of a registration is kept, for one issuer. */
export function toBody(issuer: string, claims: ClientClaims): string {
  const { redirectUris, ...others } = claims;
  // Clients that listen at a new port for each login (Codex, mcp-remote) would each time be another client.
  const uris = [...new Set(redirectUris.map(lastingUri))].sort();
  return canonical({ ...others, redirectUris: uris, issuer });
}

/** @returns nothing for what was registered with another issuer, or is not readable. */
export function fromBody(issuer: string, body: string): ClientClaims | undefined {
  const value = parsedJson(body);
  if (!isObject(value) || value['issuer'] !== issuer || !Array.isArray(value['redirectUris'])) return undefined;
  const redirectUris = value['redirectUris'].map(readRedirectUri).filter(isRedirectUri);
  const { issuer: _issuer, ...claims } = value;
  return { ...(claims as unknown as ClientClaims), redirectUris };
}

/**
 * The id of a public client: who registers the same gets the same, on every node, and a flood of the same is one row.
 * Never begins like a URL (draft of client metadata documents, Supporting Both).
 */
export function sharedId(key: Uint8Array, body: string): string {
  return `dcr_${hmacSha256(key, body)}`;
}

/** The members of the answer (RFC 7591 §3.2.1): all that was registered, nothing that is null. */
export function toAnswer(
  row: Pick<OAuthClientRow, 'id' | 'createdAt'>,
  request: RegistrationRequest,
  secret: string | undefined,
): JsonObject {
  const { claims, scope, contacts, software } = request;
  const { metadata } = describe(row.id, 'registered', claims);
  const answer: { [member: string]: Json | undefined } = {
    client_id: metadata.client_id,
    client_id_issued_at: Math.floor(row.createdAt / 1_000),
    client_secret: secret,
    // RFC 7591 §3.2.1: 0 for a secret that does not expire.
    client_secret_expires_at: secret === undefined ? undefined : 0,
    client_name: metadata.client_name,
    redirect_uris: claims.redirectUris.map(({ uri }) => uri),
    grant_types: [...metadata.grant_types],
    response_types: [...metadata.response_types],
    token_endpoint_auth_method: metadata.token_endpoint_auth_method,
    token_endpoint_auth_signing_alg: metadata.token_endpoint_auth_signing_alg,
    application_type: isNative(claims.redirectUris) ? 'native' : 'web',
    scope,
    ...claims.pages,
    contacts: contacts.length === 0 ? undefined : [...contacts],
    ...software,
    jwks: metadata.jwks === undefined ? undefined : { keys: metadata.jwks.keys.map((key) => ({ ...key })) },
    jwks_uri: metadata.jwks_uri,
  };
  return Object.fromEntries(Object.entries(answer).filter((entry): entry is [string, Json] => entry[1] !== undefined));
}
