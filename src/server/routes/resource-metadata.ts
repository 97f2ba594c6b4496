import { includesScope } from '../../core/scope.ts';
import type { ChallengedResource } from '../../http/challenge.ts';
import type { Config } from '../config/config.ts';
import type { Problem } from '../config/problem.ts';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';

/** An endpoint as a protected resource (RFC 9728): what tells clients how to get a token for it. */
export interface ProtectedResource {
  /** Its URL: what tokens are made out to. */
  readonly url: string;
  readonly challenge: ChallengedResource;
  /** Where its metadata is served. The first is the one that challenges name. */
  readonly paths: readonly string[];
  /** The metadata, as it is sent. */
  readonly document: string;
}

/**
 * @param audience the URL of the endpoint.
 * @param main whether it is the one that the root document is about.
 * @param ceiling the scopes that may be used there. Default: all.
 * @returns nothing where no token is accepted: then there is nothing to be told, and no document (404).
 */
export function protectedResource(
  { server, auth }: Pick<Config, 'server' | 'auth'>,
  {
    audience,
    path,
    main,
    ceiling,
  }: {
    readonly audience: string | undefined;
    readonly path: string;
    readonly main: boolean;
    readonly ceiling?: ReadonlySet<string> | undefined;
  },
  localIssuers: readonly string[],
): ProtectedResource | undefined {
  // Of one that clients are registered at through us, the metadata is ours.
  const others = auth.issuers.filter(({ issuer }) => issuer !== auth.translate?.issuer);
  const issuers = [...localIssuers, ...others.map(({ issuer }) => issuer)];
  if (audience === undefined || issuers.length === 0 || !URL.canParse(audience)) return undefined;
  // RFC 9728 §3.1: inserted between host and path; Codex looks behind the path as well. Some proxies take the path of
  // `server.url` away, some do not.
  const { origin, pathname } = new URL(audience);
  const beside = [pathname, path].flatMap((each) => [`${WELL_KNOWN}${each}`, `${each}${WELL_KNOWN}`]);
  const first = auth.defaultScopes.filter((scope) => ceiling === undefined || includesScope(ceiling, scope));
  const scopes = first.length === 0 ? {} : { scopes_supported: first };
  const documentation = server.documentation === undefined ? {} : { resource_documentation: server.documentation };
  return {
    url: audience,
    challenge: { metadataUrl: `${origin}${beside[0]}`, scope: first.join(' ') },
    // What was typed with a slash at the end is looked up with one.
    paths: [...new Set([...beside, ...beside.map((each) => `${each}/`), ...(main ? [WELL_KNOWN] : [])])],
    document: JSON.stringify({
      resource: audience,
      authorization_servers: issuers,
      ...scopes,
      bearer_methods_supported: ['header'],
      resource_name: server.title ?? server.name,
      ...documentation,
    }),
  };
}

/**
 * Holds the strings that clients compare against each other, character for character: the URL people type, `resource`
 * in the metadata, and the way to it in challenges.
 *
 * @param documentAt what is served at a path.
 */
export function resourceProblems(
  resources: readonly ProtectedResource[],
  documentAt: (path: string) => string | undefined,
): Problem[] {
  return resources.flatMap(({ url, challenge: { metadataUrl }, document }): Problem[] => {
    const { href, search, hash } = new URL(url);
    if (href !== url || search !== '' || hash !== '') {
      const wanted = `the URL as clients spell it: ${new URL(url).origin}, a path if need be, and nothing behind`;
      return [{ where: 'server.url', found: `a URL that clients would ask for as ${href}`, wanted }];
    }
    if (documentAt(new URL(metadataUrl).pathname) === document) return [];
    const wanted = 'a path of its own for each endpoint';
    return [{ where: 'endpoints', found: `other metadata at ${metadataUrl} than that of ${url}`, wanted }];
  });
}
