import type { AdminApi } from '../../admin/api.ts';
import { API_PATH } from '../../admin/router.ts';
import { type CallParts, createCalls } from '../../calls/call.ts';
import { type OpenApiParts, openApiCallable } from '../../calls/openapi-tool.ts';
import { ADMIN_READ } from '../../core/admin.ts';
import { PosternError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { type Principal, principalKey } from '../../core/principal.ts';
import type { HttpReply, HttpRequest } from '../../http/exchange.ts';
import { SchemaCompiler } from '../../lib/schema.ts';
import type { Sealer } from '../../lib/seal.ts';
import { loadDocument } from '../../openapi/document/document.ts';
import { openApiTools } from '../../openapi/tools.ts';
import { createEngine, type EngineOptions, type RequestFacts } from '../../protocol/engine.ts';
import type { Caller, Implementation, McpService } from '../../protocol/service.ts';
import type { Callable } from '../../tools/callable.ts';
import { createCatalog } from '../../tools/catalog.ts';
import { createLimitReader } from '../../upstream/rate-limit-expression.ts';
import type { Credential } from '../revoked/credential.ts';
import { createInProcess, INSIDE } from './in-process.ts';
import { MCP_PATH } from './metadata.ts';

/** What the tools belong to: in records of calls, and to clients that ask. */
const NAME = 'admin';

export interface AdminMcpParts extends Pick<CallParts, 'clock' | 'ids' | 'record' | 'describeArguments' | 'onFault'> {
  readonly api: AdminApi;
  /** The document of the API, as it is served. */
  readonly document: JsonObject;
  readonly engine: EngineOptions;
  readonly implementation: Implementation;
  /** Seals the cursors of pages. */
  readonly seal: Sealer;
  /** `postern/<version>`. */
  readonly userAgent: string;
}

/** The admin API as tools. */
export interface AdminMcp {
  /** @throws PosternError */
  handle(request: HttpRequest, who: Credential, requestId: string, facts: RequestFacts): Promise<HttpReply>;
  close(): Promise<void>;
}

/** Nothing changes that could be listened to, so nobody stays: that a credential still stands is asked with each request. */
interface AdminCaller extends Caller {
  readonly principal: Principal;
  readonly requestId: string;
}

/** Reads the document and makes tools of it, as of every other. */
export async function openAdminMcp(parts: AdminMcpParts): Promise<AdminMcp> {
  const document = await loadDocument({ text: JSON.stringify(parts.document), name: NAME });
  const { tools } = openApiTools(document, { upstream: NAME });
  const way = partsOf(parts);
  const callables = tools.map((tool) => openApiCallable(tool, way));
  const engine = createEngine(serviceOf(callables, parts), parts.engine);
  return {
    handle: (request, who, requestId, facts) => {
      if (who.principal.admin === undefined) {
        const data = { requiredScopes: [ADMIN_READ] };
        throw new PosternError('insufficient_scope', { message: `This takes the scope ${ADMIN_READ}.`, data });
      }
      return engine.handle(request, callerOf(who, requestId), facts);
    },
    close: () => engine.close(),
  };
}

function callerOf(who: Credential, requestId: string): AdminCaller {
  const { principal } = who;
  const { expiresAt } = principal;
  return {
    ...{ principal, requestId, stands: () => who.stands() },
    // Sessions of other endpoints are none here.
    key: `${principalKey(principal)}${MCP_PATH}`,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function partsOf({ api, clock, seal, userAgent }: AdminMcpParts): OpenApiParts {
  const { tokens, egress } = createInProcess(api);
  const onFault = () => undefined;
  return {
    upstream: { name: NAME, origins: [INSIDE], egress, clock, userAgent },
    baseUrl: INSIDE + API_PATH,
    credential: { source: { from: 'identity', tokens } },
    limits: {},
    schemas: new SchemaCompiler(),
    seal,
    failures: { mappingOf: () => undefined },
    selectOf: () => undefined,
    boundOf: () => [],
    identityOf: principalKey,
    readLimits: createLimitReader({ onFault }),
    respondWith: 'auto',
    ...{ onFault, report: onFault },
  };
}

const PRIVATE = { ttlMs: 0, cacheScope: 'private' } as const;

function serviceOf(callables: readonly Callable[], parts: AdminMcpParts): McpService<AdminCaller> {
  const catalog = createCatalog(callables);
  const call = createCalls(parts);
  const none = { items: Buffer.from('[]'), cache: PRIVATE };
  const missing = (code: 'unknown_resource' | 'unknown_prompt') => Promise.reject(new PosternError(code));
  return {
    implementation: parts.implementation,
    features: () => ({
      ...{ tools: true, resources: false, prompts: false, completions: false, logging: false },
      ...{ listChanged: false, subscribe: false },
    }),
    interactive: () => false,
    listTools: async ({ principal }, cursor) => ({ ...catalog.list(principal, cursor), cache: PRIVATE }),
    toolFacts: (_caller, name) => catalog.find(name),
    callTool: ({ principal, requestId }, name, args, conversation, reply) =>
      call({ callable: catalog.find(name), principal, requestId, args, conversation, reply }),
    listResources: async () => none,
    listResourceTemplates: async () => none,
    readResource: () => missing('unknown_resource'),
    listPrompts: async () => none,
    getPrompt: () => missing('unknown_prompt'),
    complete: async () => ({ values: [] }),
    onChange: () => () => undefined,
  };
}
