/** Identity providers at which clients can be created. */
export const TRANSLATED_NAMES = ['auth0', 'cognito', 'entra', 'keycloak', 'okta'] as const;

export type TranslatedName = (typeof TRANSLATED_NAMES)[number];

/** What access tokens have in `typ`; `none`: there is none. */
export const TOKEN_TYPES: { readonly [Name in TranslatedName]: readonly ('at+jwt' | 'JWT' | 'none')[] } = {
  auth0: ['at+jwt', 'JWT'],
  cognito: ['none', 'JWT'],
  entra: ['JWT'],
  keycloak: ['JWT', 'at+jwt'],
  okta: ['none', 'JWT', 'at+jwt'],
};
