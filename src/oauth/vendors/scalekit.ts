import type { Preset } from './preset.ts';

/**
 * Scalekit (Scalekit docs: "ID token claims", "Initiate user signup or login", "Complete login with code exchange").
 *
 * - The issuer is the URL of the environment.
 * - `oid` is the organisation, not the user: `sub` is the user.
 * - The client authenticates in the body.
 */
export const scalekit: Preset = {
  issuer: { path: /^$/, example: 'https://acme.scalekit.com' },
  authMethod: 'client_secret_post',
  scopes: ['profile', 'email', 'offline_access'],
  pkce: true,
  tenant: { claim: ['oid'] },
};
