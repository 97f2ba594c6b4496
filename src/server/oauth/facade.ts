import type { HttpReply, HttpRequest } from '../../http/exchange.ts';
import { once } from '../../lib/once.ts';
import { seeOther } from '../../oauth/browser/shell.ts';
import type { Facade as OAuthFacade } from '../../oauth/facade.ts';
import type { IdpAccess } from '../../oauth/login/access.ts';
import { CALLBACK_PATH } from '../../oauth/login/callback-path.ts';
import { hostOfAnswer } from '../../oauth/login/relay.ts';
import type { Visits } from '../../oauth/login/visits.ts';
import { isMetadataPath } from '../../oauth/provider/paths.ts';
import type { Config } from '../config/config.ts';
import type { FacadeConfig } from '../config/facade.ts';
import type { Offer } from '../offer/offer.ts';
import type { Site } from '../routes/site.ts';
import { brandOf } from '../routes/site-brand.ts';
import { type FacadeParts, openGround, partsOf } from './facade-parts.ts';
import { createSiteFacades } from './site-facades.ts';

export interface Facade extends Omit<OAuthFacade, 'shared' | 'route' | 'handle'> {
  /** @param site the tenant whose host was asked. Default: the main host. */
  route(path: string, site?: Site): ReturnType<OAuthFacade['route']>;
  handle(request: HttpRequest, requestId: string, site?: Site): Promise<HttpReply>;
  /** The user's token at the identity provider, for calls of an upstream in their name. */
  readonly accessTokenFor: IdpAccess['accessTokenFor'];
  readonly tokenFor: IdpAccess['tokenFor'];
  /** Has somebody sign in on the main host for another reason than that a client asks for it. */
  readonly visit: Visits['visit'];
}

/**
 * The facade of a config. Its libraries are loaded here, so that nobody else pays for them.
 * @throws PosternError `unavailable`; StartError for an identity provider, RangeError for a client that cannot be one.
 */
export async function openFacade(config: Config, wanted: FacadeConfig, parts: FacadeParts): Promise<Facade> {
  const { createFacade } = await import('../../oauth/facade.ts');
  // Begun now: the first token that it gives is checked with it.
  void import('jose');
  const ground = await openGround(config, wanted, parts);
  const { offer, devIdentityProvider: dev } = parts;
  const { resources } = ground;
  const failed = (thrown: unknown) => parts.failed(thrown, undefined);
  const isEndpoint = (path: string) => offer().endpoints.some((endpoint) => endpoint.path === path);
  let access: (IdpAccess & Visits) | undefined;
  const login = (): IdpAccess & Visits => {
    if (access === undefined) throw new Error('The facade has no login.');
    return access;
  };
  const keep = (made: IdpAccess & Visits): void => {
    access = made;
  };
  const main = await createFacade({
    ...partsOf(ground, wanted, parts, { resources: resources.main, made: keep }),
    isEndpoint: (path) => isEndpoint(path) || isOfTenant(path, offer()),
    ...(dev === undefined ? {} : { beside: { prefix: dev.prefix, handler: dev.handler } }),
  });
  const sites = createSiteFacades(async (site) => {
    const brand = await brandOf(site, parts.baseDir ?? '.', failed);
    const stand = { resources: resources.of(site), site, brand };
    return createFacade({ ...partsOf(ground, wanted, parts, stand), isEndpoint, main });
  }, failed);
  return {
    ...main,
    // The paths of a site are those of the main host, less what is beside them there; none is opened to tell.
    route: (path, site) => (site === undefined || isOwn(path, isEndpoint) ? main.route(path) : undefined),
    handle: async (request, requestId, site) => {
      if (site !== undefined) return (await sites.at(site)).handle(request, requestId);
      return sentOn(request, offer()) ?? main.handle(request, requestId);
    },
    accessTokenFor: (grantId) => login().accessTokenFor(grantId),
    tokenFor: (grantId, refused) => login().tokenFor(grantId, refused),
    visit: (about, requestId) => login().visit(about, requestId),
    close: once(async () => {
      await sites.close();
      await main.close();
      await Promise.all([ground.egress.close(), ground.clientEgress.close()]);
    }),
  };
}

function isOfTenant(path: string, { sites }: Offer): boolean {
  const site = sites.atPath(path);
  return site !== undefined && sites.endpoints(site).some((endpoint) => endpoint.path === path);
}

function isOwn(path: string, isEndpoint: (path: string) => boolean): boolean {
  return path.startsWith('/oauth/') || (path.includes('/.well-known/') && isMetadataPath(path, isEndpoint));
}

/** The identity provider's answer to a login that began at a tenant's host: to that host, if there is one. */
function sentOn({ method, path, query }: HttpRequest, { sites }: Offer): HttpReply | undefined {
  if (path !== CALLBACK_PATH || method !== 'GET') return undefined;
  const origin = sites.atHost(hostOfAnswer(query) ?? '')?.origin;
  return origin === undefined ? undefined : seeOther(`${origin}${CALLBACK_PATH}?${query}`, []);
}
