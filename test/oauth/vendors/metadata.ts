/*
 * What each vendor publishes of itself, as its documentation shows it; the source is named beside each. Members that no
 * client of ours could read are left out, names of customers are made up. Nothing here was asked of a vendor: what a
 * document does not show is not here, and what has changed since is not either.
 */

export interface Recorded {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly userinfo_endpoint?: string;
  readonly jwks_uri: string;
  readonly [member: string]: unknown;
}

const POOL = 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123';
const POOL_DOMAIN = 'https://acme.auth.eu-central-1.amazoncognito.com';

/** Amazon Cognito Developer Guide, "Identity provider and relying party endpoints". */
export const COGNITO: Recorded = {
  authorization_endpoint: `${POOL_DOMAIN}/oauth2/authorize`,
  id_token_signing_alg_values_supported: ['RS256'],
  issuer: POOL,
  jwks_uri: `${POOL}/.well-known/jwks.json`,
  response_types_supported: ['code', 'token'],
  scopes_supported: ['openid', 'email', 'phone', 'profile'],
  subject_types_supported: ['public'],
  token_endpoint: `${POOL_DOMAIN}/oauth2/token`,
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  userinfo_endpoint: `${POOL_DOMAIN}/oauth2/userInfo`,
};

/** Microsoft identity platform, "OpenID Connect on the Microsoft identity platform". */
export function entra(authority: string, issuer: string): Recorded {
  const login = `https://login.microsoftonline.com/${authority}`;
  return {
    token_endpoint: `${login}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${login}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `https://login.microsoftonline.com/${issuer}/v2.0`,
    request_uri_parameter_supported: false,
    userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
    authorization_endpoint: `${login}/oauth2/v2.0/authorize`,
  };
}

const AUTH0_TENANT = 'https://acme.eu.auth0.com/';

/** Auth0 docs, "Configure Applications with OIDC Discovery". */
export const AUTH0: Recorded = {
  issuer: AUTH0_TENANT,
  authorization_endpoint: `${AUTH0_TENANT}authorize`,
  token_endpoint: `${AUTH0_TENANT}oauth/token`,
  userinfo_endpoint: `${AUTH0_TENANT}userinfo`,
  jwks_uri: `${AUTH0_TENANT}.well-known/jwks.json`,
  registration_endpoint: `${AUTH0_TENANT}oidc/register`,
  revocation_endpoint: `${AUTH0_TENANT}oauth/revoke`,
  scopes_supported: ['openid', 'profile', 'offline_access', 'name', 'nickname', 'email', 'picture', 'address'],
  response_types_supported: ['code', 'token', 'id_token', 'code id_token'],
  code_challenge_methods_supported: ['S256', 'plain'],
  response_modes_supported: ['query', 'fragment', 'form_post'],
  subject_types_supported: ['public'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  id_token_signing_alg_values_supported: ['HS256', 'RS256'],
};

const AUTHKIT = 'https://acme.authkit.app';

/** WorkOS docs, "Model Context Protocol" of AuthKit and API reference "Connect: Metadata". */
export const WORKOS: Recorded = {
  authorization_endpoint: `${AUTHKIT}/oauth2/authorize`,
  code_challenge_methods_supported: ['S256'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  introspection_endpoint: `${AUTHKIT}/oauth2/introspection`,
  issuer: AUTHKIT,
  jwks_uri: `${AUTHKIT}/oauth2/jwks`,
  registration_endpoint: `${AUTHKIT}/oauth2/register`,
  scopes_supported: ['email', 'offline_access', 'openid', 'profile'],
  response_modes_supported: ['query'],
  response_types_supported: ['code'],
  token_endpoint: `${AUTHKIT}/oauth2/token`,
  token_endpoint_auth_methods_supported: ['none', 'client_secret_post', 'client_secret_basic'],
};

const OKTA_SERVER = 'https://acme.okta.com/oauth2/default';

/** Okta Developer docs, "OpenID Connect & OAuth 2.0 API", "Retrieve the OpenID Connect metadata". */
export const OKTA: Recorded = {
  issuer: OKTA_SERVER,
  authorization_endpoint: `${OKTA_SERVER}/v1/authorize`,
  token_endpoint: `${OKTA_SERVER}/v1/token`,
  userinfo_endpoint: `${OKTA_SERVER}/v1/userinfo`,
  registration_endpoint: 'https://acme.okta.com/oauth2/v1/clients',
  jwks_uri: `${OKTA_SERVER}/v1/keys`,
  response_types_supported: ['code', 'id_token', 'code id_token', 'code token'],
  response_modes_supported: ['query', 'fragment', 'form_post', 'okta_post_message'],
  grant_types_supported: ['authorization_code', 'implicit', 'refresh_token', 'password'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: ['openid', 'profile', 'email', 'address', 'phone', 'offline_access'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
  code_challenge_methods_supported: ['S256'],
};

/** Google Identity, "OpenID Connect", "Discovery document". */
export const GOOGLE: Recorded = {
  issuer: 'https://accounts.google.com',
  authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
  device_authorization_endpoint: 'https://oauth2.googleapis.com/device/code',
  token_endpoint: 'https://oauth2.googleapis.com/token',
  userinfo_endpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
  revocation_endpoint: 'https://oauth2.googleapis.com/revoke',
  jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
  response_types_supported: ['code', 'token', 'id_token', 'code token', 'code id_token', 'none'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  scopes_supported: ['openid', 'email', 'profile'],
  token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
  claims_supported: ['aud', 'email', 'email_verified', 'exp', 'family_name', 'given_name', 'iat', 'iss', 'name', 'sub'],
  code_challenge_methods_supported: ['plain', 'S256'],
};

const REALM = 'https://id.acme.com/realms/acme';

/** Keycloak, Securing Applications Guide, "Using OpenID Connect to secure applications and services". */
export const KEYCLOAK: Recorded = {
  issuer: REALM,
  authorization_endpoint: `${REALM}/protocol/openid-connect/auth`,
  token_endpoint: `${REALM}/protocol/openid-connect/token`,
  introspection_endpoint: `${REALM}/protocol/openid-connect/token/introspect`,
  userinfo_endpoint: `${REALM}/protocol/openid-connect/userinfo`,
  jwks_uri: `${REALM}/protocol/openid-connect/certs`,
  registration_endpoint: `${REALM}/clients-registrations/openid-connect`,
  response_types_supported: ['code', 'none', 'id_token', 'code id_token'],
  subject_types_supported: ['public', 'pairwise'],
  id_token_signing_alg_values_supported: ['PS256', 'RS256', 'ES256', 'HS256'],
  scopes_supported: ['openid', 'profile', 'email', 'organization', 'offline_access'],
  code_challenge_methods_supported: ['plain', 'S256'],
  token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
  authorization_response_iss_parameter_supported: true,
};

const PROJECT = 'https://api.descope.com/P2AbCdEfGhIjKlMnOpQrStUvWxYz';

/** Descope docs, "OIDC Endpoints Quickstart" and "OIDC Federated Applications". */
export const DESCOPE: Recorded = {
  issuer: PROJECT,
  authorization_endpoint: 'https://api.descope.com/oauth2/v1/authorize',
  token_endpoint: 'https://api.descope.com/oauth2/v1/token',
  userinfo_endpoint: 'https://api.descope.com/oauth2/v1/userinfo',
  jwks_uri: `${PROJECT}/.well-known/jwks.json`,
  revocation_endpoint: 'https://api.descope.com/oauth2/v1/revoke',
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
};

const STYTCH_PROJECT = 'https://acme-login-1234.customers.stytch.com';

/** Stytch docs, API reference (B2B), "Get OpenID Configuration". */
export const STYTCH: Recorded = {
  authorization_endpoint: 'https://app.acme.com/oauth2/authorize',
  grant_types_supported: ['authorization_code'],
  id_token_signing_alg_values_supported: ['RS256'],
  issuer: STYTCH_PROJECT,
  jwks_uri: `${STYTCH_PROJECT}/.well-known/jwks.json`,
  request_id: 'request-id-test-b05c992f-ebdc-489d-a754-c7e70ba13141',
  response_types_supported: ['code'],
  scopes_supported: ['openid', 'profile', 'email', 'phone', 'offline_access'],
  status_code: 200,
  subject_types_supported: ['public'],
  token_endpoint: `${STYTCH_PROJECT}/v1/oauth2/token`,
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  userinfo_endpoint: `${STYTCH_PROJECT}/v1/oauth2/userinfo`,
};

const ENVIRONMENT = 'https://acme.scalekit.com';

/** Scalekit docs, "ID token claims", and the endpoints that its SDKs call. */
export const SCALEKIT: Recorded = {
  issuer: ENVIRONMENT,
  authorization_endpoint: `${ENVIRONMENT}/oauth/authorize`,
  token_endpoint: `${ENVIRONMENT}/oauth/token`,
  jwks_uri: `${ENVIRONMENT}/keys`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
};
