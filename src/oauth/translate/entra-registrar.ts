import { isObject } from '../../core/json.ts';
import { jsonAsker, unexpected } from './admin-http.ts';
import { createAdminToken } from './admin-token.ts';
import { memberAt, textAt, textsAt } from './members.ts';
import { type AdminAnswer, type Registrar, RegistrarError, type RegistrarParts, type Standing } from './registrar.ts';

/**
 * Applications of a Microsoft Entra directory (Microsoft Graph v1.0: "Create application", "Delete application",
 * "application: addPassword", "Permanently delete item"; Microsoft identity platform: "Redirect URI restrictions",
 * "AADSTS error codes").
 *
 * - `resource` is taken only where it is the Application ID URI of the API whose scopes are asked for, character for
 *   character; else AADSTS9010010. So the endpoint must be that URI, and scopes begin with it.
 * - Tokens of version 2 have the id of that application in `aud`; it stands for the endpoint, whose only URI it is.
 * - `iss` is not in the answer.
 * - Users consent to each application, unless an administrator did so for all.
 * - Redirect URIs stand under `web` for clients with a secret and under `publicClient` for others. `[::1]` is refused.
 * - `Directory_QuotaExceeded` (403): the directory, or what one application may create (250, unless it has a role).
 * - What is deleted is kept for 30 days and counts as a quarter; so it is deleted there too.
 * - Client of the config: with Application.ReadWrite.OwnedBy, which sees what it created; and Application.Read.All for the
 *   check at the start.
 */
export function createEntraRegistrar(parts: RegistrarParts): Registrar {
  const { http, admin, endpoint, scopes, tokenEndpoint } = parts;
  const base = admin.url ?? 'https://graph.microsoft.com/v1.0';
  const authorization = createAdminToken(parts, tokenEndpoint, { scope: `${new URL(base).origin}/.default` });
  const ask = jsonAsker(http, base, authorization);
  const codeOf = ({ value }: AdminAnswer) => textAt(value, 'error', 'code');
  let api: Api | undefined;

  const find = async (): Promise<unknown> => {
    const filter = `identifierUris/any(uri:uri eq '${endpoint.replaceAll("'", "''")}')`;
    const select = 'id,appId,identifierUris,api';
    const answer = await ask('GET', `/applications?$filter=${encodeURIComponent(filter)}&$select=${select}`);
    if (answer.status !== 200) throw unexpected('reading the application of the API', answer, codeOf(answer));
    const found = memberAt(answer.value, 'value');
    return Array.isArray(found) ? found[0] : undefined;
  };
  const remove = async (ref: string): Promise<void> => {
    for (const path of [`/applications/${ref}`, `/directory/deletedItems/${ref}`]) {
      const answer = await ask('DELETE', path);
      if (answer.status !== 204 && answer.status !== 404) {
        throw unexpected('deleting an application', answer, codeOf(answer));
      }
    }
  };

  return {
    asksConsent: true,
    issPerClient: false,
    refuses: ({ uri }) =>
      uri.startsWith('http://[::1]') ? 'is at [::1], which the identity provider does not take' : undefined,
    check: async () => {
      const { standing, found } = standingOf(await find(), endpoint, scopes);
      api = found;
      return standing;
    },
    create: async ({ name, redirectUris, confidential, scopes: wanted }) => {
      if (api === undefined) throw new RegistrarError('failed', 'the application of the API is not known');
      const { appId, permissions } = api;
      const access = wanted.flatMap((scope) => permissions.get(scope) ?? []).map((id) => ({ id, type: 'Scope' }));
      // A client that has a secret redeems at `web`; one without may not (AADSTS7000218), whatever its URI.
      const platform = confidential ? 'web' : 'publicClient';
      const made = await ask('POST', '/applications', {
        displayName: name,
        notes: 'Registered through Postern',
        signInAudience: 'AzureADMyOrg',
        isFallbackPublicClient: !confidential,
        [platform]: { redirectUris: redirectUris.map(({ uri }) => uri) },
        requiredResourceAccess: [{ resourceAppId: appId, resourceAccess: access }],
      });
      if (codeOf(made) === 'Directory_QuotaExceeded')
        throw new RegistrarError('full', 'Entra has no room for another application');
      const ref = made.status === 201 ? textAt(made.value, 'id') : undefined;
      const clientId = textAt(made.value, 'appId');
      if (ref === undefined || clientId === undefined) throw unexpected('creating an application', made, codeOf(made));
      if (!confidential) return { clientId, ref };
      const password = await ask('POST', `/applications/${ref}/addPassword`, {
        passwordCredential: { displayName: 'Postern' },
      });
      const secret = password.status === 200 ? textAt(password.value, 'secretText') : undefined;
      if (secret !== undefined) return { clientId, ref, secret };
      await remove(ref).catch(() => undefined);
      throw unexpected('making a secret', password, codeOf(password));
    },
    exists: async (ref) => {
      const answer = await ask('GET', `/applications/${ref}?$select=id`);
      if (answer.status !== 200 && answer.status !== 404)
        throw unexpected('reading an application', answer, codeOf(answer));
      return answer.status === 200;
    },
    remove,
  };
}

/** The application whose scopes are asked for. */
interface Api {
  readonly appId: string;
  /** The ids of its scopes, by their full names. */
  readonly permissions: ReadonlyMap<string, string>;
}

function standingOf(
  application: unknown,
  endpoint: string,
  scopes: readonly string[],
): { readonly standing: Standing; readonly found?: Api } {
  const appId = textAt(application, 'appId');
  if (appId === undefined) {
    const wanted = `App registrations > Expose an API, with ${endpoint} as the Application ID URI`;
    return { standing: { shortcomings: [{ found: 'no application with the URI of the endpoint', wanted }] } };
  }
  const shortcomings: { found: string; wanted: string }[] = [];
  const uris = textsAt(application, 'identifierUris');
  if (uris.length !== 1) {
    shortcomings.push({ found: `an application with ${uris.length} URIs`, wanted: 'one for this endpoint alone' });
  }
  if (memberAt(application, 'api', 'requestedAccessTokenVersion') !== 2) {
    const wanted = 'Manifest > api > requestedAccessTokenVersion: 2, as the issuer has it';
    shortcomings.push({ found: 'access tokens of version 1', wanted });
  }
  const listed = memberAt(application, 'api', 'oauth2PermissionScopes');
  const permissions = new Map(
    (Array.isArray(listed) ? listed : []).filter(isObject).flatMap((scope): [string, string][] => {
      const [value, id] = [textAt(scope, 'value'), textAt(scope, 'id')];
      return value === undefined || id === undefined ? [] : [[`${endpoint}/${value}`, id]];
    }),
  );
  for (const scope of scopes.filter((name) => !permissions.has(name))) {
    const wanted = `a scope of that application, called ${endpoint}/… in the config`;
    shortcomings.push({ found: `no scope ${scope}`, wanted });
  }
  return { standing: { shortcomings, audience: appId }, found: { appId, permissions } };
}
