import type { Json } from '../../core/json.ts';
import { OAuthError } from '../contracts.ts';
import { type ClientClaims, isNative } from './client.ts';
import { cleanName } from './client-name.ts';
import {
  asMembers,
  isAuthMethod,
  leadsInside,
  leaksKey,
  type Members,
  member,
  quoted,
  readContacts,
  readKeys,
  readRedirects,
  readTexts,
} from './metadata.ts';
import type { RedirectUri } from './redirect-uri.ts';

/** A registration request as it is granted. */
export interface RegistrationRequest {
  readonly claims: ClientClaims;
  /** The scopes it asked for among those there are. They bind nothing: a client may ask for others when a user logs in. */
  readonly scope: string | undefined;
  /** Echoed and not kept. */
  readonly contacts: readonly string[];
  readonly software: { readonly [member: string]: string };
}

/**
 * Reads what a client registers (RFC 7591 §2). What would mislead the client if it were dropped is an error; what it can
 * do without is narrowed, and the answer says what is left (RFC 7591 §3.2.1).
 *
 * @param scopes the scopes there are.
 * @throws OAuthError `invalid_redirect_uri`, `invalid_client_metadata`, `invalid_software_statement`.
 */
export function readRegistration(body: Json, scopes: readonly string[]): RegistrationRequest {
  const members = asMembers(body);
  if (members === undefined) throw invalid('The body is no JSON object.');
  checkStatement(member(members, 'software_statement'));
  checkFlow(members);
  const claims = { ...readTexts(members), ...readAuth(members), redirectUris: readUris(members) };
  const asked = member(members, 'scope');
  const known = typeof asked === 'string' ? scopes.filter((scope) => asked.split(' ').includes(scope)) : [];
  return {
    claims,
    scope: known.length === 0 ? undefined : known.join(' '),
    contacts: readContacts(members),
    software: readSoftware(members),
  };
}

function invalid(description: string): OAuthError {
  return new OAuthError('invalid_client_metadata', description);
}

function readUris(members: Members): RedirectUri[] {
  const { good, bad } = readRedirects(member(members, 'redirect_uris'));
  // Who says that it is a web application has no business on its users' machines (OpenID Registration §2).
  const web = member(members, 'application_type') === 'web';
  const fit = web ? good.filter(({ kind }) => kind === 'https') : [...good];
  if (fit.length > 0) return fit;
  const why = web && isNative(good) ? ['a web application redirects to https alone'] : bad;
  throw new OAuthError('invalid_redirect_uri', `No redirect URI is acceptable: ${why.slice(0, 3).join('; ')}.`);
}

function readAuth(members: Members): Pick<ClientClaims, 'authMethod' | 'jwks' | 'jwksUri' | 'signingAlg'> {
  // RFC 7591 §2: client_secret_basic for who does not say.
  const method = member(members, 'token_endpoint_auth_method') ?? 'client_secret_basic';
  if (!isAuthMethod(method)) throw invalid(`token_endpoint_auth_method ${quoted(method)} is not supported.`);
  if (member(members, 'jwks') !== undefined && member(members, 'jwks_uri') !== undefined)
    throw invalid('jwks and jwks_uri are both given.');
  if (leaksKey(members)) throw invalid('jwks has a key that is not public.');
  if (method !== 'private_key_jwt') return { authMethod: method };
  const keys = readKeys(members);
  if ('problem' in keys) throw invalid(`The keys are not usable: ${keys.problem}.`);
  // It would never be fetched: whoever registers learns that now, and not with the first token.
  if (keys.jwksUri !== undefined && leadsInside(keys.jwksUri)) throw invalid('jwks_uri is at an address inside.');
  return { authMethod: method, ...keys };
}

/** Everybody gets code and refresh token; who cannot use a code has nothing to register for here. */
function checkFlow(members: Members): void {
  for (const [name, needed] of [
    ['grant_types', 'authorization_code'],
    ['response_types', 'code'],
  ] as const) {
    const given = member(members, name);
    if (given === undefined) continue;
    if (!Array.isArray(given) || given.some((one) => typeof one !== 'string')) throw invalid(`${name} is no list.`);
    if (given.length > 0 && !given.includes(needed)) throw invalid(`${name} needs ${needed}.`);
  }
}

/** Nobody's statements are trusted here, so a signed one says nothing (RFC 7591 §2.3); one that is unsigned is a trick. */
function checkStatement(statement: unknown): void {
  if (statement === undefined) return;
  const [header = '', payload = '', signature = ''] = typeof statement === 'string' ? statement.split('.') : [];
  if (payload === '' || signature === '' || !/^[A-Za-z]+[0-9]+[A-Za-z0-9]*$|^EdDSA$/.test(algOf(header)))
    throw new OAuthError('invalid_software_statement', 'The software statement is not a signed JWT.');
}

function algOf(header: string): string {
  try {
    const { alg } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8')) as { alg?: unknown };
    return typeof alg === 'string' ? alg : '';
  } catch {
    return '';
  }
}

function readSoftware(members: Members): { [member: string]: string } {
  const software: { [member: string]: string } = {};
  for (const name of ['software_id', 'software_version']) {
    const text = cleanName(member(members, name))?.name;
    if (text !== undefined) software[name] = text;
  }
  return software;
}
