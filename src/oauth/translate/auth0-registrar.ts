import { jsonAsker, unexpected } from './admin-http.ts';
import { createAdminToken } from './admin-token.ts';
import { memberAt, textAt } from './members.ts';
import {
  type AdminAnswer,
  type Registrar,
  RegistrarError,
  type RegistrarParts,
  type Shortcoming,
} from './registrar.ts';

/**
 * Applications of an Auth0 tenant (Auth0 Management API v2: "Create a client", "Delete a client", "Get tenant settings",
 * "Get a resource server"; Auth0 docs: "Enable Resource Parameter Compatibility Profile", "Enable Third-Party
 * Applications", "User Consent and Third-Party Applications").
 *
 * - `resource` counts only with the tenant's Resource Parameter Compatibility Profile.
 * - `iss` in the answer is a setting of the tenant, for all of its applications.
 * - Third-party applications ask for consent, and see connections of the domain level alone. What they may ask of an API is
 *   set at the API, for third-party applications.
 * - An API that is not there is `access_denied` at the login.
 * - `too_many_entities` (403): the plan has no more applications.
 * - The management API is at the tenant's own domain, not at a custom one: then `admin.url` says where.
 * - Client of the config: machine to machine, with create:clients, read:clients, delete:clients, read:tenant_settings,
 *   read:resource_servers.
 */
export function createAuth0Registrar(parts: RegistrarParts): Registrar {
  const { http, admin, endpoint, issuer } = parts;
  const base = admin.url ?? `${issuer.replace(/\/$/, '')}/api/v2`;
  const authorization = createAdminToken(parts, `${new URL(base).origin}/oauth/token`, { audience: `${base}/` });
  const ask = jsonAsker(http, base, authorization);
  const codeOf = ({ value }: AdminAnswer) => textAt(value, 'errorCode');

  return {
    asksConsent: true,
    issPerClient: false,
    refuses: () => undefined,
    check: async () => {
      const fields = 'resource_parameter_profile,authorization_response_iss_parameter_supported';
      const settings = await ask('GET', `/tenants/settings?fields=${fields}&include_fields=true`);
      if (settings.status !== 200) throw unexpected('reading the settings of the tenant', settings, codeOf(settings));
      const api = await ask('GET', `/resource-servers/${encodeURIComponent(endpoint)}`);
      if (api.status !== 200 && api.status !== 404) throw unexpected('reading the API', api, codeOf(api));
      return { shortcomings: [...settingsProblems(settings.value), ...(api.status === 404 ? [noApi(endpoint)] : [])] };
    },
    create: async ({ name, redirectUris, confidential }) => {
      const made = await ask('POST', '/clients', {
        name,
        description: 'Registered through Postern',
        app_type: confidential ? 'regular_web' : 'native',
        is_first_party: false,
        oidc_conformant: true,
        token_endpoint_auth_method: confidential ? 'client_secret_post' : 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        callbacks: redirectUris.map(({ uri }) => uri),
        jwt_configuration: { alg: 'RS256' },
        refresh_token: { rotation_type: confidential ? 'non-rotating' : 'rotating', expiration_type: 'expiring' },
      });
      if (codeOf(made) === 'too_many_entities')
        throw new RegistrarError('full', 'Auth0 has no room for another application');
      const clientId = made.status === 201 ? textAt(made.value, 'client_id') : undefined;
      if (clientId === undefined) throw unexpected('creating an application', made, codeOf(made));
      const secret = textAt(made.value, 'client_secret');
      return { clientId, ref: clientId, ...(confidential && secret !== undefined ? { secret } : {}) };
    },
    exists: async (ref) => {
      const answer = await ask('GET', `/clients/${encodeURIComponent(ref)}?fields=client_id&include_fields=true`);
      if (answer.status !== 200 && answer.status !== 404) throw unexpected('reading an application', answer);
      return answer.status === 200;
    },
    remove: async (ref) => {
      const answer = await ask('DELETE', `/clients/${encodeURIComponent(ref)}`);
      if (answer.status !== 204 && answer.status !== 404) throw unexpected('deleting an application', answer);
    },
  };
}

function settingsProblems(settings: unknown): Shortcoming[] {
  const problems: Shortcoming[] = [];
  const profile = textAt(settings, 'resource_parameter_profile') ?? 'audience';
  if (profile !== 'compatibility') {
    const wanted =
      'Settings > Advanced > Resource Parameter Compatibility Profile: clients name the endpoint in `resource`';
    problems.push({ found: `resource_parameter_profile ${profile}`, wanted });
  }
  if (memberAt(settings, 'authorization_response_iss_parameter_supported') === true) {
    const wanted =
      'Settings > Advanced > Include Issuer in Authorization Responses, off: clients know another issuer here';
    problems.push({ found: 'an issuer in its answers', wanted });
  }
  return problems;
}

function noApi(endpoint: string): Shortcoming {
  return {
    found: `no API of the identifier ${endpoint}`,
    wanted: 'Applications > APIs > Create API, with that identifier',
  };
}
