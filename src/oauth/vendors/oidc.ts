import type { Preset } from './preset.ts';

/** Any OpenID provider (OpenID Connect Discovery 1.0): nothing but what its metadata says. */
export const oidc: Preset = {
  issuer: { example: 'https://id.acme.com' },
  tenantHint: 'org_id',
};
