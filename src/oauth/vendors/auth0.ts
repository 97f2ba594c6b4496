import type { Preset } from './preset.ts';

/**
 * Auth0 (Auth0 docs: "Authorization Code Flow with PKCE", "Get Access Tokens", "Work with Tokens and Organizations").
 *
 * - The issuer ends with a slash.
 * - Without the parameter `audience` the access token is opaque and good for userinfo alone.
 * - `offline_access` is asked for where the metadata has it, which is always; an API must allow it.
 * - `org_id` is there where the login was one of an organisation.
 * - Applications authenticate in the body unless told otherwise.
 */
export const auth0: Preset = {
  issuer: { path: /^\/$/, example: 'https://acme.eu.auth0.com/' },
  authMethod: 'client_secret_post',
  tenant: { claim: ['org_id'] },
};
