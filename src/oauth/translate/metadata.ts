import { isObject, type Json } from '../../core/json.ts';
import { textAt, textsAt } from './members.ts';

/** What clients are told of the endpoints that they use at the identity provider. */
export interface ProviderEndpoints {
  readonly authorization: string;
  readonly token: string;
  readonly jwks: string;
  readonly revocation?: string;
  /** What clients may authenticate with there: those of {@link AUTH_METHODS} that it offers, and `none`. */
  readonly authMethods: readonly string[];
  /** Whether refresh tokens are asked for with `offline_access`. */
  readonly offline: boolean;
  /** Whether it says that S256 works. */
  readonly pkce: boolean;
  /** Whether it says who it is in its answers (RFC 9207). */
  readonly iss: boolean;
}

const AUTH_METHODS = ['client_secret_basic', 'client_secret_post'];

/** @returns nothing where clients could not log in there. */
export function endpointsOf(metadata: unknown): ProviderEndpoints | undefined {
  const [authorization, token, jwks] = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'].map((name) =>
    textAt(metadata, name),
  );
  if (authorization === undefined || token === undefined || jwks === undefined) return undefined;
  const revocation = textAt(metadata, 'revocation_endpoint');
  const offered = textsAt(metadata, 'token_endpoint_auth_methods_supported');
  return {
    ...{ authorization, token, jwks },
    ...(revocation === undefined ? {} : { revocation }),
    // RFC 8414 §2: basic where it does not say.
    authMethods: [
      'none',
      ...AUTH_METHODS.filter((each) => (offered.length === 0 ? ['client_secret_basic'] : offered).includes(each)),
    ],
    offline: textsAt(metadata, 'scopes_supported').includes('offline_access'),
    pkce: textsAt(metadata, 'code_challenge_methods_supported').includes('S256'),
    iss: isObject(metadata) && metadata['authorization_response_iss_parameter_supported'] === true,
  };
}

/**
 * The metadata of an authorization server (RFC 8414) that is ours by its issuer and registration, and the identity
 * provider's by all else. It is no OpenID provider: ID tokens would name another issuer.
 *
 * @param iss whether the identity provider names itself in its answers to those who are shown this.
 */
export function translatedMetadata(
  issuer: string,
  registration: string,
  endpoints: ProviderEndpoints,
  scopes: readonly string[],
  iss: boolean,
): { readonly [member: string]: Json } {
  return {
    issuer,
    authorization_endpoint: endpoints.authorization,
    token_endpoint: endpoints.token,
    registration_endpoint: registration,
    jwks_uri: endpoints.jwks,
    scopes_supported: [...scopes, ...(endpoints.offline ? ['offline_access'] : [])],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: [...endpoints.authMethods],
    ...(endpoints.revocation === undefined ? {} : { revocation_endpoint: endpoints.revocation }),
    ...(iss ? { authorization_response_iss_parameter_supported: true } : {}),
  };
}
