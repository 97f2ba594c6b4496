import { createAdminApi } from '../../admin/api.ts';
import { createCursors } from '../../admin/cursor.ts';
import { createOnce } from '../../admin/idempotency.ts';
import { documentOperation, openApiDocument } from '../../admin/openapi.ts';
import type { Operation } from '../../admin/operation.ts';
import { problemReply } from '../../admin/problem.ts';
import { API_PATH } from '../../admin/router.ts';
import { ADMIN_KEY_PREFIX, parseAdminKey, principalOfAdminKey } from '../../auth/admin-key.ts';
import { createPepper } from '../../auth/api-key.ts';
import { createAuthenticate } from '../../auth/authenticate.ts';
import { createVerifierOf } from '../../auth/key-verifier.ts';
import type { Verifier } from '../../auth/verifier.ts';
import type { CallParts } from '../../calls/call.ts';
import type { AdminKeyRow } from '../../core/admin.ts';
import { asPosternError, type PosternError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Principal } from '../../core/principal.ts';
import type { HttpReply, HttpRequest } from '../../http/exchange.ts';
import { respond } from '../../http/respond.ts';
import { createIds } from '../../lib/ids.ts';
import { once } from '../../lib/once.ts';
import { createSealer, deriveKey } from '../../lib/seal.ts';
import { sealedCache } from '../../lib/sealed-cache.ts';
import { type Audited, auditRecord } from '../../observe/audit-log.ts';
import type { EngineOptions, RequestFacts } from '../../protocol/engine.ts';
import type { Config } from '../config/config.ts';
import type { Site } from '../routes/site.ts';
import type { AdminMcp, AdminMcpParts } from './mcp.ts';
import { adminResource, MCP_PATH, metadataReply } from './metadata.ts';
import { type ManagedParts, managedOperations } from './operations.ts';
import { createPeople } from './people.ts';

export interface AdminDoorParts extends ManagedParts {
  /** Postern's own version. */
  readonly version: string;
  /** Who comes with a token, where any is accepted. */
  readonly tokens?: Verifier | undefined;
  /** Writes the audit trail behind everybody's back. */
  readonly audit: (event: Audited) => void;
  /** What takes the records of calls, of tools at `/admin/mcp` too. */
  readonly calls: Pick<CallParts, 'record' | 'describeArguments' | 'onFault'>;
  /** What MCP is spoken with. */
  readonly engine: EngineOptions;
  /** Refuses who is suspended. @throws PosternError */
  readonly suspended: (who: Pick<Principal, 'tenant' | 'clientId' | 'kind'>) => void | Promise<void>;
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
  const { database, cache, clock, master, offer } = parts;
  const sealer = (purpose: string) => createSealer([{ id: 'a1', secret: deriveKey(master, purpose) }]);
  const cursors = createCursors(sealer('admin/cursors'));
  const managed = managedOperations(config, parts, cursors);
  const document: () => JsonObject = once(() =>
    openApiDocument(operations, {
      title: config.server.title ?? config.server.name,
      version: config.server.version ?? parts.version,
      url: config.server.url?.replace(/\/+$/, ''),
    }),
  );
  const operations: readonly Operation[] = [...managed, documentOperation(document)];
  const ids = createIds(clock);
  const api = createAdminApi({
    operations,
    once: createOnce({
      cache: sealedCache(cache, sealer('admin/once')),
      secret: deriveKey(master, 'admin/once-keys'),
    }),
    note: (event) =>
      database.audit.append([auditRecord(event, ids('aud'), clock.now())]).catch((thrown: unknown) => {
        // What was done is done, and is written down as soon as it can be.
        parts.failed(thrown);
        parts.audit(event);
      }),
  });
  const authenticate = createAuthenticate({ verifiers: verifiersOf(config, parts) });
  const places = [API_PATH, MCP_PATH].map((path) => ({ path, ...adminResource(config, path) }));
  const placeOf = (path: string) => places.find((place) => path === place.path || path.startsWith(`${place.path}/`));
  const documentAt = (path: string) => places.find(({ resource }) => resource?.paths.includes(path))?.resource;
  const mcp = once(() => mcpOf(config, parts, { api, document: document(), seal: sealer('admin/pages') }));
  let opened: Promise<AdminMcp> | undefined;

  return {
    route: (path, site) => {
      // What is served at a tenant's host is the tenant's; this is the operator's.
      if (site !== undefined) return undefined;
      if (documentAt(path) !== undefined) return { open: true, methods: 'GET, HEAD' };
      if (path === MCP_PATH || path === `${MCP_PATH}/`) return { open: false, methods: 'GET, POST, DELETE' };
      return path.startsWith(`${API_PATH}/`) ? { open: false, methods: api.methodsOf(path) ?? 'GET, HEAD' } : undefined;
    },
    handle: async (request, requestId, _site, seen) => {
      const metadata = documentAt(request.path);
      const place = placeOf(request.path);
      if (metadata !== undefined || place === undefined) return metadataReply(request, metadata);
      const { path, audience, resource } = place;
      const isApi = path === API_PATH;
      try {
        offer().guard.checkOrigin(request);
        const principal = await authenticate(request, audience);
        seen.principal = principal;
        await parts.suspended(withinReach(principal));
        if (isApi) return await api.handle(request, principal, requestId);
        opened = mcp();
        return await (await opened).handle(request, principal, requestId, seen.facts);
      } catch (thrown) {
        const error = asPosternError(thrown);
        seen.error = error;
        // Who has come with a key has nothing to gain from a token.
        const challenge = seen.principal?.kind === 'key' ? undefined : resource?.challenge;
        return (isApi ? problemReply : respond)(error, requestId, challenge);
      }
    },
    drain: async () => (await opened)?.close(),
  };
}

/** Loaded with the first request: most who manage a server do so by no model. */
async function mcpOf(
  config: Config,
  parts: AdminDoorParts,
  given: Pick<AdminMcpParts, 'api' | 'document' | 'seal'>,
): Promise<AdminMcp> {
  const { clock, engine, calls, version } = parts;
  const { name, title = name, version: own = version } = config.server;
  const { openAdminMcp } = await import('./mcp.ts');
  return openAdminMcp({
    ...{ ...given, ...calls, clock, ids: createIds(clock), userAgent: `postern/${version}` },
    implementation: { name: `${name}-admin`, title: `${title}: admin`, version: own },
    engine,
  });
}

/** Who sees every tenant is of none here: an operator can lift what suspends their own. */
function withinReach({ admin, tenant, clientId, kind }: Principal): Pick<Principal, 'tenant' | 'clientId' | 'kind'> {
  return {
    tenant: admin === undefined ? tenant : (admin.tenant ?? ''),
    kind,
    ...(clientId === undefined ? {} : { clientId }),
  };
}

function verifiersOf({ auth }: Config, parts: AdminDoorParts): Verifier[] {
  const { tokens } = parts;
  if (tokens === undefined) return [adminKeys(parts)];
  const issuers = new Set(auth.issuers.map(({ issuer }) => issuer));
  return [adminKeys(parts), createPeople(tokens, issuers, auth.admin.operatorScope)];
}

function adminKeys({ database, clock, master }: AdminDoorParts) {
  return createVerifierOf<AdminKeyRow>({
    ...{ keys: database.adminKeys, clock, pepper: createPepper(deriveKey(master, 'admin-keys')) },
    ...{ prefix: ADMIN_KEY_PREFIX, what: 'admin key', parse: parseAdminKey, principalOf: principalOfAdminKey },
  });
}
