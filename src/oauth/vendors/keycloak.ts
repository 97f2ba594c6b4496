import type { Preset } from './preset.ts';

/**
 * Keycloak, 26 or newer for organisations (Keycloak Server Administration Guide: "Mapping organization claims",
 * "Offline access"; Securing Applications Guide: "OpenID Connect").
 *
 * - Each realm is an issuer.
 * - `organization` is a list of aliases, or an object with them as names where the mapper adds ids or attributes. It
 *   comes with the scope of the name; `organization:*` asks for all of the user's.
 * - Without `offline_access` the refresh token ends with the session, half an hour after its last use by default.
 */
export const keycloak: Preset = {
  issuer: { path: /\/realms\/[^/]+$/, example: 'https://id.acme.com/realms/acme' },
  scopes: ['profile', 'email', 'offline_access'],
  tenant: { claim: ['organization'], keys: true, scopes: ['organization:*'] },
};
