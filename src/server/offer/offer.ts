import type { LocalIssuer } from '../../auth/issuer.ts';
import { createGuard, type Guard } from '../../http/guard.ts';
import { Lru } from '../../lib/lru.ts';
import type { Features } from '../../protocol/service.ts';
import type { Callable } from '../../tools/callable.ts';
import type {
  PromptDefinition,
  ResourceDefinition,
  ResourceTemplateDefinition,
  ToolDefinition,
} from '../../tools/define.ts';
import { ownedCodeTool } from '../../tools/guards/owned.ts';
import { policedCallable } from '../../tools/guards/policed.ts';
import { createPrompts, type Prompts } from '../../tools/prompts.ts';
import { createResources, type Resources } from '../../tools/resources.ts';
import type { Config } from '../config/config.ts';
import { credentialRemarks, presentedIssuers } from '../config/credential-problems.ts';
import { StartError } from '../config/problem.ts';
import { isLoopback } from '../config/safety.ts';
import { ASSERTION_KEYS_PATH } from '../credentials/assertion-keys.ts';
import { mcpBeside } from '../mcp/beside.ts';
import { createEndpoints, type Endpoint } from '../routes/endpoints.ts';
import { resourceProblems } from '../routes/resource-metadata.ts';
import { createRoutes, isOpen, type Routes, withLinks } from '../routes/routes.ts';
import { siteProblems } from '../routes/site-problems.ts';
import { createSites, type Sites } from '../routes/sites.ts';
import type { Backing } from './backing.ts';
import { createCatalogues, pinnedRemarks, type Shelf } from './catalogues.ts';
import { checkOffer } from './checks.ts';
import { type ChoicesOf, choicesOf } from './choices.ts';
import { quotaRemarks } from './quotas.ts';
import type { Tenancy } from './tenancy.ts';
import { createToolsets, type Narrowing, type Toolsets, toolsetRemarks } from './toolsets.ts';

/** What a server offers besides the operations of its upstreams. */
export interface Definitions {
  readonly tools?: readonly ToolDefinition[];
  readonly resources?: readonly ResourceDefinition[];
  readonly resourceTemplates?: readonly ResourceTemplateDefinition[];
  readonly prompts?: readonly PromptDefinition[];
}

/**
 * All that follows from a config and its documents, and is swapped as a whole when they change: what is served, where,
 * and to whom it may be shown. What lives as long as the process is in `compose.ts`.
 */
export interface Offer {
  readonly config: Config;
  readonly backing: Backing;
  readonly guard: Guard;
  readonly routes: Routes;
  /** That of `server.path` first. */
  readonly endpoints: readonly [Endpoint, ...Endpoint[]];
  /** Where tenants are served by themselves. */
  readonly sites: Sites;
  readonly toolsets: Toolsets;
  readonly callables: readonly Callable[];
  readonly resources: Resources;
  readonly prompts: Prompts;
  readonly features: Features;
  /** Absent where nobody chooses among accounts. */
  readonly choices?: ChoicesOf;
  /** Those of callers with a link: it opens tools, and nothing in it says which resources and prompts it could open. */
  readonly linkFeatures: Features;
  /** What in the config means nothing, as far as can be told, and what somebody should know of. */
  readonly remarks: readonly string[];
  /** The issuers whose tokens some upstream is called with, as callers present them. */
  readonly presented: ReadonlySet<string>;
  /** @param endpoint one of {@link Offer.endpoints}, or of a site's. */
  view(endpoint: Endpoint, narrowing: Narrowing): View;
}

/** What a request is served from: an offer, through an endpoint and what narrows it. */
export interface View extends Shelf {
  readonly offer: Offer;
  readonly endpoint: Endpoint;
  /**
   * Empty for all of the main endpoint, different for any two other views. Sessions, streams, states and subscriptions
   * are bound to it: those of one endpoint or toolset do not exist at another.
   */
  readonly key: string;
}

export interface OfferDefinitions extends Definitions {
  /** Whose metadata is served here. */
  readonly localIssuers?: readonly Pick<LocalIssuer, 'issuer'>[];
  /** What relative paths in the config are relative to. Default: the working folder. */
  readonly baseDir?: string;
  /** Without it, callers of every tenant may share a credential. */
  readonly tenancy?: Tenancy;
  /** The public keys of assertions, as JSON. */
  readonly assertionKeys?: () => string | undefined;
}

/** Narrowings whose catalogs are kept. They come from the config alone; one more is made again, nothing else. */
const KEPT_CATALOGS = 256;

/**
 * Puts an offer together, and refuses one that nobody should be served.
 * @param dynamic whether it may be followed by another while the process runs.
 * @throws StartError with everything that is wrong.
 */
export function createOffer(config: Config, backing: Backing, definitions: OfferDefinitions, dynamic: boolean): Offer {
  const { upstreams, mcpUpstreams } = backing;
  const code = (definitions.tools ?? []).map(ownedCodeTool);
  const own = [
    ...upstreams.flatMap(({ callables: all, untied }) => confined(all, untied, definitions.tenancy)),
    ...code,
  ];
  const beside = mcpBeside(mcpUpstreams, {
    tools: own.map(({ tool }) => tool.name),
    resources: (definitions.resources ?? []).map(({ uri }) => uri),
    prompts: (definitions.prompts ?? []).map(({ name }) => name),
  });
  const foreign = mcpUpstreams.flatMap(({ untied }) => untied);
  const callables = [...own, ...confined(beside.callables, foreign, definitions.tenancy)].map((callable) =>
    policedCallable(callable, config.policies),
  );
  checkOffer(config, [...upstreams, ...mcpUpstreams], callables, [
    ...(definitions.tenancy?.problems([...upstreams, ...mcpUpstreams]) ?? []),
    ...siteProblems(config, definitions.baseDir),
  ]);

  const issuers = definitions.localIssuers?.map(({ issuer }) => issuer);
  const endpoints = createEndpoints(config, issuers);
  const sites = createSites(config, issuers ?? []);
  const { assertionKeys } = definitions;
  const published = assertionKeys ?? (() => undefined);
  const routes = createRoutes(endpoints, config.server.sse2024, { [ASSERTION_KEYS_PATH]: published });
  checkResources(endpoints, routes);
  const toolsets = createToolsets(config.toolsets);
  const resources = createResources(
    [...(definitions.resources ?? []), ...beside.resources],
    definitions.resourceTemplates ?? [],
    beside.foreign,
  );
  const prompts = createPrompts([...(definitions.prompts ?? []), ...beside.prompts]);
  const features = featuresOf(resources, prompts, dynamic);
  const catalogues = createCatalogues(config, callables);
  const shelves = new Lru<string, Shelf>({ max: KEPT_CATALOGS });
  const catalogFor = (narrowing: Narrowing): Shelf => {
    const name = JSON.stringify(narrowing);
    const shelf = shelves.get(name) ?? catalogues.over(toolsets.narrow(callables, narrowing));
    shelves.set(name, shelf);
    return shelf;
  };
  const keyOf = (endpoint: Endpoint, narrowing: Narrowing) => {
    const { path, site } = endpoint;
    if (site !== undefined) return JSON.stringify([site.tenant, path, narrowing]);
    return endpoint === endpoints[0] && narrowing.length === 0 ? '' : JSON.stringify([path, narrowing]);
  };
  const makeView = (endpoint: Endpoint, narrowing: Narrowing): View => ({
    offer,
    endpoint,
    ...catalogFor(narrowing),
    key: keyOf(endpoint, narrowing),
  });
  // Those of sites come and go.
  const whole = new WeakMap<Endpoint, View>();

  const offer: Offer = {
    config,
    backing,
    guard: createGuard(guardOptions(config, sites)),
    routes: config.auth.links.enabled ? withLinks(sites.route(routes)) : sites.route(routes),
    ...{ endpoints, sites },
    toolsets,
    callables,
    resources,
    prompts,
    features,
    linkFeatures: { ...features, resources: false, prompts: false, completions: false, subscribe: false },
    remarks: [
      ...toolsetRemarks(config.toolsets, callables),
      ...quotaRemarks(config.quotas, callables),
      ...pinnedRemarks(config, callables),
      ...credentialRemarks(config),
      ...aliasRemarks(config),
      ...beside.remarks,
    ],
    presented: presentedIssuers(config),
    ...choicesOf(upstreams),
    view: (endpoint, narrowing) => {
      if (narrowing.length > 0) return makeView(endpoint, narrowing);
      const view = whole.get(endpoint) ?? makeView(endpoint, narrowing);
      whole.set(endpoint, view);
      return view;
    },
  };
  return offer;
}

/** @param untied the names of those that are to be one tenant's. */
function confined(
  callables: readonly Callable[],
  untied: readonly string[],
  tenancy: Tenancy | undefined,
): readonly Callable[] {
  if (tenancy === undefined || untied.length === 0) return callables;
  const names = new Set(untied);
  return callables.map((callable) => (names.has(callable.tool.name) ? tenancy.confine(callable) : callable));
}

/** @throws StartError where clients would not find what they are told of. */
function checkResources(endpoints: readonly Endpoint[], routes: Routes): void {
  const documentAt = (path: string) => {
    const route = routes(path);
    return route !== undefined && isOpen(route) && typeof route.document === 'string' ? route.document : undefined;
  };
  const problems = resourceProblems(
    endpoints.flatMap(({ resource }) => resource ?? []),
    documentAt,
  );
  if (problems.length > 0) throw new StartError(problems);
}

function featuresOf(resources: Resources, prompts: Prompts, dynamic: boolean): Features {
  return {
    tools: true,
    resources: !resources.empty,
    prompts: !prompts.empty,
    completions: !prompts.empty || !resources.empty,
    logging: true,
    listChanged: dynamic,
    subscribe: dynamic && !resources.empty,
  };
}

/** What is shown to ChatGPT breaks a rule of RFC 8414 for whoever else gets to see it. */
function aliasRemarks({ auth: { translate } }: Config): string[] {
  if (translate?.chatGptAlias !== true) return [];
  return [
    `auth.translate.chatGptAlias: ChatGPT is shown the issuer ${translate.issuer}; a cache that ignores Vary shows it to others, who refuse it.`,
  ];
}

function guardOptions({ server, limits }: Config, sites: Sites): Parameters<typeof createGuard>[0] {
  const own = server.url === undefined ? [] : [new URL(server.url)];
  return {
    hosts: [...server.hosts.map((host) => host.toLowerCase()), ...own.map((url) => url.host), ...sites.hosts],
    origins: [...server.origins, ...own.map((url) => url.origin)],
    loopback: isLoopback(server.host),
    headers: limits.headerCount,
  };
}
