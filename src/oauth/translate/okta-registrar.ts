import { isObject } from '../../core/json.ts';
import { jsonAsker, unexpected } from './admin-http.ts';
import { textAt, textsAt } from './members.ts';
import {
  type AdminAnswer,
  type Registrar,
  RegistrarError,
  type RegistrarParts,
  type Shortcoming,
} from './registrar.ts';

/**
 * Apps of an Okta org (Okta API: "Applications", POST `/api/v1/apps`, POST `…/lifecycle/deactivate`, DELETE; "Authorization
 * Servers", GET `/api/v1/authorizationServers/{id}` and its scopes; Okta docs: "Request user consent").
 *
 * - `resource` is ignored: `aud` is the audience of the custom authorization server, which must be the endpoint. Tokens of
 *   the org authorization server are for Okta's own API.
 * - Consent is asked where the app says REQUIRED and the scope is not IMPLICIT.
 * - Nobody may log in at an app that they are not assigned to: `group` says who is, unless apps are open to all
 *   (Federation Broker Mode).
 * - An app is deleted after it was deactivated.
 * - The access policies of the authorization server must be for all clients.
 * - E0000047: too many requests, 429. E0000007: not found, 404.
 * - The secret of the config is an API token of an app administrator, sent as SSWS.
 */
export function createOktaRegistrar(parts: RegistrarParts): Registrar {
  const { http, admin, endpoint, issuer, scopes } = parts;
  const { origin, pathname } = new URL(issuer);
  const base = admin.url ?? `${origin}/api/v1`;
  const server = /^\/oauth2\/(\w+)$/.exec(pathname)?.[1];
  const ask = jsonAsker(http, base, () => `SSWS ${admin.secret}`);
  const codeOf = ({ value }: AdminAnswer) => textAt(value, 'errorCode');

  return {
    asksConsent: true,
    issPerClient: false,
    refuses: () => undefined,
    check: async () => {
      if (server === undefined) return { shortcomings: [{ found: issuer, wanted: 'a custom authorization server' }] };
      const own = await ask('GET', `/authorizationServers/${server}`);
      if (own.status !== 200) throw unexpected('reading the authorization server', own, codeOf(own));
      const known = await ask('GET', `/authorizationServers/${server}/scopes`);
      if (known.status !== 200) throw unexpected('reading its scopes', known, codeOf(known));
      return {
        shortcomings: [
          ...audienceProblems(textsAt(own.value, 'audiences'), endpoint),
          ...scopeProblems(known.value, scopes),
        ],
      };
    },
    create: async ({ name, redirectUris, confidential }) => {
      const made = await ask('POST', '/apps', {
        name: 'oidc_client',
        label: name,
        signOnMode: 'OPENID_CONNECT',
        credentials: {
          oauthClient: {
            token_endpoint_auth_method: confidential ? 'client_secret_basic' : 'none',
            pkce_required: true,
            autoKeyRotation: true,
          },
        },
        settings: {
          oauthClient: {
            application_type: confidential ? 'web' : 'native',
            redirect_uris: redirectUris.map(({ uri }) => uri),
            response_types: ['code'],
            grant_types: ['authorization_code', 'refresh_token'],
            consent_method: 'REQUIRED',
            issuer_mode: 'DYNAMIC',
          },
        },
      });
      const ref = made.status === 200 || made.status === 201 ? textAt(made.value, 'id') : undefined;
      const clientId = textAt(made.value, 'credentials', 'oauthClient', 'client_id');
      if (ref === undefined || clientId === undefined) throw unexpected('creating an app', made, codeOf(made));
      if (admin.group !== undefined) {
        const assigned = await ask('PUT', `/apps/${ref}/groups/${encodeURIComponent(admin.group)}`, {});
        if (assigned.status !== 200) {
          await remove(ref).catch(() => undefined);
          throw unexpected('assigning the app to the group', assigned, codeOf(assigned));
        }
      }
      const secret = textAt(made.value, 'credentials', 'oauthClient', 'client_secret');
      return { clientId, ref, ...(confidential && secret !== undefined ? { secret } : {}) };
    },
    exists: async (ref) => {
      const answer = await ask('GET', `/apps/${ref}`);
      if (answer.status !== 200 && answer.status !== 404) throw unexpected('reading an app', answer, codeOf(answer));
      return answer.status === 200 && textAt(answer.value, 'status') === 'ACTIVE';
    },
    remove,
  };

  async function remove(ref: string): Promise<void> {
    const stopped = await ask('POST', `/apps/${ref}/lifecycle/deactivate`);
    if (stopped.status === 404) return;
    if (stopped.status !== 200) throw unexpected('deactivating an app', stopped, codeOf(stopped));
    const answer = await ask('DELETE', `/apps/${ref}`);
    if (answer.status !== 204 && answer.status !== 404) throw unexpected('deleting an app', answer, codeOf(answer));
  }
}

function audienceProblems(audiences: readonly string[], endpoint: string): Shortcoming[] {
  if (audiences.length === 1 && audiences[0] === endpoint) return [];
  const found = `an authorization server with the audience ${audiences.join(', ')}`;
  return [{ found, wanted: `one of its own for this endpoint, with the audience ${endpoint}` }];
}

function scopeProblems(listed: unknown, wanted: readonly string[]): Shortcoming[] {
  if (!Array.isArray(listed)) throw new RegistrarError('failed', 'reading its scopes: no list');
  const known = new Map(listed.filter(isObject).map((scope) => [textAt(scope, 'name'), textAt(scope, 'consent')]));
  return wanted.flatMap((name): Shortcoming[] => {
    if (!known.has(name)) return [{ found: `no scope ${name}`, wanted: 'each scope that tools require' }];
    if (known.get(name) !== 'IMPLICIT') return [];
    return [
      { found: `the scope ${name}, which nobody is asked about`, wanted: 'User consent: required, at each scope' },
    ];
  });
}
