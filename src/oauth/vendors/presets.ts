import type { PresetName } from './names.ts';
import type { Preset } from './preset.ts';

/** Only the one that is asked for is loaded. */
const PRESETS: { readonly [Name in PresetName]: () => Promise<Preset> } = {
  auth0: async () => (await import('./auth0.ts')).auth0,
  cognito: async () => (await import('./cognito.ts')).cognito,
  descope: async () => (await import('./descope.ts')).descope,
  entra: async () => (await import('./entra.ts')).entra,
  github: async () => (await import('./github.ts')).github,
  google: async () => (await import('./google.ts')).google,
  keycloak: async () => (await import('./keycloak.ts')).keycloak,
  oidc: async () => (await import('./oidc.ts')).oidc,
  okta: async () => (await import('./okta.ts')).okta,
  scalekit: async () => (await import('./scalekit.ts')).scalekit,
  stytch: async () => (await import('./stytch.ts')).stytch,
  workos: async () => (await import('./workos.ts')).workos,
};

export function loadPreset(name: PresetName): Promise<Preset> {
  return PRESETS[name]();
}
