import type { Preset } from './preset.ts';

/**
 * WorkOS AuthKit, by an OAuth application of Connect (WorkOS docs: "Connect: OAuth Applications", "Access token claims",
 * API reference "Authorize", "Token", "Metadata").
 *
 * - The organisation that the user chose is `org_id` of the access token, a JWT; the ID token is about the person.
 * - The client authenticates in the body.
 */
export const workos: Preset = {
  issuer: { path: /^$/, example: 'https://acme.authkit.app' },
  authMethod: 'client_secret_post',
  claimsInAccessToken: true,
  tenant: { claim: ['org_id'] },
};
