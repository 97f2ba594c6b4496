import { ADMIN_READ, ADMIN_WRITE } from '../../core/admin.ts';
import type { HttpReply, HttpRequest } from '../../http/exchange.ts';
import type { Config } from '../config/config.ts';
import { type ProtectedResource, protectedResource } from '../routes/resource-metadata.ts';

/** Where the API is served as tools. */
export const MCP_PATH = '/admin/mcp';

/** Something of the admin API that tokens are made out to. */
export interface AdminResource {
  /** Its URL; nothing where `server.url` is not known. */
  readonly audience: string | undefined;
  /** How clients learn where tokens for it are to be had; nothing where none is accepted. */
  readonly resource: ProtectedResource | undefined;
}

/**
 * The resource at a path. Tokens of the authorization server in this process are not for it: any user could ask for them.
 */
export function adminResource(config: Config, path: string): AdminResource {
  const { server, auth } = config;
  const audience = server.url === undefined ? undefined : `${server.url.replace(/\/+$/, '')}${path}`;
  const own = new Set(auth.admin.issuers.map(({ issuer }) => issuer));
  const issuers = [...auth.issuers.filter(({ issuer }) => !own.has(issuer)), ...auth.admin.issuers];
  const asked = { ...auth, issuers, defaultScopes: [ADMIN_READ, ADMIN_WRITE] };
  return { audience, resource: protectedResource({ server, auth: asked }, { audience, path, main: false }, []) };
}

const HEADERS = { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' };

/** The metadata of a resource, for anybody. */
export function metadataReply({ method }: HttpRequest, { document }: ProtectedResource): HttpReply {
  if (method === 'GET' || method === 'HEAD') return { status: 200, headers: { ...HEADERS }, body: document };
  return { status: 405, headers: { allow: 'GET, HEAD' }, body: null };
}
