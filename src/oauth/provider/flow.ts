import type { Interaction, Provider } from 'oidc-provider';
import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { HttpReply } from '../../http/exchange.ts';
import { seeOther } from '../browser/shell.ts';
import {
  type ClientDirectory,
  type FailedOutcome,
  type InteractionDetails,
  type InteractionFlow,
  isServed,
  type LoginOutcome,
  OAuthError,
  type ProtectedResources,
} from '../contracts.ts';
import { errorPage } from '../page/error-page.ts';
import type { Grants } from '../storage/grants.ts';
import type { Secrets } from '../storage/secrets.ts';
import { createShortLived } from '../storage/short-lived.ts';
import { PATHS } from './paths.ts';

export interface FlowParts {
  readonly provider: () => Promise<Provider>;
  readonly directory: ClientDirectory;
  readonly resources: ProtectedResources;
  readonly grants: Grants;
  readonly cache: Cache;
  readonly secrets: Secrets;
  readonly clock: Clock;
  /** Whether nobody of a tenant may have anything for the time being. @throws PosternError `unavailable` */
  readonly suspended: (tenant: string) => Promise<boolean>;
  /** How long an interaction may take, in milliseconds. */
  readonly interactionMs: number;
  /** How long a grant may live, in milliseconds. */
  readonly grantMs: number;
}

/** What those who talk to the user know of a request, and how they end it. */
export function createFlow(parts: FlowParts): InteractionFlow {
  const finished = createShortLived('InteractionFinished', parts.cache, parts.secrets);
  const find = async (uid: string): Promise<Interaction | undefined> => (await parts.provider()).Interaction.find(uid);

  return {
    path: (uid) => `${PATHS.interaction}/${uid}`,
    details: async (uid) => {
      const interaction = await find(uid);
      return interaction === undefined || interaction.result !== undefined ? undefined : detailsOf(interaction, parts);
    },
    finish: async (uid, outcome, requestId) => {
      const interaction = await find(uid);
      const details = interaction === undefined ? undefined : await detailsOf(interaction, parts);
      if (interaction === undefined || details === undefined) return expiredPage(requestId);
      // Once, on whatever node: a second answer would be a second grant.
      if (!(await finished.putOnce(uid, parts.interactionMs))) return expiredPage(requestId);
      try {
        interaction.result = 'error' in outcome ? failure(outcome) : await success(outcome, details, parts);
        await interaction.persist();
      } catch (thrown) {
        await finished.remove(uid);
        throw thrown;
      }
      return seeOther(interaction.returnTo, []);
    },
  };
}

function failure({ error, description }: FailedOutcome): NonNullable<Interaction['result']> {
  return { error, error_description: description };
}

async function success(
  { login, consentedScopes, idpTokens }: LoginOutcome,
  { client, resource, scopes }: InteractionDetails,
  { grants, directory, clock, grantMs, suspended }: FlowParts,
): Promise<NonNullable<Interaction['result']>> {
  const { accountId, tenant, claims } = login;
  const asked = new Set(scopes.map(({ name }) => name));
  const granted = consentedScopes.filter((scope) => asked.has(scope));
  if (granted.length === 0) throw new RangeError('Nothing was granted that was asked for.');
  if (!isServed(resource, tenant)) throw new RangeError('The tenant is not served at that resource.');
  if (await suspended(tenant)) {
    throw new OAuthError('access_denied', 'This organisation is suspended here.', { status: 403 });
  }
  // A token of a client for itself has its id in `sub`: no user's may be taken for one (security case 43).
  const clientId = client.metadata.client_id;
  const ofClient = accountId === clientId || (await directory.find(accountId, 'known')) !== undefined;
  if (accountId === '' || ofClient) {
    const description = 'This account has the name of an app, and cannot be used here.';
    throw new OAuthError('access_denied', description, { status: 403 });
  }
  const grantId = await grants.create({
    ...{ tenant, accountId, clientId, claims, idpTokens },
    resource: resource.url,
    scopes: granted,
  });
  await directory.granted(clientId, clock.now() + grantMs);
  return { login: { accountId, remember: false }, consent: { grantId } };
}

async function detailsOf(
  { uid, params, exp }: Interaction,
  { directory, resources }: FlowParts,
): Promise<InteractionDetails | undefined> {
  const text = (name: string) => (typeof params[name] === 'string' ? params[name] : undefined);
  const client = await directory.find(text('client_id') ?? '', 'authorize');
  const asked = text('resource') ?? '';
  const resource = resources(asked).find(({ url }) => url === asked);
  const redirectUri = text('redirect_uri');
  if (client === undefined || resource === undefined || redirectUri === undefined) return undefined;
  const scopes = new Set(text('scope')?.split(' '));
  const prompts = text('prompt')?.split(' ') ?? [];
  return {
    ...{ uid, client, redirectUri, resource },
    scopes: resource.scopes.filter(({ name }) => scopes.has(name)),
    prompt: new Set(prompts.filter((prompt) => prompt === 'consent' || prompt === 'login')),
    loginHint: text('login_hint'),
    expiresAt: exp * 1000,
  };
}

export function expiredPage(requestId: string): HttpReply {
  return errorPage({ status: 400, error: 'expired', description: undefined, requestId });
}
