import type { Preset } from './preset.ts';

/**
 * Amazon Cognito user pools (Amazon Cognito Developer Guide: "Identity provider and relying party endpoints", "The
 * authorize endpoint", "Refresh tokens").
 *
 * - The issuer is of another host than the endpoints, which stand at the domain of the user pool.
 * - PKCE works and is not in the metadata.
 * - There is no `offline_access`: asking for it is `invalid_scope`. Refresh tokens come without it.
 * - A refresh gives no new refresh token, unless the app client rotates them.
 * - There are no organisations: a custom attribute or `cognito:groups` says whose user somebody is.
 */
export const cognito: Preset = {
  issuer: { path: /^\/[\w-]+_\w+$/, example: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEf123' },
  scopes: ['profile', 'email'],
  pkce: true,
  tenantHint: 'custom:org',
};
