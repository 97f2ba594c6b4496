import type { Authenticate } from '../../auth/authenticate.ts';
import { createIssuerHttp } from '../../auth/issuer-http.ts';
import { refusedToken } from '../../auth/refusal.ts';
import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import type { Principal } from '../../core/principal.ts';
import type { HttpReply, HttpRequest } from '../../http/exchange.ts';
import { createEgress, type Egress } from '../../lib/egress.ts';
import { once } from '../../lib/once.ts';
import { deriveKey } from '../../lib/seal.ts';
import { createAdminHttp } from '../../oauth/translate/admin-http.ts';
import { endpointsOf, type ProviderEndpoints } from '../../oauth/translate/metadata.ts';
import { TRANSLATED_PROVIDERS } from '../../oauth/translate/providers.ts';
import { type Registrar, RegistrarError, type Standing } from '../../oauth/translate/registrar.ts';
import { createTranslate, type Translate } from '../../oauth/translate/translate.ts';
import type { Config } from '../config/config.ts';
import { type Problem, StartError } from '../config/problem.ts';
import { type TranslateConfig, tokensLackAudience } from '../config/translate.ts';
import type { Offer } from '../offer/offer.ts';
import { readMetadata } from './external.ts';
import type { OAuthEvent } from './oauth-event.ts';
import type { Translation } from './translation.ts';

export interface TranslateParts {
  readonly database: Database;
  readonly cache: Cache;
  readonly clock: Clock;
  /** At least 32 bytes. */
  readonly master: Uint8Array;
  readonly version: string;
  /** What is served now; nothing before the first offer. */
  readonly offer: () => Offer | undefined;
  readonly failed: (thrown: unknown, requestId: string | undefined) => void;
  readonly happened: (event: OAuthEvent) => void;
}

/** The identity provider's own endpoints, with our metadata and registration before them. */
export interface Translated {
  /** The issuer of our metadata. */
  readonly origin: string;
  readonly translation: Translation;
  readonly route: Translate['route'];
  handle(request: HttpRequest, requestId: string): Promise<HttpReply>;
  /** The same authentication, which notes which clients are used. */
  noting(authenticate: Authenticate): Authenticate;
  /** Deletes clients that nobody uses. */
  prune(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the registration at an identity provider, where all holds that this takes.
 * @throws StartError with what is missing.
 */
export async function openTranslate(
  config: Config,
  wanted: TranslateConfig,
  parts: TranslateParts,
): Promise<Translated> {
  const { clock, version, database, cache, master, offer } = parts;
  const { issuer } = wanted;
  const { endpoint, origin } = placesOf(config);
  const scopes = () => Object.keys((offer()?.config ?? config).auth.scopes);
  const egress = egressOf(wanted, clock);
  try {
    const asked = await askAll({ wanted, endpoint, scopes: scopes(), egress, clock, version });
    const { endpoints, registrar, problems } = asked;
    if (problems.length > 0) throw new StartError(problems);
    const { closeOn, closeMinutes, ...limits } = wanted.registration;
    const made = createTranslate({
      ...{ issuer: origin, provider: issuer, endpoints, registrar, cache, clock, limits, scopes },
      anomalies: { closeOn, closeMinutes },
      table: database.oauth.nativeClients,
      key: deriveKey(master, 'oauth/native-clients'),
      chatGptAlias: wanted.chatGptAlias,
      isEndpoint: (path) => offer()?.endpoints.some((each) => each.path === path) === true,
      onEvent: parts.happened,
      failed: parts.failed,
    });
    return {
      origin,
      route: made.route,
      handle: made.handle,
      prune: made.prune,
      translation: {
        issuer,
        withoutAudience: tokensLackAudience(wanted),
        scopePrefix: TRANSLATED_PROVIDERS[wanted.provider].scopePrefix?.(endpoint),
        settle: settler(made, endpoint, scopes),
      },
      noting: (authenticate) => noting(authenticate, issuer, made.used),
      close: once(async () => {
        await made.close();
        await egress.close();
      }),
    };
  } catch (thrown) {
    await egress.close();
    throw thrown;
  }
}

const WHERE = 'auth.translate';

/**
 * What `auth.translate` lacks at its identity provider, as a start would find it.
 * @throws StartError where it cannot be told.
 */
export async function translateProblems(
  config: Config,
  wanted: TranslateConfig,
  { clock, version }: { readonly clock: Clock; readonly version: string },
): Promise<readonly Problem[]> {
  const egress = egressOf(wanted, clock);
  const { endpoint } = placesOf(config);
  try {
    const asked = await askAll({ wanted, endpoint, scopes: Object.keys(config.auth.scopes), egress, clock, version });
    return asked.problems;
  } finally {
    await egress.close();
  }
}

function placesOf({ server }: Config): { readonly endpoint: string; readonly origin: string } {
  const url = (server.url ?? '').replace(/\/+$/, '');
  return { endpoint: `${url}${server.path}`, origin: new URL(url).origin };
}

/** What the operator has named may be a private address. */
function egressOf({ issuer, admin }: TranslateConfig, clock: Clock): Egress {
  const allow = [issuer, ...(admin.url === undefined ? [] : [admin.url])].map((each) => new URL(each).host);
  return createEgress({ clock, allow });
}

interface Asking {
  readonly wanted: TranslateConfig;
  readonly endpoint: string;
  readonly scopes: readonly string[];
  readonly egress: Egress;
  readonly clock: Clock;
  readonly version: string;
}

interface Asked {
  readonly endpoints: ProviderEndpoints;
  readonly registrar: Registrar;
  readonly problems: readonly Problem[];
}

/** Asks the identity provider and its management API what there is. @throws StartError */
async function askAll({ wanted, endpoint, scopes, egress, clock, version }: Asking): Promise<Asked> {
  const { issuer, admin } = wanted;
  const provider = TRANSLATED_PROVIDERS[wanted.provider];
  const endpoints = await askProvider(issuer, createIssuerHttp(egress, `postern/${version}`));
  const registrar = await provider.registrar(
    {
      ...{ issuer, endpoint, scopes, tokenEndpoint: endpoints.token, now: clock.now },
      admin: {
        ...admin,
        secret: admin.secret.reveal(),
        ...(admin.session === undefined ? {} : { session: admin.session.reveal() }),
      } as Parameters<typeof provider.registrar>[0]['admin'],
      http: createAdminHttp(egress, `postern/${version}`),
    },
    !tokensLackAudience(wanted),
  );
  const problems = [
    ...endpointProblems(endpoints, registrar, provider.pkce === true),
    ...standingProblems(await standingOf(registrar), wanted),
  ];
  return { endpoints, registrar, problems };
}

/** @throws StartError where its metadata cannot be had, or leads nowhere. */
async function askProvider(issuer: string, http: ReturnType<typeof createIssuerHttp>): Promise<ProviderEndpoints> {
  const metadata = await readMetadata(issuer, http);
  const where = `${WHERE}.issuer`;
  if (typeof metadata === 'string') {
    throw new StartError([
      { where, found: metadata, wanted: 'its metadata, with this issuer character for character' },
    ]);
  }
  const endpoints = endpointsOf(metadata);
  if (endpoints !== undefined) return endpoints;
  const wanted = 'metadata with authorization_endpoint, token_endpoint and jwks_uri';
  throw new StartError([{ where, found: `the metadata of ${issuer}`, wanted }]);
}

/** What clients would trip over at its endpoints (rules of RFC 9207 §2.4 and RFC 7636 §4.3 as clients keep to them). */
function endpointProblems({ iss, pkce }: ProviderEndpoints, registrar: Registrar, knownPkce: boolean): Problem[] {
  const problems: Problem[] = [];
  if (iss && !registrar.issPerClient) {
    const found =
      'an identity provider that says who it is in its answers (authorization_response_iss_parameter_supported)';
    const wanted = 'one that does not: clients know it by another issuer, and refuse that one';
    problems.push({ where: `${WHERE}.issuer`, found, wanted, fix: 'Switch it off there, or use auth.facade.' });
  }
  if (!pkce && !knownPkce) {
    const wanted = 'S256 in code_challenge_methods_supported';
    problems.push({ where: `${WHERE}.issuer`, found: 'no PKCE in its metadata', wanted });
  }
  return problems;
}

/** @throws StartError where the management API does not answer. */
async function standingOf(registrar: Registrar): Promise<Standing> {
  try {
    return await registrar.check();
  } catch (thrown) {
    if (!(thrown instanceof RegistrarError)) throw thrown;
    const wanted = thrown.kind === 'refused' ? 'credentials that may do this' : 'a management API that answers';
    throw new StartError([{ where: `${WHERE}.admin`, found: thrown.message, wanted }]);
  }
}

function standingProblems({ shortcomings, audience }: Standing, wanted: TranslateConfig): Problem[] {
  const problems = shortcomings.map((one): Problem => ({ where: `${WHERE}.provider`, ...one }));
  if (audience !== undefined && audience !== 'client' && audience !== wanted.audience) {
    problems.push({ where: `${WHERE}.audience`, found: String(wanted.audience), wanted: audience });
  }
  return problems;
}

/** A token without `aud` is for the endpoint when its client was registered for it, and it has a scope of a resource server. */
function settler(made: Translate, endpoint: string, scopes: () => readonly string[]): Translation['settle'] {
  return async (token) => {
    const { clientId, scopes: held } = token.principal;
    const servers = new Set(scopes().map(resourceServer));
    const within = [...held].some((scope) => scope.includes('/') && servers.has(resourceServer(scope)));
    if (clientId === undefined || !within || !(await made.isRegistered(clientId))) throw refusedToken('token_audience');
    return { ...token, audience: [endpoint] };
  };
}

function resourceServer(scope: string): string {
  return scope.slice(0, Math.max(0, scope.lastIndexOf('/')));
}

function noting(authenticate: Authenticate, issuer: string, used: (clientId: string) => void): Authenticate {
  const note = (principal: Principal): Principal => {
    if (principal.issuer === issuer && principal.clientId !== undefined) used(principal.clientId);
    return principal;
  };
  return (...given) => {
    const known = authenticate(...given);
    return known instanceof Promise ? known.then(note) : note(known);
  };
}
