import type { Readable, Writable } from 'node:stream';
import { createAnonymous } from '../auth/anonymous.ts';
import { createPepper } from '../auth/api-key.ts';
import { type Authenticate, createAuthenticate } from '../auth/authenticate.ts';
import { createKeyVerifier } from '../auth/key-verifier.ts';
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
import { checkOffer } from './checks.ts';
import type { Config } from './config.ts';
import { isLoopback } from './config-safety.ts';
import { createObservers, type Observers } from './observers.ts';
import { createPipeline } from './pipeline.ts';
import { createRoutes } from './routes.ts';
import { type Changes, createChanges, createService } from './service.ts';
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
  const upstreams = await loadUpstreams(config, extras);
  const callables = [...upstreams.flatMap((upstream) => upstream.callables), ...(extras.tools ?? []).map(codeTool)];
  checkOffer(config, upstreams, callables);

  const ids = createIds(extras.clock);
  const observers = createObservers(config, {
    clock: extras.clock,
    calls: extras.database.calls,
    logTo: extras.logTo,
  });
  const changes = createChanges();
  const call = createCalls({ clock: extras.clock, ids, ...observers.calls });
  const service = createService({ ...offerOf(config, extras, callables), call, changes });
  const engineOptions = engineOptionsOf(config, extras, observers);
  const engine = createEngine(service, engineOptions);
  const drain = once(() => engine.close());
  const handle = createPipeline({
    clock: extras.clock,
    ids,
    routes: createRoutes(config.server.path, config.server.sse2024),
    guard: createGuard(guardOptions(config)),
    authenticate: authenticator(config, extras),
    engine,
    ready: () => answers(extras.database),
    observe: observers.request,
  });

  return {
    handle,
    fetch: async (request) => toWebResponse(await handle(fromWebRequest(request))),
    notify: notifier(changes),
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
    drain,
    close: once(async () => {
      await drain();
      await Promise.all(upstreams.map((upstream) => upstream.close()));
      await observers.close();
    }),
  };
}

/** What clients are offered, and under which name. */
function offerOf({ server }: Config, extras: ComposeExtras, callables: readonly Callable[]) {
  return {
    implementation: { name: server.name, title: server.title, version: server.version ?? extras.version },
    instructions: server.instructions,
    catalog: createCatalog(callables),
    resources: createResources(extras.resources ?? [], extras.resourceTemplates ?? []),
    prompts: createPrompts(extras.prompts ?? []),
    dynamic: extras.tools !== undefined,
  };
}

function engineOptionsOf(
  { limits }: Config,
  { master, cache, clock }: ComposeExtras,
  { note }: Observers,
): EngineOptions {
  return {
    seal: createSealer([{ id: 'k1', secret: deriveKey(master, 'protocol') }]),
    cache,
    clock,
    note,
    limits: {
      maxBodyBytes: limits.bodyBytes,
      maxDepth: limits.jsonDepth,
      streamsPerCaller: limits.streamsPerPrincipal,
    },
  };
}

function notifier(changes: Changes): Notifier {
  return {
    toolsChanged: () => changes.tell({ kind: 'tools' }),
    promptsChanged: () => changes.tell({ kind: 'prompts' }),
    resourcesChanged: () => changes.tell({ kind: 'resources' }),
    resourceUpdated: (uri) => changes.tell({ kind: 'resource', uri }),
  };
}

/** Whether a database does what it is there for. */
function answers(database: Database): Promise<boolean> {
  return database.keys.find('').then(
    () => true,
    () => false,
  );
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

function guardOptions({ server, limits }: Config): Parameters<typeof createGuard>[0] {
  const own = server.url === undefined ? [] : [new URL(server.url)];
  return {
    hosts: [...server.hosts.map((host) => host.toLowerCase()), ...own.map((url) => url.host)],
    origins: [...server.origins, ...own.map((url) => url.origin)],
    loopback: isLoopback(server.host),
    headers: limits.headerCount,
  };
}

function authenticator(config: Config, { database, clock, master }: ComposeExtras): Authenticate {
  if (config.auth.none) return createAnonymous();
  const pepper = createPepper(deriveKey(master, 'api-keys'));
  return createAuthenticate({ verifiers: [createKeyVerifier({ keys: database.keys, pepper, clock })] });
}
