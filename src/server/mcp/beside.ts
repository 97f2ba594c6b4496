import type { Callable } from '../../tools/callable.ts';
import type { PromptDefinition, ResourceDefinition } from '../../tools/define.ts';
import type { ForeignResources } from '../../tools/resources.ts';
import type { McpUpstreamConfig } from '../config/mcp.ts';
import type { LoadedMcpUpstream } from './upstream.ts';

/** What MCP servers add to what is served without them. */
export interface Beside {
  readonly callables: readonly Callable[];
  readonly resources: readonly ResourceDefinition[];
  readonly foreign: readonly ForeignResources[];
  readonly prompts: readonly PromptDefinition[];
  /** What was left out, and why. */
  readonly remarks: readonly string[];
}

/** Names and URIs that are taken: by the operator's own APIs and code, which come first. */
export interface Taken {
  readonly tools: Iterable<string>;
  readonly resources: Iterable<string>;
  readonly prompts: Iterable<string>;
}

/**
 * What MCP servers add. Their lists change while the server runs, so a name that another has must not bring down what is
 * served: whoever comes later goes without.
 */
export function mcpBeside(upstreams: readonly LoadedMcpUpstream[], taken: Taken): Beside {
  const remarks: string[] = [];
  const free = <T>(kind: string, used: Iterable<string>, nameOf: (item: T) => string) => {
    const names = new Set(used);
    return (upstream: string, items: readonly T[]): T[] =>
      items.filter((item) => {
        const name = nameOf(item);
        if (names.has(name)) remarks.push(`${upstream}: the ${kind} ${name} is left out: another has the name`);
        const isFree = !names.has(name);
        names.add(name);
        return isFree;
      });
  };
  const tools = free<Callable>('tool', taken.tools, ({ tool }) => tool.name);
  const resources = free<ResourceDefinition>('resource', taken.resources, ({ uri }) => uri);
  const prompts = free<PromptDefinition>('prompt', taken.prompts, ({ name }) => name);
  return {
    callables: upstreams.flatMap(({ name, callables }) => tools(name, callables)),
    resources: upstreams.flatMap((upstream) => resources(upstream.name, upstream.resources)),
    prompts: upstreams.flatMap((upstream) => prompts(upstream.name, upstream.prompts)),
    foreign: upstreams.flatMap(({ foreign }) => (foreign === undefined ? [] : [foreign])),
    remarks,
  };
}

/**
 * The scopes that the config requires for tools of MCP servers, listed or not yet: one that nobody declared is found at
 * the start, and not on the day the tool appears.
 */
export function mcpScopeUsers(upstreams: {
  readonly [name: string]: McpUpstreamConfig;
}): { readonly what: string; readonly scopes: readonly string[] }[] {
  const listOf = (scopes: readonly string[] | 'none' | undefined) =>
    scopes === undefined || scopes === 'none' ? [] : scopes;
  return Object.entries(upstreams).flatMap(([name, { tools }]) => [
    ...(tools.scopes === 'none' ? [] : tools.scopes).map(({ require }, at) => ({
      what: `upstreams.${name}.tools.scopes[${at}]`,
      scopes: listOf(require),
    })),
    ...Object.entries(tools.overrides).map(([tool, { scopes }]) => ({
      what: `upstreams.${name}.tools.overrides.${tool}`,
      scopes: listOf(scopes),
    })),
  ]);
}
