import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { NodeRequest, send } from '../../../src/adapters/node-exchange.ts';
import type { Clock } from '../../../src/core/clock.ts';
import type { HttpReply } from '../../../src/http/exchange.ts';
import { systemClock } from '../../../src/lib/clock.ts';
import { createEgress, type Egress } from '../../../src/lib/egress.ts';
import { createSealer } from '../../../src/lib/seal.ts';
import { notice } from '../../../src/oauth/browser/shell.ts';
import {
  type FailedOutcome,
  type IdpGrants,
  type InteractionDetails,
  type LoginOutcome,
  OAuthError,
} from '../../../src/oauth/contracts.ts';
import { createDevIdentityProvider, type DevIdentityProvider } from '../../../src/oauth/dev/identity-provider.ts';
import { CALLBACK_PATH, createInteractions, type InteractionsOptions } from '../../../src/oauth/interactions.ts';
import type { LoginEvent } from '../../../src/oauth/login/events.ts';
import type { IdentityProvider } from '../../../src/oauth/login/identity-provider.ts';
import { createMemoryCache } from '../../../src/stores/memory.ts';

export interface Facade {
  readonly origin: string;
  /** Begins an authorization: where the browser goes first. */
  begin(over?: Partial<InteractionDetails>): string;
  /** What `begin` will say of one under way from now on. */
  change(url: string, over: Partial<InteractionDetails>): void;
  /** How authorizations ended, in order. */
  readonly outcomes: readonly (LoginOutcome | FailedOutcome)[];
  /** What went otherwise than the user wanted. */
  readonly events: readonly LoginEvent[];
  /** What went as it should. */
  readonly successes: readonly LoginEvent[];
  /** Paths of the identity provider that were asked. */
  readonly idpPaths: readonly string[];
  readonly idp: DevIdentityProvider;
  readonly interactions: ReturnType<typeof createInteractions>;
  close(): Promise<void>;
}

export interface FacadeOptions {
  readonly clock?: Clock;
  readonly grants?: IdpGrants;
  /** Instead of the built-in one. */
  readonly provider?: Partial<IdentityProvider>;
  readonly allow?: readonly string[];
  readonly dev?: { readonly accessTokenSeconds?: number; readonly rotate?: boolean };
  readonly rememberDays?: number;
  /** What stands before the egress, for hosts that are played by others. */
  readonly through?: (egress: Egress) => Egress;
}

export const NO_GRANTS: IdpGrants = {
  find: async () => undefined,
  replace: async () => false,
  checked: async () => undefined,
  end: async () => undefined,
};

/** Consent and login on a real server, with the provider's part played: interactions are known, and end in a redirect. */
export async function startFacade(options: FacadeOptions = {}): Promise<Facade> {
  const { clock = systemClock, grants = NO_GRANTS } = options;
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const idp = await createDevIdentityProvider({ origin, callback: origin + CALLBACK_PATH, clock, ...options.dev });
  const real = createEgress({ clock, allow: [`127.0.0.1:${port}`, ...(options.allow ?? [])] });
  const egress = options.through?.(real) ?? real;
  const cache = createMemoryCache({ clock });
  const known = new Map<string, InteractionDetails>();
  const outcomes: (LoginOutcome | FailedOutcome)[] = [];
  const events: LoginEvent[] = [];
  const successes: LoginEvent[] = [];
  const idpPaths: string[] = [];
  const flow: InteractionsOptions['flow'] = {
    details: async (uid) => known.get(uid),
    finish: async (uid, outcome) => {
      const details = known.get(uid);
      if (details === undefined) throw new OAuthError('invalid_request', 'It is over.');
      known.delete(uid);
      outcomes.push(outcome);
      const answer = 'error' in outcome ? `error=${outcome.error}` : 'code=c';
      return { status: 303, headers: { location: `${details.redirectUri}?${answer}` }, body: null };
    },
    path: (uid) => `/oauth/interaction/${uid}`,
  };
  const interactions = createInteractions({
    origin,
    serverName: 'Acme',
    provider: {
      issuer: idp.issuer,
      clientId: idp.clientId,
      clientSecret: idp.clientSecret,
      claims: { tenant: [idp.tenantClaim] },
      ...options.provider,
    },
    flow,
    grants,
    cache,
    sealer: createSealer([{ id: 'k', secret: randomBytes(32) }]),
    egress,
    clock,
    onEvent: (event) => {
      const well = event.kind === 'consent_given' || event.kind === 'login_succeeded';
      (well ? successes : events).push(event);
    },
    ...(options.rememberDays === undefined ? {} : { rememberDays: options.rememberDays }),
  });

  const answer = async (request: NodeRequest): Promise<HttpReply> => {
    if (interactions.paths.includes(request.path)) return interactions.handle(request, 'req_1');
    const uid = /^\/oauth\/interaction\/([\w-]+)$/.exec(request.path)?.[1] ?? '';
    const details = known.get(uid);
    if (details === undefined) throw new OAuthError('invalid_request', 'It is over.');
    return interactions.start(details, request, 'req_1');
  };
  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (incoming.url?.startsWith(idp.prefix)) {
      idpPaths.push(incoming.url.slice(idp.prefix.length).replace(/\?.*/, ''));
      return void idp.handler(incoming, outgoing);
    }
    answer(new NodeRequest(incoming, outgoing))
      .catch((thrown: unknown) => {
        if (!(thrown instanceof OAuthError)) throw thrown;
        return notice({ status: thrown.status, title: 'No', text: thrown.message, requestId: 'req_1' });
      })
      .then(
        (reply) => send(incoming, outgoing, reply),
        (thrown: unknown) => send(incoming, outgoing, { status: 500, headers: {}, body: String(thrown) }),
      );
  });

  let count = 0;
  return {
    origin,
    idp,
    interactions,
    outcomes,
    events,
    successes,
    idpPaths,
    begin: (over) => {
      const uid = `uid-${++count}`;
      known.set(uid, { ...interactionDetails(uid, clock.now()), ...over });
      return `${origin}/oauth/interaction/${uid}`;
    },
    change: (url, over) => {
      const uid = url.slice(url.lastIndexOf('/') + 1);
      const details = known.get(uid);
      if (details !== undefined) known.set(uid, { ...details, ...over });
    },
    close: async () => {
      await interactions.close();
      await egress.close();
      await cache.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export function interactionDetails(uid: string, now: number): InteractionDetails {
  const scopes = [
    { name: 'tickets:read', description: 'Read tickets', tools: ['List tickets', 'Read a ticket'] },
    { name: 'tickets:write', description: undefined, tools: ['Close a ticket'] },
  ];
  return {
    uid,
    client: {
      metadata: {
        client_id: 'client-a',
        client_name: 'Helper',
        redirect_uris: ['https://app.example/cb'],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        application_type: 'web',
      },
      origin: 'registered',
      digest: 'digest-1',
    },
    redirectUri: 'https://app.example/cb',
    resource: { url: 'https://mcp.acme.test/mcp', scopes, defaultScopes: ['tickets:read'] },
    scopes,
    prompt: new Set(),
    loginHint: undefined,
    expiresAt: now + 3_600_000,
  };
}
