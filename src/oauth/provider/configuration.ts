import type { AccessToken, ClientCredentials, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { type KeySet, SIGNING_ALGORITHM } from '../keys/key-set.ts';
import { errorPage } from '../page/error-page.ts';
import type { Grants } from '../storage/grants.ts';
import { checkAssertion } from './assertions.ts';
import { factsOf, OWN_MEMBER } from './client-metadata.ts';
import { ASSERTION_ALGORITHMS } from './metadata.ts';
import { CODE_SECONDS, INTERACTION_SECONDS, type ProviderParts, SKEW_SECONDS } from './parts.ts';
import { PATHS } from './paths.ts';
import { invalidGrant, Refusal, refusing } from './refusal.ts';
import type { ResourceServers } from './resource-servers.ts';

/** The header by which the bridge says which request it is. */
export const REQUEST_ID_HEADER = 'x-request-id';

/** Every setting of oidc-provider that its default would make otherwise (rules 3, 5 and 9). */
export async function configuration(
  parts: ProviderParts,
  keys: KeySet,
  servers: ResourceServers,
): Promise<Configuration> {
  const { lifetimes, issuer } = parts;
  return {
    jwks: { keys: keys.private.map((key) => ({ ...key, kty: 'EC' })) },
    routes: {
      authorization: PATHS.authorize,
      token: PATHS.token,
      revocation: PATHS.revoke,
      introspection: PATHS.introspect,
      jwks: PATHS.jwks,
    },
    scopes: [],
    responseTypes: ['code'],
    clientDefaults: { id_token_signed_response_alg: SIGNING_ALGORITHM },
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: [...ASSERTION_ALGORITHMS] },
    extraClientMetadata: { properties: [OWN_MEMBER], validator: () => undefined },
    clientBasedCORS: () => true,
    clockTolerance: SKEW_SECONDS,
    allowOmittingSingleRegisteredRedirectUri: false,
    pkce: { required: () => true },
    cookies: cookies(issuer),
    ttl: {
      AccessToken: lifetimes.accessToken,
      ClientCredentials: lifetimes.accessToken,
      AuthorizationCode: CODE_SECONDS,
      Grant: lifetimes.grantMax,
      Interaction: INTERACTION_SECONDS,
      RefreshToken: lifetimes.refreshIdle,
      Session: INTERACTION_SECONDS,
    },
    ...policies(),
    interactions: await interactions(),
    features: features(servers),
    assertJwtClientAuthClaimsAndHeader: (_ctx, claims) => checkAssertion(claims, issuer, parts.clock.now()),
    extraTokenClaims: (_ctx, token) => refusing(() => claimsOf(token, parts.grants)),
    renderError: (ctx, out) => showError(ctx, out),
  };
}

function policies(): Partial<Configuration> {
  return {
    // A grant ends by itself; there is no session that it could end with (rule 3).
    expiresWithSession: async () => false,
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    // Every authorization makes a grant of its own, so that a family of tokens is a grant (rule 9).
    loadExistingGrant: async (ctx) => {
      const grantId = ctx.oidc.result?.consent?.grantId;
      return grantId === undefined ? undefined : ctx.oidc.provider.Grant.find(grantId);
    },
    revokeGrantPolicy: () => true,
    findAccount: async (_ctx, accountId) => ({ accountId, claims: async () => ({ sub: accountId }) }),
  };
}

function features(servers: ResourceServers): Configuration['features'] {
  return {
    devInteractions: { enabled: false },
    userinfo: { enabled: false },
    rpInitiatedLogout: { enabled: false },
    dPoP: { enabled: false },
    pushedAuthorizationRequests: { enabled: false },
    clientCredentials: { enabled: true },
    revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
    introspection: {
      enabled: true,
      allowedPolicy: async (_ctx, client, token) =>
        token.clientId === client.clientId || factsOf(client).origin === 'configured',
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => servers.main(),
      useGrantedResource: () => true,
      getResourceServerInfo: (ctx, resource) => {
        const asked: unknown = ctx.oidc.params?.['resource'];
        // RFC 8707 §2.2 lets us: a token has one audience, and its user has agreed to one.
        if (Array.isArray(asked) && asked.length > 1)
          throw new Refusal('invalid_target', 'a token is for one resource');
        return servers.find(resource);
      },
    },
  };
}

/** One prompt, the whole of it our own: consent, then the identity provider. `consent` may be asked for, and is one. */
async function interactions(): Promise<Configuration['interactions']> {
  const { interactionPolicy } = await import('oidc-provider');
  const { Check, Prompt } = interactionPolicy;
  const noUser = new Check(
    'no_session',
    'End-User authentication is required',
    (ctx) => ctx.oidc.result?.login === undefined,
  );
  return {
    policy: [
      new Prompt({ name: 'login', requestable: true }, noUser),
      new Prompt({ name: 'consent', requestable: true }),
    ],
    url: (_ctx, interaction) => `${PATHS.interaction}/${interaction.uid}`,
  };
}

/** Over plain http, for loopback alone, browsers refuse the prefix. Those of interactions have a path: no `__Host-`. */
function cookies(issuer: string): Configuration['cookies'] {
  const prefix = issuer.startsWith('https:') ? '__Secure-' : '';
  const names = { session: SESSION_COOKIE, interaction: interactionCookie(issuer), resume: `${prefix}postern-resume` };
  return { names, short: { httpOnly: true, sameSite: 'lax' }, long: { httpOnly: true, sameSite: 'lax' } };
}

/** Never kept by anybody: it is taken away from what comes and what goes. */
export const SESSION_COOKIE = 'postern-unused';

export function interactionCookie(issuer: string): string {
  return `${issuer.startsWith('https:') ? '__Secure-' : ''}postern-interaction`;
}

async function claimsOf(token: AccessToken | ClientCredentials, grants: Grants): Promise<{ [claim: string]: unknown }> {
  if (token.kind === 'ClientCredentials') {
    return { tenant: token.client === undefined ? undefined : factsOf(token.client).service?.tenant };
  }
  const grant = await grants.findBySecret(token.grantId);
  // It was ended while this request was under way: by a second use of the code, or by the user.
  if (grant === undefined) throw invalidGrant('The grant has been ended.');
  const { email } = grant.claims;
  return { gid: grant.gid, tenant: grant.tenant, ...(email === undefined ? {} : { email }) };
}

function showError(
  ctx: KoaContextWithOIDC,
  out: { readonly error: string; readonly error_description?: string },
): void {
  const { error, error_description: description } = out;
  const expired = description !== undefined && /session not found|has expired|answered before/.test(description);
  const requestId = ctx.get(REQUEST_ID_HEADER);
  const page = errorPage({ status: ctx.status, error: expired ? 'expired' : error, description, requestId });
  for (const [name, value] of Object.entries(page.headers)) ctx.set(name, value);
  ctx.body = page.body;
}
