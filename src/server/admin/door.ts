import { problemReply } from '../../admin/problem.ts';
import { API_PATH } from '../../admin/router.ts';
import type { CallParts } from '../../calls/call.ts';
import { asPosternError, type PosternError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import type { HttpReply, HttpRequest } from '../../http/exchange.ts';
import { respond } from '../../http/respond.ts';
import { createIds } from '../../lib/ids.ts';
import type { EngineOptions, RequestFacts } from '../../protocol/engine.ts';
import type { Config } from '../config/config.ts';
import { Credential } from '../revoked/credential.ts';
import type { Site } from '../routes/site.ts';
import { type Assembled, type AssembledParts, adminSealer, assembleApi } from './api.ts';
import { type AdminAuthenticationParts, createAdminAuthentication } from './authentication.ts';
import type { AdminMcp } from './mcp.ts';
import { adminResource, MCP_PATH, metadataReply } from './metadata.ts';

export interface AdminDoorParts extends AssembledParts, AdminAuthenticationParts {
  readonly database: AssembledParts['database'];
  /** What takes the records of calls, of tools at `/admin/mcp` too. */
  readonly calls: Pick<CallParts, 'record' | 'onFault'>;
  /** What MCP is spoken with. */
  readonly engine: EngineOptions;
}

/** The admin API, as the pipeline has it. */
export interface AdminDoor {
  /** What a path leads to, if it leads here. @param site the tenant whose host was asked. */
  route(path: string, site?: Site): { readonly open: boolean; readonly methods: string } | undefined;
  /** Never rejects. */
  handle(request: HttpRequest, requestId: string, site: Site | undefined, seen: Known): Promise<HttpReply>;
  /** Ends open streams. */
  drain(): Promise<void>;
}

/** What is learned of a request, for who writes it down. */
interface Known {
  principal: Principal | undefined;
  error: PosternError | undefined;
  readonly facts: RequestFacts;
}

/** For a config that has it switched on. */
export function openAdminDoor(config: Config, parts: AdminDoorParts): AdminDoor {
  const assembled = assembleApi(config, parts);
  const authenticate = createAdminAuthentication(config, parts);
  const places = [API_PATH, MCP_PATH].map((path) => ({ path, ...adminResource(config, path) }));
  const documentAt = (path: string) => places.find(({ resource }) => resource?.paths.includes(path))?.resource;
  let mcp: Promise<AdminMcp> | undefined;

  const serve = async (request: HttpRequest, isApi: boolean, who: Credential, requestId: string, seen: Known) => {
    if (isApi) return assembled.api.handle(request, who.principal, requestId, () => who.stands());
    mcp ??= mcpOf(config, parts, assembled);
    return (await mcp).handle(request, who, requestId, seen.facts);
  };

  return {
    route: (path, site) => {
      // What is served at a tenant's host is the tenant's; this is the operator's.
      if (site !== undefined) return undefined;
      if (documentAt(path) !== undefined) return { open: true, methods: 'GET, HEAD' };
      if (path === MCP_PATH || path === `${MCP_PATH}/`) return { open: false, methods: 'GET, POST, DELETE' };
      if (!path.startsWith(`${API_PATH}/`)) return undefined;
      return { open: false, methods: assembled.api.methodsOf(path) ?? 'GET, HEAD' };
    },
    handle: async (request, requestId, _site, seen) => {
      const metadata = documentAt(request.path);
      if (metadata !== undefined) return metadataReply(request, metadata);
      const isApi = request.path.startsWith(`${API_PATH}/`);
      const place = places.find(({ path }) => (path === API_PATH) === isApi);
      try {
        parts.offer().guard.checkOrigin(request);
        const begun = parts.clock.monotonic();
        const verify = async () => authenticate(request, place?.audience);
        seen.principal = await verify();
        const who = new Credential(seen.principal, verify, parts.clock, begun);
        return await serve(request, isApi, who, requestId, seen);
      } catch (thrown) {
        const error = asPosternError(thrown);
        seen.error = error;
        // Who has come with a key has nothing to gain from a token.
        const challenge = seen.principal?.kind === 'key' ? undefined : place?.resource?.challenge;
        return (isApi ? problemReply : respond)(error, requestId, challenge);
      }
    },
    drain: async () => (await mcp)?.close(),
  };
}

/** Loaded with the first request: most who manage a server do so by no model. */
async function mcpOf(config: Config, parts: AdminDoorParts, { api, document }: Assembled): Promise<AdminMcp> {
  const { clock, master, engine, calls, version } = parts;
  const { name, title = name, version: own = version } = config.server;
  const { openAdminMcp } = await import('./mcp.ts');
  return openAdminMcp({
    ...{
      record: calls.record,
      onFault: calls.onFault,
      api,
      document: document(),
      engine,
      clock,
      ids: createIds(clock),
    },
    // There are credentials among them, whatever `observe.arguments` says.
    describeArguments: () => null,
    seal: adminSealer(master, 'admin/pages'),
    userAgent: `postern/${version}`,
    implementation: { name: `${name}-admin`, title: `${title}: admin`, version: own },
  });
}
