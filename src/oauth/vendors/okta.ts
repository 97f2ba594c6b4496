import type { Preset } from './preset.ts';

/**
 * Okta (Okta Developer docs: "Authorization servers", "OpenID Connect & OAuth 2.0 API", "Refresh access tokens").
 *
 * - A custom authorization server stands at `/oauth2/<id>`; `default` is the id of the first. Tokens of the org
 *   authorization server, which stands at the host alone, are for Okta's own API.
 * - An org is one company: usually all its users are of one tenant.
 * - With the `profile` scope and an access token, the ID token is thin; the rest is at userinfo.
 */
export const okta: Preset = {
  issuer: { path: /^(?:\/oauth2\/\w+)?$/, example: 'https://acme.okta.com/oauth2/default' },
  scopes: ['profile', 'email', 'offline_access'],
  tenantHint: 'a claim of the authorization server; or tenant, as an org is one company',
};
