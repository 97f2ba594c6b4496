import type { Preset } from './preset.ts';

/**
 * Microsoft Entra ID, v2.0 (Microsoft identity platform: "OpenID Connect on the Microsoft identity platform", "ID token
 * claims reference", "Secure applications and APIs by validating claims").
 *
 * - Tenants are in `tid`. `sub` differs from application to application: `oid` is the user, and comes with `profile`.
 * - With `organizations` or `common` in the issuer, its metadata names `{tenantid}`, and each token its own issuer.
 * - All personal accounts of the world share one tenant, which therefore is none.
 * - PKCE works and is not in the metadata.
 * - An address is not verified, and says so nowhere: it is for reading.
 * - A `groups` claim with more than 200 groups is not in the token but behind `_claim_names`.
 */
export const entra: Preset = {
  issuer: {
    path: /^\/[^/]+\/v2\.0$/,
    example: 'https://login.microsoftonline.com/11111111-2222-3333-4444-555555555555/v2.0',
  },
  name: 'Microsoft',
  authMethod: 'client_secret_post',
  scopes: ['profile', 'email', 'offline_access'],
  pkce: true,
  claims: { subject: ['oid'] },
  tenant: { claim: ['tid'] },
  noTenants: ['9188040d-6c67-4c5b-b112-36a304b66dad'],
};
