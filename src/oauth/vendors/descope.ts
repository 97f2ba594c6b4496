import type { Preset } from './preset.ts';

/**
 * Descope (Descope docs: "OIDC Federated Applications", "OIDC Endpoints Quickstart", "Session Overview").
 *
 * - The issuer has the project id as its path, which is the client id as well; the secret is an access key.
 * - `tenants` is an object whose names are the tenants. It comes with the scope `descope.claims`.
 */
export const descope: Preset = {
  issuer: { path: /\/P\w+/, example: 'https://api.descope.com/P2AbCdEfGhIjKlMnOpQrStUvWxYz' },
  authMethod: 'client_secret_post',
  scopes: ['profile', 'email', 'offline_access'],
  pkce: true,
  tenant: { claim: ['tenants'], keys: true, scopes: ['descope.claims'] },
};
