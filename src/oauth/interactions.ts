import type { Cache } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import type { Egress } from '../lib/egress.ts';
import type { Sealer } from '../lib/seal.ts';
import { sealedCache } from '../lib/sealed-cache.ts';
import type { Brand } from './browser/brand.ts';
import { createCookies } from './browser/cookies.ts';
import { createFormTokens } from './browser/form-token.ts';
import { createApprovals } from './consent/approvals.ts';
import { createConsent } from './consent/consent.ts';
import type { IdpGrants, InteractionFlow, Interactions } from './contracts.ts';
import { CONTINUE_PATH, InteractionSteps, type Pending } from './interaction-steps.ts';
import { createIdpAccess, type IdpAccess } from './login/access.ts';
import { CALLBACK_PATH } from './login/callback-path.ts';
import type { OnLoginEvent } from './login/events.ts';
import { type IdentityProvider, identityProviderName } from './login/identity-provider.ts';
import { createLogin, type LoginState } from './login/login.ts';
import { createOneTime } from './login/one-time.ts';
import { createOpenid, type Openid } from './login/openid.ts';
import { tellingOfLogins } from './login/succeeded.ts';
import { createVisits, type OnVisit, type Visits } from './login/visits.ts';

export interface InteractionsOptions {
  /** Ours, as the config has it: `https://mcp.acme.com`. Plain http is for `--dev` on loopback. */
  readonly origin: string;
  /** The origin whose callback the identity provider knows, where it is not `origin`. It sends on what is for `origin`. */
  readonly callbackOrigin?: string;
  /** What users are told the server is called. */
  readonly serverName: string;
  /** How pages look. Default: plain. */
  readonly brand?: Brand | undefined;
  /** What is known of the identity provider, for several who ask the same. Default: each asks for itself. */
  readonly openid?: () => Promise<Openid>;
  readonly provider: IdentityProvider;
  readonly flow: InteractionFlow;
  readonly grants: IdpGrants;
  readonly cache: Cache;
  /** For cookies, forms, and what waits in the cache. */
  readonly sealer: Sealer;
  /** Must be allowed to reach the identity provider. */
  readonly egress: Egress;
  readonly clock: Clock;
  /** How long this browser's approvals spare the question, in days; 0 asks every time. Default 30. */
  readonly rememberDays?: number;
  readonly onEvent?: OnLoginEvent;
  /** Answers those who signed in for another reason than that a client asked for it. Default: nobody does. */
  readonly onVisit?: OnVisit;
}

export { CALLBACK_PATH };

/** Consent first, then the login at the identity provider, then what only the user who logged in can say. */
export function createInteractions(options: InteractionsOptions): Interactions & IdpAccess & Visits {
  const { origin, serverName, provider, flow, grants, clock, rememberDays = 30, onEvent = () => undefined } = options;
  const cache = sealedCache(options.cache, options.sealer);
  const cookies = createCookies(origin);
  const shared = { origin, cookies, sealer: options.sealer, clock };
  const forms = createFormTokens(shared);
  const openid = options.openid ?? createOpenid({ provider, egress: options.egress, clock });
  const states = createOneTime<LoginState>('login', cache, cookies, clock);
  const { callbackOrigin = origin, brand } = options;
  const loginOptions = {
    ...{ provider, openid, clock, onEvent },
    callback: callbackOrigin + CALLBACK_PATH,
    host: callbackOrigin === origin ? undefined : new URL(origin).host,
  };
  const login = createLogin({ ...loginOptions, states });
  const visitStates = createOneTime<LoginState>('visit', cache, cookies, clock);
  const visits = createVisits({
    ...{ clock, states: visitStates, login: createLogin({ ...loginOptions, states: visitStates }) },
    onVisit: options.onVisit,
  });
  const access = createIdpAccess({ provider, openid, grants, cache: options.cache, clock, onEvent });
  const steps = new InteractionSteps({
    flow: tellingOfLogins(flow, onEvent),
    provider,
    forms,
    login,
    onEvent,
    clock,
    brand,
    consent: createConsent({
      ...{ forms, brand, serverName, loginAt: identityProviderName(provider) },
      agreed: ({ client, scopes, resource }, requestId) => {
        const names = scopes.map(({ name }) => name);
        const clientId = client.metadata.client_id;
        onEvent({ kind: 'consent_given', clientId, scopes: names, resource: resource.url, requestId });
      },
    }),
    approvals: createApprovals({ ...shared, days: rememberDays }),
    pending: createOneTime<Pending>('pending', cache, cookies, clock),
  });

  return {
    ...access,
    paths: [CALLBACK_PATH, CONTINUE_PATH],
    start: (details, request, requestId) => steps.start(details, request, requestId),
    handle: async (request, requestId) => (await visits.answer(request, requestId)) ?? steps.handle(request, requestId),
    visit: visits.visit,
    close: async () => undefined,
  };
}
