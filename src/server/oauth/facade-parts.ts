import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import { createEgress, type Egress } from '../../lib/egress.ts';
import { createSealer, deriveKey } from '../../lib/seal.ts';
import type { Brand } from '../../oauth/browser/brand.ts';
import type { ClientDirectory, ProtectedResources } from '../../oauth/contracts.ts';
import type { DevIdentityProvider } from '../../oauth/dev/identity-provider.ts';
import type { FacadeParts as OAuthFacadeParts } from '../../oauth/facade.ts';
import type { createInteractions } from '../../oauth/interactions.ts';
import type { IdpAccess } from '../../oauth/login/access.ts';
import type { IdentityProvider } from '../../oauth/login/identity-provider.ts';
import type { Openid } from '../../oauth/login/openid.ts';
import type { OnVisit, Visits } from '../../oauth/login/visits.ts';
import type { Config } from '../config/config.ts';
import type { FacadeConfig } from '../config/facade.ts';
import type { Offer } from '../offer/offer.ts';
import type { Suspensions } from '../revoked/suspensions.ts';
import type { Site } from '../routes/site.ts';
import { identityProviderOf } from './identity-provider.ts';
import type { OAuthEvent } from './oauth-events.ts';
import { createOAuthResources, type OAuthResources } from './oauth-resources.ts';

export interface FacadeExtras {
  readonly database: Database;
  readonly cache: Cache;
  readonly clock: Clock;
  /** At least 32 bytes. */
  readonly master: Uint8Array;
  /** Where users log in instead of the identity provider of the config: the one of `--dev`, served here too. */
  readonly devIdentityProvider?: DevIdentityProvider;
  /** What relative paths in the config are relative to. Default: the working folder. */
  readonly baseDir?: string;
}

export interface FacadeParts extends FacadeExtras {
  /** What is served now; asked from the first request on. */
  readonly offer: () => Offer;
  /** Hears of what went wrong inside, under the id of the request where there is one. */
  readonly failed: (thrown: unknown, requestId: string | undefined) => void;
  readonly happened: (event: OAuthEvent) => void;
  /** Hears of each grant that ends on this node. */
  readonly ended?: (grantId: string) => void;
  /** Who may not have anything for the time being. Default: nobody is suspended. */
  readonly suspensions?: Pick<Suspensions, 'has'>;
  /** Answers those who signed in for another reason than that a client asked for it. */
  readonly onVisit?: OnVisit;
}

const DAY_SECONDS = 24 * 60 * 60;

/** What the issuers of a server have in common: the main host's, and those of tenants' hosts. */
export interface FacadeGround {
  /** The issuer on the main host. */
  readonly issuer: string;
  /** What users are told the server is called. */
  readonly serverName: string;
  readonly provider: IdentityProvider;
  readonly openid: () => Promise<Openid>;
  readonly resources: OAuthResources;
  readonly createInteractions: typeof createInteractions;
  readonly createClientDirectory: typeof import('../../oauth/clients/directory.ts').createClientDirectory;
  /** To the identity provider, and to what clients publish. */
  readonly egress: Egress;
  readonly clientEgress: Egress;
}

/** @throws StartError for an identity provider. */
export async function openGround(config: Config, wanted: FacadeConfig, parts: FacadeParts): Promise<FacadeGround> {
  const { createInteractions } = await import('../../oauth/interactions.ts');
  const { createClientDirectory } = await import('../../oauth/clients/directory.ts');
  const { createOpenid } = await import('../../oauth/login/openid.ts');
  const { clock, devIdentityProvider: dev } = parts;
  const provider = dev === undefined ? await identityProviderOf(wanted.identityProvider) : devProvider(dev);
  // What the operator has named may be a private address.
  const egress = createEgress({ clock, allow: [new URL(provider.issuer).host] });
  return {
    issuer: new URL(config.server.url ?? '').origin,
    serverName: config.server.title ?? config.server.name,
    ...{ provider, createInteractions, createClientDirectory, egress },
    openid: createOpenid({ provider, egress, clock }),
    resources: createOAuthResources(parts.offer),
    clientEgress: createEgress({ clock, timeoutMs: 2_500 }),
  };
}

/** An issuer on that ground. */
export interface Stand {
  readonly resources: ProtectedResources;
  /** The tenant whose host it is, and how its pages look. Default: the main host. */
  readonly site?: Site;
  readonly brand?: Brand;
  /** Is given what reaches the identity provider's tokens, and sends users to it. */
  readonly made?: (access: IdpAccess & Visits) => void;
}

export function partsOf(
  ground: FacadeGround,
  wanted: FacadeConfig,
  parts: FacadeParts,
  { resources, site, brand, made }: Stand,
): Omit<OAuthFacadeParts, 'isEndpoint'> {
  const { database, cache, clock, master } = parts;
  const { accessTokenSeconds, refreshIdleDays, grantDays, refreshGraceSeconds } = wanted.lifetimes;
  const { provider, openid, egress, serverName } = ground;
  const issuer = site?.origin ?? ground.issuer;
  // What one host has sealed into a browser means nothing at another.
  const purpose = site === undefined ? 'oauth/browser' : `oauth/browser/${issuer}`;
  return {
    ...{ issuer, resources, cache, clock, master },
    directory: withoutSuspended(directoryOf(ground, wanted, parts, { issuer, resources, site }), parts.suspensions),
    suspended: async (tenant) => (await parts.suspensions?.has('tenant', tenant)) === true,
    interactions: (flow, grants) => {
      const interactions = ground.createInteractions({
        ...{ origin: issuer, callbackOrigin: ground.issuer, provider, openid, flow, grants, cache, egress, clock },
        ...{ serverName, brand },
        sealer: createSealer([{ id: 'k1', secret: deriveKey(master, purpose) }]),
        rememberDays: wanted.rememberConsentDays,
        onEvent: parts.happened,
        ...(site === undefined && parts.onVisit !== undefined ? { onVisit: parts.onVisit } : {}),
      });
      made?.(interactions);
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
    failed: parts.failed,
    ended: (grantId) => parts.ended?.(grantId),
  };
}

function directoryOf(
  { createClientDirectory, clientEgress: egress }: FacadeGround,
  { clients, documents, registration }: FacadeConfig,
  { database, cache, clock, master, happened }: FacadeParts,
  { issuer, resources, site }: Pick<Stand, 'resources' | 'site'> & { readonly issuer: string },
) {
  const { enabled, closeOn, closeMinutes, ...limits } = registration;
  const able = clients.map((client) => (site === undefined ? client : withinTenant(client, site.tenant)));
  return createClientDirectory({
    ...{ issuer, egress, cache, clock },
    scopes: () => resources().flatMap(({ scopes }) => scopes.map(({ name }) => name)),
    configured: able.flatMap((client) => {
      if (client === undefined) return [];
      const { secrets, jwks, ...rest } = client;
      const revealed = secrets.map((secret) => secret.reveal());
      return { ...rest, secrets: revealed, ...(jwks === undefined ? {} : { jwksUri: jwks }) };
    }),
    documents: documents.enabled && { ...(documents.hosts === undefined ? {} : { hosts: documents.hosts }) },
    registration: enabled && { limits, anomalies: { closeOn, closeMinutes } },
    keys: { ids: deriveKey(master, 'oauth/clients'), secrets: deriveKey(master, 'oauth/client-secrets') },
    clients: database.oauth.clients,
    onEvent: happened,
  });
}

/** A client that is suspended is none, wherever it is known from. */
function withoutSuspended(directory: ClientDirectory, suspensions: FacadeParts['suspensions']): ClientDirectory {
  if (suspensions === undefined) return directory;
  return {
    ...directory,
    find: async (id, purpose) =>
      // Whose id it is has to be known all the same.
      purpose !== 'known' && (await suspensions.has('client', id)) ? undefined : directory.find(id, purpose),
  };
}

type ClientConfig = FacadeConfig['clients'][number];

/** What works for another tenant without a user is nobody here. */
function withinTenant({ service, ...client }: ClientConfig, tenant: string): ClientConfig | undefined {
  if (service === undefined || service.tenant === tenant) return { ...client, service };
  return client.redirectUris.length === 0 ? undefined : client;
}

function devProvider({ issuer, clientId, clientSecret, tenantClaim }: DevIdentityProvider): IdentityProvider {
  return { issuer, clientId, clientSecret, claims: { tenant: [tenantClaim] } };
}
