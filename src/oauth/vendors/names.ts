/** The identity providers that are known by name, and `oidc` for any other OpenID provider. */
export const PRESET_NAMES = [
  'auth0',
  'cognito',
  'descope',
  'entra',
  'github',
  'google',
  'keycloak',
  'oidc',
  'okta',
  'scalekit',
  'stytch',
  'workos',
] as const;

export type PresetName = (typeof PRESET_NAMES)[number];
