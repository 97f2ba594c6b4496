import { jsonAsker, unexpected } from './admin-http.ts';
import { createAdminToken } from './admin-token.ts';
import { textAt } from './members.ts';
import { type Registrar, RegistrarError, type RegistrarParts } from './registrar.ts';

/**
 * Clients of a Keycloak realm (Keycloak Admin REST API: "Clients", POST and DELETE `/admin/realms/{realm}/clients`;
 * Server Administration Guide: "Creating an OpenID Connect client", "Audience support").
 *
 * - `resource` is ignored, so each client is made with a mapper that puts the endpoint into `aud`.
 * - `iss` in the answer is switched off with `exclude.issuer.from.auth.response`, client by client.
 * - With `consentRequired`, users are asked once for each client.
 * - The id of the client is ours to choose or the server's to make; it is deleted by another, internal one, which only the
 *   header `Location` has.
 * - A redirect URI is taken as it is, its port included. `*` at its end would be a wildcard.
 * - The client of the config is one of the realm with the role `manage-clients` of `realm-management`.
 */
export function createKeycloakRegistrar(parts: RegistrarParts): Registrar {
  const { http, admin, endpoint, issuer, tokenEndpoint } = parts;
  const base = admin.url ?? issuer.replace(/\/realms\/(?=[^/]+$)/, '/admin/realms/');
  const authorization = createAdminToken(parts, tokenEndpoint, {});
  const ask = jsonAsker(http, base, authorization);

  return {
    asksConsent: true,
    issPerClient: true,
    refuses: () => undefined,
    check: async () => {
      const answer = await ask('GET', '/clients?max=1');
      if (answer.status !== 200) throw unexpected('listing the clients of the realm', answer);
      return { shortcomings: [] };
    },
    create: async ({ name, redirectUris, confidential, scopes, iss }) => {
      const made = await ask('POST', '/clients', {
        name,
        description: 'Registered through Postern',
        protocol: 'openid-connect',
        publicClient: !confidential,
        consentRequired: true,
        standardFlowEnabled: true,
        implicitFlowEnabled: false,
        directAccessGrantsEnabled: false,
        serviceAccountsEnabled: false,
        fullScopeAllowed: false,
        redirectUris: redirectUris.map(({ uri }) => uri),
        webOrigins: [],
        optionalClientScopes: [...new Set([...scopes, 'offline_access'])],
        attributes: {
          'pkce.code.challenge.method': 'S256',
          'exclude.issuer.from.auth.response': String(!iss),
        },
        protocolMappers: [audienceMapper(endpoint)],
      });
      if (made.status !== 201) throw unexpected('creating a client', made, textAt(made.value, 'error'));
      const ref = /\/clients\/([\w-]{1,64})$/.exec(made.location ?? '')?.[1];
      if (ref === undefined)
        throw new RegistrarError('failed', 'creating a client: the answer does not say where it is');
      const client = await ask('GET', `/clients/${ref}`);
      const clientId = textAt(client.value, 'clientId');
      if (client.status !== 200 || clientId === undefined) throw unexpected('reading a new client', client);
      const secret = textAt(client.value, 'secret');
      return { clientId, ref, ...(confidential && secret !== undefined ? { secret } : {}) };
    },
    exists: async (ref) => {
      const answer = await ask('GET', `/clients/${ref}`);
      if (answer.status !== 200 && answer.status !== 404) throw unexpected('reading a client', answer);
      return answer.status === 200;
    },
    remove: async (ref) => {
      const answer = await ask('DELETE', `/clients/${ref}`);
      if (answer.status !== 204 && answer.status !== 404) throw unexpected('deleting a client', answer);
    },
  };
}

function audienceMapper(endpoint: string) {
  return {
    name: 'endpoint',
    protocol: 'openid-connect',
    protocolMapper: 'oidc-audience-mapper',
    config: {
      'included.custom.audience': endpoint,
      'access.token.claim': 'true',
      'id.token.claim': 'false',
      'introspection.token.claim': 'true',
    },
  };
}
