import { PosternError } from '../../core/errors.ts';
import type { HttpReply, HttpRequest } from '../../http/exchange.ts';
import type { Facade } from './facade.ts';

/** A facade that is opened by the first request that needs it: `--dev` starts without, and most of its callers have a key. */
export interface LateFacade extends Facade {
  /** Lets a request wait for the facade where it is about it. */
  before(handle: (request: HttpRequest) => Promise<HttpReply>): (request: HttpRequest) => Promise<HttpReply>;
}

/** What stands where a facade cannot be opened: the next request tries again. */
const CLOSED = () => new PosternError('unavailable', { retryAfterSeconds: 5 });

/**
 * @param prefixes paths that are the facade's, beside those of OAuth.
 * @param failed hears why it could not be opened.
 */
export function lateFacade(
  issuer: string,
  {
    prefixes,
    open,
    failed,
  }: {
    readonly prefixes: readonly string[];
    readonly open: () => Promise<Facade>;
    readonly failed: (thrown: unknown) => void;
  },
): LateFacade {
  let opening: Promise<void> | undefined;
  let opened: Facade | undefined;
  let closed = false;
  const attempt = async (): Promise<void> => {
    try {
      opened = await open();
    } catch (thrown) {
      opening = undefined;
      failed(thrown);
    }
  };
  const begin = async (): Promise<void> => {
    if (!closed) opening ??= attempt();
    await opening;
  };
  const isOurs = (path: string) => OURS.test(path) || prefixes.some((prefix) => path.startsWith(`${prefix}/`));
  const now = (): Facade => {
    if (opened === undefined) throw CLOSED();
    return opened;
  };
  return {
    issuer,
    before: (handle) => (request) => {
      if (opened !== undefined || !(isOurs(request.path) || hasToken(request))) return handle(request);
      return begin().then(() => handle(request));
    },
    route: (path, site) =>
      opened === undefined && isOurs(path) ? { methods: 'GET, POST', open: false } : opened?.route(path, site),
    handle: async (request, requestId, site) => now().handle(request, requestId, site),
    localIssuer: {
      issuer,
      keys: () => now().localIssuer.keys(),
      isRevoked: (grantId, tokenId) => now().localIssuer.isRevoked(grantId, tokenId),
    },
    accessTokenFor: async (grantId) => now().accessTokenFor(grantId),
    tokenFor: async (grantId, refused) => now().tokenFor(grantId, refused),
    visit: async (about, requestId) => {
      await begin();
      return now().visit(about, requestId);
    },
    get idpGrants() {
      return now().idpGrants;
    },
    close: async () => {
      closed = true;
      await opening;
      await opened?.close();
    },
  };
}

const OURS = /^\/oauth\/|\/\.well-known\/(oauth-authorization-server|openid-configuration)/;

/** Whether it comes with what may be a token of the facade: those are JWTs. */
function hasToken(request: HttpRequest): boolean {
  return /^bearer +eyJ/i.test(request.header('authorization') ?? '');
}
