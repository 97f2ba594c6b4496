import type { TranslatedName } from './provider-names.ts';
import type { Registrar, RegistrarParts } from './registrar.ts';

/** What is known of an identity provider whose own endpoints clients use. */
export interface TranslatedProvider {
  /** Whether PKCE with S256 works although the metadata does not say so. */
  readonly pkce?: true;
  /** What stands before the scopes of its tokens in requests, given the endpoint. */
  readonly scopePrefix?: (endpoint: string) => string;
  /** @param tokensHaveAudience what the config says of `aud`. */
  readonly registrar: (parts: RegistrarParts, tokensHaveAudience: boolean) => Promise<Registrar>;
}

/** Only the one that is asked for is loaded. */
export const TRANSLATED_PROVIDERS: { readonly [Name in TranslatedName]: TranslatedProvider } = {
  auth0: {
    registrar: async (parts) => (await import('./auth0-registrar.ts')).createAuth0Registrar(parts),
  },
  cognito: {
    pkce: true,
    registrar: async (parts, aud) => (await import('./cognito-registrar.ts')).createCognitoRegistrar(parts, aud),
  },
  entra: {
    pkce: true,
    scopePrefix: (endpoint) => `${endpoint}/`,
    registrar: async (parts) => (await import('./entra-registrar.ts')).createEntraRegistrar(parts),
  },
  keycloak: {
    registrar: async (parts) => (await import('./keycloak-registrar.ts')).createKeycloakRegistrar(parts),
  },
  okta: {
    registrar: async (parts) => (await import('./okta-registrar.ts')).createOktaRegistrar(parts),
  },
};
