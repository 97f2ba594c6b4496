import { readFile } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { type OpenApiParts, openApiCallable, openApiReader, type UpstreamNote } from '../../calls/openapi-tool.ts';
import type { Clock } from '../../core/clock.ts';
import type { AskedOfCaller, RefuseName } from '../../core/connections.ts';
import type { Principal } from '../../core/principal.ts';
import { createEgress, type Egress } from '../../lib/egress.ts';
import { SchemaCompiler } from '../../lib/schema.ts';
import type { Sealer } from '../../lib/seal.ts';
import { loadDocument, type OpenApiDocument } from '../../openapi/document/document.ts';
import { declaredScopes } from '../../openapi/security.ts';
import { type OpenApiTool, openApiTools } from '../../openapi/tools.ts';
import type { Callable } from '../../tools/callable.ts';
import type { PromptDefinition, ResourceDefinition, ResourceTemplateDefinition } from '../../tools/define.ts';
import { type Binding, boundCallable } from '../../tools/guards/bound.ts';
import { ownedCallable } from '../../tools/guards/owned.ts';
import {
  type Credential,
  type CredentialConfig,
  compileCredential,
  type SchemeCredential,
  type StaticCredential,
} from '../../upstream/credential.ts';
import type { OnFault } from '../../upstream/mapping.ts';
import { presetByHost, presetFor } from '../../upstream/presets.ts';
import { createLimitReader, type ReadLimits } from '../../upstream/rate-limit-expression.ts';
import { createIdentities } from '../../upstream/rate-limit-identity.ts';
import { createRetry } from '../../upstream/retry.ts';
import type { UpstreamConfig } from '../config/config.ts';
import { StartError } from '../config/problem.ts';
import { spell } from '../config/problems.ts';
import type { CallerGround, CredentialUse } from '../credentials/caller-credentials.ts';
import { bindsCaller, bindTools, type Tie, tiesOf } from './access.ts';
import { accountNamesOf } from './account-names.ts';
import { accountTools, callBase, loadExpired } from './accounts.ts';
import { compileConfigured, loadMappings, operationMapping, type UpstreamMappings } from './expressions.ts';
import { type Guarded, loadOwnership } from './ownership.ts';
import { loadResultFields } from './result-fields.ts';
import type { Sources } from './sources.ts';
import type { UpstreamStates } from './upstream-states.ts';

export interface UpstreamSurroundings {
  readonly clock: Clock;
  /** What relative paths in the config are relative to. */
  readonly baseDir: string;
  /** Where documents from URLs are kept with their ETag; nowhere without it. */
  readonly cacheFolder?: string;
  /** `postern/<version>`. */
  readonly userAgent: string;
  /** Bytes of a result, `limits.resultBytes`. */
  readonly resultBytes: number;
  /** Told of every file that is read and every URL that is fetched, so that changes of them can be taken up. */
  readonly sources?: Sources;
  /** To be called when an upstream's own lists have changed: what is served is then put together anew of them. */
  readonly listsChanged?: () => void;
}

/** What an API that is described by a document is called with. */
export interface ApiSurroundings extends UpstreamSurroundings {
  /** Tokens of a result, `limits.resultTokens`. */
  readonly resultTokens: number;
  /** Seals the cursors of pages. */
  readonly seal: Sealer;
  /** Keys the names under which limits are kept. */
  readonly identityKey: Uint8Array;
  readonly states: UpstreamStates;
  /** What credentials that differ from caller to caller are made of. */
  readonly callers: CallerGround;
  /** Who may call, and by which name clients know this server: credentials of callers depend on it. */
  readonly config: CredentialUse['config'];
  /** Hears what is nobody's failure and somebody should know. */
  readonly report: UpstreamNote;
}

/** An upstream of the config, with its document read and its operations ready to be called. */
export interface LoadedUpstream {
  readonly name: string;
  readonly baseUrl: string;
  readonly tools: readonly OpenApiTool[];
  readonly callables: readonly Callable[];
  /** What was wrong with parts of the document, each with its JSON pointer. */
  readonly warnings: readonly string[];
  /** The scopes that the document itself declares, with its own sentences. */
  readonly scopes: { readonly [name: string]: string };
  /** The names of its tools that reach whatever its one credential reaches, whoever calls. */
  readonly untied: readonly string[];
  /** What accounts that are connected may not send. */
  readonly accountNames: RefuseName;
  /** The accounts among which a caller chooses, by name; absent where nobody does. */
  readonly choices?: (principal: Principal) => Promise<AskedOfCaller>;
  /** What the config has before one of its tools. */
  guardsOf(tool: OpenApiTool): ToolGuards;
  /** What else it offers, where it is of a kind that does. Read whenever what is served is put together. */
  readonly resources?: readonly ResourceDefinition[];
  readonly resourceTemplates?: readonly ResourceTemplateDefinition[];
  readonly prompts?: readonly PromptDefinition[];
  close(): Promise<void>;
}

/** What the config has before a tool, with the places that say so. */
export interface ToolGuards {
  readonly bindings: readonly Binding[];
  readonly owned?: Guarded;
  /** What tells its callers apart to the API; nothing where nothing does. */
  readonly tie?: Tie;
  /** What its calls are completed with. */
  readonly credential: Credential;
}

/** A document, and the tools made of it. */
export interface ConvertedUpstream {
  readonly document: OpenApiDocument;
  readonly tools: readonly OpenApiTool[];
  readonly warnings: readonly string[];
  readonly scopes: { readonly [name: string]: string };
  /** `servers[0]` of the document, resolved. */
  readonly server?: string;
}

/**
 * Reads the document of an upstream and makes its tools; calls nothing but, where it is a URL, the document.
 * @throws DocumentError
 */
export async function convertUpstream(
  name: string,
  config: UpstreamConfig,
  surroundings: UpstreamSurroundings,
): Promise<ConvertedUpstream> {
  const remote = /^https?:\/\//i.test(config.openapi);
  const source = remote || isAbsolute(config.openapi) ? config.openapi : resolve(surroundings.baseDir, config.openapi);
  const { sources } = surroundings;
  // Before it is read: one that cannot be read may be mended.
  if (!remote) sources?.readFile(source);
  const egress = documentEgress(config, surroundings.clock);
  try {
    const document = await loadDocument(source, {
      fetch: async (url, { headers, maxBytes }) => {
        const answer = await egress.request({ method: 'GET', url, headers, maxBytes, redirect: 'same-origin' });
        sources?.fetched(name, url, headers['if-none-match'], answer);
        return answer;
      },
      onFile: (path) => sources?.readFile(path),
      cacheFolder: surroundings.cacheFolder,
      allowOrigins: config.refs.origins,
    });
    const { include, exclude, ...options } = config.tools;
    const { tools, warnings, server } = openApiTools(document, {
      ...options,
      pages: config.pages,
      upstream: name,
      select: { include, exclude },
    });
    return {
      document,
      tools,
      scopes: declaredScopes(document),
      server,
      warnings: warnings.map(({ pointer, message }) => `${name} ${pointer}: ${message}`),
    };
  } finally {
    await egress.close();
  }
}

/** The way to the document of an upstream: whoever names it names its host. */
export function documentEgress({ openapi, proxy }: UpstreamConfig, clock: Clock): Egress {
  return createEgress({ clock, allow: /^https?:\/\//i.test(openapi) ? [new URL(openapi).host] : [], proxy });
}

/**
 * An upstream, ready.
 * @throws DocumentError; StartError when nothing says where the API is.
 */
export async function loadUpstream(
  name: string,
  config: UpstreamConfig,
  surroundings: ApiSurroundings,
): Promise<LoadedUpstream> {
  const mappings = await loadMappings(name, config, surroundings);
  const onFault: OnFault = (kind, why) =>
    surroundings.report('mapping_fault', name, why === undefined ? kind : `${kind}: ${why}`);
  const fields = await loadResultFields(name, config, { ...surroundings, onFault });
  const readLimits = await loadLimitReader(name, config, surroundings, onFault);
  const isExpired = await loadExpired(name, config, { ...surroundings, onFault });
  const converted = await convertUpstream(name, config, surroundings);
  const baseUrl = config.baseUrl ?? converted.server;
  if (baseUrl === undefined) throw noServer(name, config.openapi);
  const egress = await egressOf(name, config, surroundings);
  const base = callBase(baseUrl);
  const { origin } = new URL(base);
  const { clock, userAgent, resultBytes, resultTokens, seal, report, states, identityKey } = surroundings;
  const state = states.of(name, config.circuit);
  const retry = createRetry({ clock, random: Math.random });
  const upstream = { name, origins: [origin], egress, clock, userAgent, retry, ...state };
  const opened = await openCredential(name, config, { url: base, place: baseUrl }, surroundings);
  const { document, tools, warnings, scopes } = converted;
  const accountNames = accountNamesOf({ ...config, baseUrl }, tools);
  const credential = {
    ...{ source: opened.source, headers: config.headers, refusesName: accountNames },
    accountRefused: (why: string) => report('credential_refused', name, why),
  };
  const bound = bindTools(name, config, tools);
  const { over, choices } = accountTools(config, opened.source);
  const parts = {
    upstream,
    baseUrl: base,
    credential,
    limits: { maxResultBytes: resultBytes, maxResultTokens: resultTokens, safety: config.safety },
    schemas: new SchemaCompiler(),
    seal,
    failures: failuresOf(mappings, baseUrl),
    selectOf: ({ results }: OpenApiTool) => (results.fields === undefined ? undefined : fields.get(results.fields)),
    boundOf: (tool: OpenApiTool) =>
      (bound.get(tool) ?? []).flatMap(({ path: [key, ...rest] }) => (rest.length > 0 ? [] : [key])),
    identityOf: createIdentities(credential, identityKey),
    readLimits,
    isExpired,
    respondWith: config.rateLimits.respondWith,
    onFault,
    report,
  };
  const owned = await loadOwnership(name, config, {
    ...surroundings,
    ...{ document, tools },
    read: (tool) => openApiReader(tool, parts),
    onFault: (why) => onFault('owns', why),
  });
  const callables = tools.map((tool) => {
    const guarded = owned.get(tool);
    const callable = openApiCallable(tool, parts);
    const kept = guarded === undefined ? callable : ownedCallable(callable, guarded.owns);
    return over(boundCallable(kept, bound.get(tool) ?? []));
  });
  const tieOf = tiesOf(name, config, (tool) => owned.get(tool)?.where ?? bound.get(tool)?.find(bindsCaller)?.where);
  return {
    ...{ name, baseUrl, tools, callables, warnings, scopes, accountNames },
    untied: tools.flatMap((each) => (tieOf(each) === undefined ? [each.tool.name] : [])),
    ...(choices === undefined ? {} : { choices }),
    guardsOf: (tool) => ({
      ...{ bindings: bound.get(tool) ?? [], owned: owned.get(tool), tie: tieOf(tool) },
      credential: compileCredential(credential, tool.plan),
    }),
    close: async () => {
      await Promise.all([egress.close(), opened.close()]);
    },
  };
}

/** @throws StartError for an expression that is wrong. */
async function loadLimitReader(
  name: string,
  { rateLimits: { expression } }: UpstreamConfig,
  surroundings: ApiSurroundings,
  onFault: OnFault,
): Promise<ReadLimits> {
  const where = spell(['upstreams', name, 'rateLimits', 'expression']);
  const loaded = expression === undefined ? undefined : await compileConfigured(expression, where, surroundings);
  if (loaded !== undefined && !('evaluate' in loaded)) throw new StartError([loaded]);
  return createLimitReader({ evaluate: loaded && ((input) => loaded.evaluate(input)), onFault });
}

/** How failures are read: as the config says, else as the vendor whose host this is writes them. */
function failuresOf(mappings: UpstreamMappings, baseUrl: string): OpenApiParts['failures'] {
  const { preset, mapping } = mappings;
  return {
    preset: preset === undefined ? presetByHost(new URL(baseUrl).hostname) : presetFor(preset),
    mapping,
    mappingOf: (operation) => operationMapping(mappings, operation),
  };
}

function noServer(name: string, document: string): StartError {
  return new StartError([
    {
      where: `upstreams.${name}.baseUrl`,
      found: `nothing, and ${document} names no absolute server`,
      wanted: 'the URL of the API',
      fix: `Give --upstream https://api.example.com, or write upstreams.${name}.baseUrl into the config.`,
    },
  ]);
}

/** What a config says of the way to an upstream of any kind. */
type WayConfig = Pick<UpstreamConfig, 'baseUrl' | 'tls' | 'proxy' | 'timeoutMs' | 'maxResponseBytes'>;

/**
 * The way to an upstream. A base URL in the config names its host; one that only the document has must be public.
 * @throws StartError when a PEM file cannot be read.
 */
export async function egressOf(
  name: string,
  config: WayConfig,
  { clock, baseDir, sources }: Pick<UpstreamSurroundings, 'clock' | 'baseDir' | 'sources'>,
): Promise<Egress> {
  const pem = async (key: 'ca' | 'cert') => {
    const path = config.tls[key];
    if (path === undefined) return undefined;
    sources?.readFile(resolve(baseDir, path));
    return readPem(`upstreams.${name}.tls.${key}`, resolve(baseDir, path));
  };
  return createEgress({
    clock,
    allow: config.baseUrl === undefined ? [] : [new URL(config.baseUrl).host],
    tls: { ca: await pem('ca'), cert: await pem('cert'), key: config.tls.key?.reveal() },
    proxy: config.proxy,
    timeoutMs: config.timeoutMs,
    maxBytes: config.maxResponseBytes,
  });
}

async function readPem(where: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const found = `${path}, which cannot be read (${(error as NodeJS.ErrnoException).code})`;
    throw new StartError([{ where, found, wanted: 'the path of a PEM file' }]);
  }
}

/** What an upstream's calls authenticate with, and how to end it. */
interface OpenedSource {
  readonly source: CredentialConfig['source'];
  close(): Promise<void>;
}

async function openCredential(
  name: string,
  { credential }: UpstreamConfig,
  { url, place }: { readonly url: string; readonly place: string },
  { callers, config, report }: ApiSurroundings,
): Promise<OpenedSource> {
  if (credential.from === 'none') return { source: credential, close: async () => undefined };
  if (credential.from === 'static') return { source: staticCredential(credential), close: async () => undefined };
  const refused = (why: string) => report('credential_refused', name, why);
  if (credential.from === 'connection') {
    if (callers.connections === undefined) return { source: { from: 'none' }, close: async () => undefined };
    const { openConnections } = await import('../credentials/connections.ts');
    return openConnections(credential, { name, url, place, refused }, callers.connections);
  }
  const { openCallerCredential } = await import('../credentials/caller-credentials.ts');
  return openCallerCredential(credential, { name, url, config, refused }, callers);
}

type StaticConfig = Extract<UpstreamConfig['credential'], { from: 'static' }>;

/** The one place where the secrets of an upstream leave their envelope. */
function staticCredential({ bearer, basic, apiKey, value, schemes }: StaticConfig): StaticCredential {
  return {
    from: 'static',
    bearer: bearer?.reveal(),
    basic: basic && { user: basic.user, password: basic.password.reveal() },
    apiKey: apiKey && { ...apiKey, value: apiKey.value.reveal() },
    value: value?.reveal(),
    schemes: schemes && Object.fromEntries(Object.entries(schemes).map(([name, held]) => [name, revealed(held)])),
  };
}

type SchemeConfig = NonNullable<StaticConfig['schemes']>[string];

function revealed({ bearer, basic, apiKey }: SchemeConfig): SchemeCredential {
  return {
    bearer: bearer?.reveal(),
    basic: basic && { user: basic.user, password: basic.password.reveal() },
    apiKey: apiKey?.reveal(),
  };
}
