import type { Cache } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../core/database.ts';
import { createEgress } from '../lib/egress.ts';
import { once } from '../lib/once.ts';
import { createSealer, deriveKey } from '../lib/seal.ts';
import type { DevIdentityProvider } from '../oauth/dev/identity-provider.ts';
import type { Facade as OAuthFacade } from '../oauth/facade.ts';
import type { IdpAccess } from '../oauth/login/access.ts';
import type { IdentityProvider } from '../oauth/login/identity-provider.ts';
import type { Config } from './config.ts';
import type { FacadeConfig } from './config-facade.ts';
import { identityProviderOf } from './identity-provider.ts';
import type { OAuthEvent } from './oauth-events.ts';
import { oauthResources } from './oauth-resources.ts';
import type { Offer } from './offer.ts';

export interface FacadeExtras {
  readonly database: Database;
  readonly cache: Cache;
  readonly clock: Clock;
  /** At least 32 bytes. */
  readonly master: Uint8Array;
  /** Where users log in instead of the identity provider of the config: the one of `--dev`, served here too. */
  readonly devIdentityProvider?: DevIdentityProvider;
}

export interface FacadeParts extends FacadeExtras {
  /** What is served now; asked from the first request on. */
  readonly offer: () => Offer;
  /** Hears of what went wrong inside, under the id of the request where there is one. */
  readonly failed: (thrown: unknown, requestId: string | undefined) => void;
  readonly happened: (event: OAuthEvent) => void;
  /** Hears of each grant that ends on this node. */
  readonly ended?: (grantId: string) => void;
}

export interface Facade extends OAuthFacade {
  /** The user's token at the identity provider, for calls of an upstream in their name. */
  readonly accessTokenFor: IdpAccess['accessTokenFor'];
  readonly tokenFor: IdpAccess['tokenFor'];
}

const DAY_SECONDS = 24 * 60 * 60;

/**
 * The facade of a config. Its libraries are loaded here, so that nobody else pays for them.
 * @throws PosternError `unavailable`; StartError for an identity provider, RangeError for a client that cannot be one.
 */
export async function openFacade(config: Config, wanted: FacadeConfig, parts: FacadeParts): Promise<Facade> {
  const { createFacade } = await import('../oauth/facade.ts');
  const { createInteractions } = await import('../oauth/interactions.ts');
  // Begun now: the first token that it gives is checked with it.
  void import('jose');
  const { database, cache, clock, master, devIdentityProvider: dev } = parts;
  const provider = dev === undefined ? await identityProviderOf(wanted.identityProvider) : devProvider(dev);
  const issuer = new URL(config.server.url ?? '').origin;
  const resources = onceFor(parts.offer, oauthResources);
  const clients = await openClients(issuer, wanted, parts, () =>
    resources().flatMap(({ scopes }) => scopes.map(({ name }) => name)),
  );
  // What the operator has named may be a private address.
  const egress = createEgress({ clock, allow: [new URL(provider.issuer).host] });
  let made: IdpAccess | undefined;
  const access = (): IdpAccess => {
    if (made === undefined) throw new Error('The facade has no login.');
    return made;
  };
  const { accessTokenSeconds, refreshIdleDays, grantDays, refreshGraceSeconds } = wanted.lifetimes;
  const facade = await createFacade({
    ...{ issuer, resources, cache, clock, master },
    directory: clients.directory,
    endpointPaths: () => parts.offer().endpoints.map(({ path }) => path),
    interactions: (flow, grants) => {
      const interactions = createInteractions({
        ...{ origin: issuer, provider, flow, grants, cache, egress, clock },
        serverName: config.server.title ?? config.server.name,
        sealer: createSealer([{ id: 'k1', secret: deriveKey(master, 'oauth/browser') }]),
        rememberDays: wanted.rememberConsentDays,
        onEvent: parts.happened,
      });
      made = interactions;
      return interactions;
    },
    tables: database.oauth,
    lifetimes: {
      accessToken: accessTokenSeconds,
      refreshIdle: refreshIdleDays * DAY_SECONDS,
      grantMax: grantDays * DAY_SECONDS,
      refreshGrace: refreshGraceSeconds,
    },
    keyDays: wanted.signingKeyDays,
    ...(dev === undefined ? {} : { beside: { prefix: dev.prefix, handler: dev.handler } }),
    failed: parts.failed,
    ended: (grantId) => parts.ended?.(grantId),
  });
  return {
    ...facade,
    accessTokenFor: (grantId) => access().accessTokenFor(grantId),
    tokenFor: (grantId, refused) => access().tokenFor(grantId, refused),
    close: once(async () => {
      await facade.close();
      await Promise.all([egress.close(), clients.close()]);
    }),
  };
}

async function openClients(
  issuer: string,
  { clients, documents, registration }: FacadeConfig,
  { database, cache, clock, master, happened }: FacadeParts,
  scopes: () => readonly string[],
) {
  const { createClientDirectory } = await import('../oauth/clients/directory.ts');
  const egress = createEgress({ clock, timeoutMs: 2_500 });
  const { enabled, closeOn, closeMinutes, ...limits } = registration;
  const directory = createClientDirectory({
    ...{ issuer, egress, cache, clock, scopes },
    configured: clients.map(({ secrets, jwks, ...client }) => ({
      ...client,
      secrets: secrets.map((secret) => secret.reveal()),
      ...(jwks === undefined ? {} : { jwksUri: jwks }),
    })),
    documents: documents.enabled && { ...(documents.hosts === undefined ? {} : { hosts: documents.hosts }) },
    registration: enabled && { limits, anomalies: { closeOn, closeMinutes } },
    keys: { ids: deriveKey(master, 'oauth/clients'), secrets: deriveKey(master, 'oauth/client-secrets') },
    clients: database.oauth.clients,
    onEvent: happened,
  });
  return { directory, close: () => egress.close() };
}

function devProvider({ issuer, clientId, clientSecret, tenantClaim }: DevIdentityProvider): IdentityProvider {
  return { issuer, clientId, clientSecret, claims: { tenant: [tenantClaim] } };
}

/** What is made of an offer, made once for each. */
function onceFor<T>(offer: () => Offer, make: (offer: Offer) => T): () => T {
  const made = new WeakMap<Offer, T>();
  return () => {
    const now = offer();
    const known = made.get(now) ?? make(now);
    made.set(now, known);
    return known;
  };
}
