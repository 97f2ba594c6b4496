import type { Preset } from './preset.ts';

/**
 * Stytch B2B, by a Connected App (Stytch docs: "Connected Apps", API reference "Get OpenID Configuration", "Exchange
 * Authorization Code", "Custom domains").
 *
 * - The page where users log in and allow is the company's own: its address is set in the dashboard.
 * - The organisation is in a claim that is an object with a URL for its name, of the access token at least.
 * - PKCE works and is not in the metadata.
 */
export const stytch: Preset = {
  issuer: { path: /^$/, example: 'https://acme-login-1234.customers.stytch.com' },
  authMethod: 'client_secret_post',
  pkce: true,
  claimsInAccessToken: true,
  tenant: { claim: ['https://stytch.com/organization', 'organization_id'] },
};
