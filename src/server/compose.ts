import type { Readable, Writable } from 'node:stream';
import { createAnonymous } from '../auth/anonymous.ts';
import { createPepper } from '../auth/api-key.ts';
import { type Authenticate, createAuthenticate } from '../auth/authenticate.ts';
import { createKeyVerifier } from '../auth/key-verifier.ts';
import { undeclaredScopes } from '../auth/scopes.ts';
import { createCalls } from '../calls/call.ts';
import type { Cache } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../core/database.ts';
import { type Principal, principalKey } from '../core/principal.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import { createGuard } from '../http/guard.ts';
import { fromWebRequest, toWebResponse } from '../http/web.ts';
import { createIds } from '../lib/ids.ts';
import { once } from '../lib/once.ts';
import { createSealer, deriveKey } from '../lib/seal.ts';
import { createEngine, type EngineOptions } from '../protocol/engine.ts';
import { serveLines } from '../protocol/stdio.ts';
import type { Callable } from '../tools/callable.ts';
import { createCatalog } from '../tools/catalog.ts';
import { codeTool } from '../tools/code-tool.ts';
import type {
  PromptDefinition,
  ResourceDefinition,
  ResourceTemplateDefinition,
  ToolDefinition,
} from '../tools/define.ts';
import { createPrompts } from '../tools/prompts.ts';
import { createResources } from '../tools/resources.ts';
import type { Config } from './config.ts';
import { isLoopback } from './config-safety.ts';
import { createObservers } from './observers.ts';
import { createPipeline } from './pipeline.ts';
import { StartError } from './problem.ts';
import { createRoutes } from './routes.ts';
import { createChanges, createService } from './service.ts';
import { type LoadedUpstream, loadUpstream } from './upstreams.ts';

/** What a server offers besides the operations of its upstreams. */
export interface Definitions {
  readonly tools?: readonly ToolDefinition[];
  readonly resources?: readonly ResourceDefinition[];
  readonly resourceTemplates?: readonly ResourceTemplateDefinition[];
  readonly prompts?: readonly PromptDefinition[];
}

export interface ComposeExtras extends Definitions {
  /** What relative paths in the config are relative to. */
  readonly baseDir: string;
  /** Both are closed by whoever opened them, after the server. */
  readonly database: Database;
  readonly cache: Cache;
  /** At least 32 bytes; every key of the server is derived from it. */
  readonly master: Uint8Array;
  readonly clock: Clock;
  /** Postern's own version. */
  readonly version: string;
  /** Where log lines go: a file descriptor, or something that takes each line. Default: standard error. */
  readonly logTo?: number | { write(line: string): void };
  /** Where documents from URLs are kept with their ETag; nowhere without it. */
  readonly cacheFolder?: string;
}

/** Tells clients that something changed. A client hears only of what it asked to hear of. */
export interface Notifier {
  toolsChanged(): void;
  promptsChanged(): void;
  resourcesChanged(): void;
  resourceUpdated(uri: string): void;
}

/** A server, composed and ready to be mounted. */
export interface Postern {
  /** Answers a web `Request`. Never rejects. */
  fetch(request: Request): Promise<Response>;
  /** Answers an exchange, for adapters. Never rejects. */
  handle(request: HttpRequest): Promise<HttpReply>;
  readonly notify: Notifier;
  /** Speaks MCP over two streams, a message a line, for one principal; returns when the input has ended. */
  serveLines(input: Readable, output: Writable, principal: Principal): Promise<void>;
  /** What was wrong with parts of the documents, as far as they have been looked into. */
  readonly warnings: readonly string[];
  readonly upstreams: readonly { readonly name: string; readonly baseUrl: string; readonly tools: number }[];
  /** Every scope that some tool requires. */
  readonly scopes: readonly string[];
  /** Counters since the start, by name. */
  counters(): { readonly [name: string]: number };
  /** Ends open streams, so that connections can be closed; calls under way go on. */
  drain(): Promise<void>;
  /** Ends streams, and writes down what has not been written yet. Once, however often it is called. */
  close(): Promise<void>;
}

/**
 * Puts a server together from its config: the only place that knows every part.
 * @throws StartError, DocumentError.
 */
export async function compose(config: Config, extras: ComposeExtras): Promise<Postern> {
  const { clock, database, cache, master } = extras;
  const upstreams = await loadUpstreams(config, extras);
  const callables = [...upstreams.flatMap((upstream) => upstream.callables), ...(extras.tools ?? []).map(codeTool)];
  refuseUndeclaredScopes(config, upstreams, callables);

  const ids = createIds(clock);
  const observers = createObservers(config, { clock, calls: database.calls, logTo: extras.logTo });
  const changes = createChanges();
  const service = createService({
    implementation: {
      name: config.server.name,
      title: config.server.title,
      version: config.server.version ?? extras.version,
    },
    instructions: config.server.instructions,
    catalog: createCatalog(callables),
    resources: createResources(extras.resources ?? [], extras.resourceTemplates ?? []),
    prompts: createPrompts(extras.prompts ?? []),
    call: createCalls({ clock, ids, ...observers.calls }),
    changes,
    dynamic: extras.tools !== undefined,
  });
  const engineOptions: EngineOptions = {
    seal: createSealer([{ id: 'k1', secret: deriveKey(master, 'protocol') }]),
    cache,
    clock,
    note: observers.note,
    limits: {
      maxBodyBytes: config.limits.bodyBytes,
      maxDepth: config.limits.jsonDepth,
      streamsPerCaller: config.limits.streamsPerPrincipal,
    },
  };
  const engine = createEngine(service, engineOptions);
  const drained = once(() => engine.close());
  const handle = createPipeline({
    clock,
    ids,
    routes: createRoutes(config.server.path, config.server.sse2024),
    guard: createGuard(guardOptions(config)),
    authenticate: authenticator(config, extras),
    engine,
    ready: () =>
      database.keys.list('').then(
        () => true,
        () => false,
      ),
    observe: observers.request,
  });

  return {
    handle,
    fetch: async (request) => toWebResponse(await handle(fromWebRequest(request))),
    notify: {
      toolsChanged: () => changes.tell({ kind: 'tools' }),
      promptsChanged: () => changes.tell({ kind: 'prompts' }),
      resourcesChanged: () => changes.tell({ kind: 'resources' }),
      resourceUpdated: (uri) => changes.tell({ kind: 'resource', uri }),
    },
    serveLines: (input, output, principal) =>
      serveLines(service, engineOptions, input, output, {
        key: principalKey(principal),
        expiresAt: principal.expiresAt,
        principal,
        requestId: ids('conn'),
      }),
    warnings: upstreams.flatMap((upstream) => upstream.warnings),
    upstreams: upstreams.map(({ name, baseUrl, tools }) => ({ name, baseUrl, tools: tools.length })),
    scopes: [...new Set(callables.flatMap(({ tool }) => tool.scopes))].sort(),
    counters: observers.counters,
    drain: drained,
    close: once(async () => {
      await drained();
      await Promise.all(upstreams.map((upstream) => upstream.close()));
      await observers.close();
    }),
  };
}

function loadUpstreams(
  config: Config,
  { baseDir, clock, version, cacheFolder }: ComposeExtras,
): Promise<LoadedUpstream[]> {
  const surroundings = {
    clock,
    baseDir,
    cacheFolder,
    userAgent: `postern/${version}`,
    resultBytes: config.limits.resultBytes,
  };
  return Promise.all(
    Object.entries(config.upstreams).map(([name, upstream]) => loadUpstream(name, upstream, surroundings)),
  );
}

/**
 * A scope is declared once, with a sentence: in `auth.scopes`, by the document's own security schemes, or by being one
 * of the two that every upstream has.
 */
function refuseUndeclaredScopes(
  config: Config,
  upstreams: readonly LoadedUpstream[],
  callables: readonly Callable[],
): void {
  if (config.auth.none) return;
  const declared = Object.assign(
    {},
    ...upstreams.map(({ name, scopes }) => ({ ...ownScopes(name), ...scopes })),
    config.auth.scopes,
  );
  const users = callables.map(({ tool }) => ({ what: `the tool ${tool.name}`, scopes: tool.scopes }));
  const faults = undeclaredScopes(declared, users);
  if (faults.length === 0) return;
  throw new StartError(
    faults.map((found) => ({
      where: 'auth.scopes',
      found,
      wanted: 'every scope declared, with a sentence that says what it allows',
    })),
  );
}

function ownScopes(upstream: string): { readonly [name: string]: string } {
  return { [`${upstream}:read`]: `Read what ${upstream} has.`, [`${upstream}:write`]: `Change what ${upstream} has.` };
}

function guardOptions({ server }: Config): Parameters<typeof createGuard>[0] {
  const own = server.url === undefined ? [] : [new URL(server.url)];
  return {
    hosts: [...server.hosts.map((host) => host.toLowerCase()), ...own.map((url) => url.host)],
    origins: [...server.origins, ...own.map((url) => url.origin)],
    loopback: isLoopback(server.host),
  };
}

function authenticator(config: Config, { database, clock, master }: ComposeExtras): Authenticate {
  if (config.auth.none) return createAnonymous();
  const pepper = createPepper(deriveKey(master, 'api-keys'));
  return createAuthenticate({ verifiers: [createKeyVerifier({ keys: database.keys, pepper, clock })] });
}
