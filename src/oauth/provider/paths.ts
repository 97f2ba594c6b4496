/** Where the facade is reached. None of them ends in a slash, and none redirects to another spelling. */
export const PATHS = {
  authorize: '/oauth/authorize',
  token: '/oauth/token',
  register: '/oauth/register',
  revoke: '/oauth/revoke',
  introspect: '/oauth/introspect',
  jwks: '/oauth/jwks',
  interaction: '/oauth/interaction',
} as const;

/** `/oauth/authorize/<uid>`, where the browser comes back to, and `/oauth/interaction/<uid>`, where it is asked. */
const BELOW = /^\/oauth\/(authorize|interaction)\/([A-Za-z0-9_-]{1,100})$/;

/** What a path below one of {@link PATHS} means, and whose it is. */
export function belowPath(path: string): { readonly kind: 'resume' | 'interaction'; readonly uid: string } | undefined {
  const [, kind, uid] = BELOW.exec(path) ?? [];
  if (uid === undefined) return undefined;
  return { kind: kind === 'authorize' ? 'resume' : 'interaction', uid };
}

const DOCUMENTS = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];

/**
 * Whether some client looks there for the metadata of the authorization server of an endpoint: at the root, and with the
 * endpoint's path behind it or before it, with a slash at the end or without.
 */
export function isMetadataPath(path: string, isEndpoint: (path: string) => boolean): boolean {
  const bare = path.endsWith('/') ? path.slice(0, -1) : path;
  return DOCUMENTS.some((known) => {
    if (bare === known) return true;
    if (bare.startsWith(`${known}/`)) return isEndpoint(bare.slice(known.length));
    return bare.endsWith(known) && isEndpoint(bare.slice(0, -known.length));
  });
}
