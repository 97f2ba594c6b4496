/** Identity providers at which clients can be created. */
export const TRANSLATED_NAMES = ['auth0', 'cognito', 'entra', 'keycloak', 'okta'] as const;

export type TranslatedName = (typeof TRANSLATED_NAMES)[number];
