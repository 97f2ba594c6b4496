import type { Preset } from './preset.ts';

/**
 * GitHub, which speaks OAuth 2.0 without OpenID Connect (GitHub Docs: "Authorizing OAuth apps", "Generating a user access
 * token for a GitHub App", "Refreshing user access tokens", "Troubleshooting OAuth app access token request errors"; REST
 * API: "Get the authenticated user", "List organizations for the authenticated user").
 *
 * - No metadata, no ID token: who it is, is asked of the REST API. GitHub Enterprise Server has that at `/api/v3`.
 * - The token endpoint refuses with status 200, in words of its own.
 * - Names of users and organisations can be changed and taken by others; ids cannot.
 * - Tokens of an OAuth app do not end by themselves. Those of a GitHub App do, with refresh tokens that rotate.
 */
export const github: Preset = {
  issuer: { default: 'https://github.com', path: /^$/, example: 'https://github.com' },
  name: 'GitHub',
  authMethod: 'client_secret_post',
  scopes: ['read:user'],
  pkce: true,
  loginPrompt: 'select_account',
  claims: { subject: ['id'], name: ['name'] },
  tenant: { claim: ['organizations'], scopes: ['read:org'] },
  plain: (issuer) => {
    const api = issuer === 'https://github.com' ? 'https://api.github.com' : `${issuer}/api/v3`;
    return {
      authorization: `${issuer}/login/oauth/authorize`,
      token: `${issuer}/login/oauth/access_token`,
      user: `${api}/user`,
      lists: { organizations: { url: `${api}/user/orgs?per_page=100`, id: 'id', name: 'login' } },
      errors: {
        bad_refresh_token: 'invalid_grant',
        bad_verification_code: 'invalid_grant',
        incorrect_client_credentials: 'invalid_client',
      },
    };
  },
};
