import { mcpForeign, mcpPrompts, mcpResources } from '../../calls/mcp-offer.ts';
import { type McpParts, mcpCallable } from '../../calls/mcp-tool.ts';
import { isObject } from '../../core/json.ts';
import type { Callable } from '../../tools/callable.ts';
import type { PromptDefinition, ResourceDefinition } from '../../tools/define.ts';
import { boundCallable } from '../../tools/guards/bound.ts';
import type { ForeignResources } from '../../tools/resources.ts';
import type { ListKind, Lists } from '../../upstream/mcp/listed.ts';
import { type OfferedTool, offerTools } from '../../upstream/mcp/offer.ts';
import { heldBack, type PinFinding } from '../../upstream/mcp/pins.ts';
import { matchesAny } from '../../upstream/mcp/select-tools.ts';
import { uriMap } from '../../upstream/mcp/uris.ts';
import type { McpUpstreamConfig } from '../config/mcp.ts';
import { spell } from '../config/problems.ts';
import { bindsCaller, namesCaller } from '../upstreams/access.ts';
import { createBindings } from '../upstreams/bindings.ts';

/** What is served of an MCP server at one moment. */
export interface Served {
  readonly tools: readonly OfferedTool[];
  readonly callables: readonly Callable[];
  readonly resources: readonly ResourceDefinition[];
  /** What is read under URIs of its own, and its templates; nothing where the server has no resources at all. */
  readonly foreign: ForeignResources | undefined;
  readonly prompts: readonly PromptDefinition[];
  readonly warnings: readonly string[];
  readonly findings: readonly PinFinding[];
  /** The names of its tools that reach whatever its one credential reaches, whoever calls. */
  readonly untied: readonly string[];
}

export const NOTHING_SERVED: Served = {
  tools: [],
  callables: [],
  resources: [],
  foreign: undefined,
  prompts: [],
  warnings: [],
  findings: [],
  untied: [],
};

/** What lists are served with; the same for every list of one server. */
export interface Serving extends Omit<McpParts, 'rules'> {
  readonly name: string;
  readonly config: McpUpstreamConfig;
  /** Bytes of a result, and tokens of one. */
  readonly resultBytes: number;
  readonly resultTokens: number;
}

/** Fewer than common tokenizers need: a result is rather too short than too long. */
const BYTES_PER_TOKEN = 2.5;

/** What is served of the lists that a server gave. */
export function serveLists(lists: Lists, findings: readonly PinFinding[], serving: Serving): Served {
  const { name, config, target, resultBytes, resultTokens } = serving;
  const { tools: options, pin } = config;
  const prefix = config.prefix ?? `${name}_`;
  const held = heldBack(findings, pin.onChange);
  const listed = lists.tools.filter((tool) => !held.has(tool.name));
  const { include, exclude, ...rest } = options;
  const offer = offerTools(listed, { ...rest, upstream: name, prefix, select: { include, exclude } });
  const uris = uriMap(name);
  const known = new Set(lists.resources.map(({ uri }) => uri));
  const rules = {
    maxBytes: resultBytes,
    maxTextBytes: resultTokens * BYTES_PER_TOKEN,
    secrets: target.secrets,
    safety: config.safety,
    // What anybody can fetch stays what it is, unless the server says that it serves it.
    uri: (theirs: string) =>
      /^https?:/i.test(theirs) && !known.has(theirs) ? theirs : (uris.toOurs(theirs) ?? theirs),
  };
  const scopes = options.scopes === 'none' ? [] : [`${name}:read`];
  const offered = { target, rules, uris, prefix, scopes };
  const bound = bind(offer.tools, serving, (tool) => mcpCallable(tool, { ...serving, rules }));
  const resources = mcpResources(lists.resources, offered);
  const prompts = mcpPrompts(lists.prompts, offered);
  return {
    ...bound,
    resources: resources.offered,
    foreign: lists.readable ? mcpForeign(lists.templates, offered) : undefined,
    prompts: prompts.offered,
    warnings: [offer, bound, resources, prompts].flatMap(({ warnings }) => warnings).concat(told(name, findings, held)),
    findings,
  };
}

/**
 * Tools with the arguments filled in that the config says. The server may rename one at any time: a tool that has not the
 * argument which was bound for it is not served, for without it, it would be open.
 */
function bind(
  tools: readonly OfferedTool[],
  { name, config }: Serving,
  callableOf: (tool: OfferedTool) => Callable,
): Pick<Served, 'tools' | 'callables' | 'warnings' | 'untied'> {
  const at = (...path: string[]) => spell(['upstreams', name, 'tools', ...path]);
  const general = createBindings(config.tools.bind, at('bind'));
  const shared = hasOneIdentity(config) ? config.tools.shared : ['*'];
  const served: { tool: OfferedTool; callable: Callable; tied: boolean }[] = [];
  const warnings: string[] = [];
  for (const tool of tools) {
    const { properties } = tool.tool.inputSchema;
    const bindable = {
      keys: isObject(properties) ? Object.keys(properties) : [],
      schema: () => tool.tool.inputSchema,
    };
    const { bind: wanted = {}, shared: everybody } = config.tools.overrides[tool.listed.name] ?? {};
    const particular = createBindings(wanted, at('overrides', tool.listed.name, 'bind'));
    const own = particular.of(bindable);
    const missing = particular.problems();
    const bindings = [...own, ...general.of(bindable).filter(({ path }) => !own.some((each) => same(each.path, path)))];
    if (missing.length > 0) {
      warnings.push(
        `${tool.tool.name} is not served: ${missing.map(({ where }) => where).join(', ')} fits no argument`,
      );
      continue;
    }
    const tied = everybody === true || matchesAny(shared, tool.listed.name) || bindings.some(bindsCaller);
    served.push({ tool, callable: boundCallable(callableOf(tool), bindings), tied });
  }
  return {
    tools: served.map(({ tool }) => tool),
    callables: served.map(({ callable }) => callable),
    warnings: [
      ...warnings,
      ...(tools.length === 0 ? [] : general.problems().map(({ where, found }) => `${where}: ${found}`)),
    ],
    untied: served.filter(({ tied }) => !tied).map(({ tool }) => tool.tool.name),
  };
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.join('\n') === other.join('\n');
}

/** Whether the server sees one caller, whoever calls: by a credential, or by what a program is started with. */
function hasOneIdentity({ credential, headers, mcp }: McpUpstreamConfig): boolean {
  if ('command' in mcp) return Object.keys(mcp.env).length > 0;
  return credential.from === 'static' && !Object.values(headers).some(namesCaller);
}

function told(upstream: string, findings: readonly PinFinding[], held: ReadonlySet<string>): string[] {
  return findings.flatMap(({ tool, what }) => {
    if (what !== 'changed' && !held.has(tool)) return [];
    const how = what === 'changed' ? 'is not what it was when it was first seen' : 'is new';
    const so = held.has(tool) ? '; it is held back until it is accepted' : '';
    return [`${upstream}: the definition of ${JSON.stringify(tool)} ${how}${so}`];
  });
}

/** Which lists are others than before. */
export function changedKinds(before: Served, after: Served): ReadonlySet<ListKind> {
  const differs = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
  const kinds = new Set<ListKind>();
  if (differs(before.tools, after.tools)) kinds.add('tools');
  if (differs([before.resources, before.foreign], [after.resources, after.foreign])) {
    kinds.add('resources');
  }
  if (differs(before.prompts, after.prompts)) kinds.add('prompts');
  return kinds;
}
