import type { Preset } from './preset.ts';

/**
 * Google (Google Identity: "OpenID Connect", "Using OAuth 2.0 for Web Server Applications").
 *
 * - Refresh tokens come with `access_type=offline`, and again only with `prompt=consent`.
 * - A refresh gives no new refresh token.
 * - `prompt` knows `none`, `consent` and `select_account`; `login` is refused.
 * - `hd` is the Workspace or Cloud organisation of the account; personal accounts have none.
 * - There is no `offline_access`.
 */
export const google: Preset = {
  issuer: { default: 'https://accounts.google.com', example: 'https://accounts.google.com' },
  name: 'Google',
  authMethod: 'client_secret_post',
  scopes: ['profile', 'email'],
  parameters: { access_type: 'offline', prompt: 'consent' },
  loginPrompt: 'select_account',
  tenant: { claim: ['hd'] },
};
