import { PosternError } from '../../core/errors.ts';
import type { Principal } from '../../core/principal.ts';
import type { Tool } from '../../core/tool.ts';
import { glob } from '../../lib/glob.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Callable } from '../../tools/callable.ts';
import { CODE_UPSTREAM } from '../../tools/code-tool.ts';
import type { Config } from '../config/config.ts';
import type { Problem } from '../config/problem.ts';
import { TOOLSET_SCOPE } from '../routes/ceiling.ts';
import type { Endpoint } from '../routes/endpoints.ts';

type ToolsetConfig = Config['toolsets'][string];
type Selector = ToolsetConfig['include'][number];

/** Toolsets that all narrow what is served: a tool must be in one of each group. Empty: nothing is narrowed. */
export type Narrowing = readonly (readonly string[])[];

const ALL: Narrowing = [];

/** The toolsets of a config over the tools that are served. */
export interface Toolsets {
  readonly names: readonly string[];
  /** The callables that a narrowing leaves, in their order. */
  narrow(callables: readonly Callable[], narrowing: Narrowing): readonly Callable[];
}

export function createToolsets(config: Config['toolsets']): Toolsets {
  const tests = new Map(Object.entries(config).map(([name, toolset]) => [name, membership(toolset)]));
  return {
    names: [...tests.keys()],
    narrow(callables, narrowing) {
      if (narrowing.length === 0) return callables;
      return callables.filter(({ tool }) =>
        narrowing.every((group) => group.some((name) => tests.get(name)?.(tool) === true)),
      );
    },
  };
}

type Test = (tool: Tool) => boolean;

function membership({ include, exclude }: ToolsetConfig): Test {
  const included = include.map(selectorTest);
  const excluded = exclude.map(selectorTest);
  return (tool) =>
    (included.length === 0 || included.some((fits) => fits(tool))) && !excluded.some((fits) => fits(tool));
}

/** Whether a tool is one of those that a selector says. */
export function selectorTest({ tool: name, tag, upstream, readOnly }: Selector): Test {
  const named = name === undefined ? () => true : glob(name);
  return (tool) =>
    named(tool.name) &&
    (tag === undefined || tool.tags.includes(tag)) &&
    (upstream === undefined || tool.upstream === upstream) &&
    (readOnly === undefined || (tool.annotations.readOnlyHint === true) === readOnly);
}

/** What in the toolsets can never mean anything. */
export function toolsetProblems({ toolsets, upstreams, mcpUpstreams }: Config): Problem[] {
  const known = [...Object.keys(upstreams), ...Object.keys(mcpUpstreams), CODE_UPSTREAM];
  return selectorsOf(toolsets).flatMap(({ where, selector: { upstream } }) => {
    if (upstream === undefined || known.includes(upstream)) return [];
    const meant = nearest(upstream, known);
    const wanted = `one of ${known.join(', ')}`;
    return [
      {
        where: `${where}.upstream`,
        found: `${upstream}, which is no upstream`,
        wanted: meant === undefined ? wanted : `${meant}, perhaps; ${wanted}`,
      },
    ];
  });
}

/** Selectors that fit no tool: perhaps misspelt, perhaps about what a document no longer has. */
export function toolsetRemarks(toolsets: Config['toolsets'], callables: readonly Callable[]): string[] {
  return unfitting(selectorsOf(toolsets), callables);
}

/** A selector, and where it is in the config. */
interface Placed {
  readonly where: string;
  readonly selector: Selector;
}

/** Which of them fit no tool, and what they may have meant. */
export function unfitting(selectors: readonly Placed[], callables: readonly Callable[]): string[] {
  return selectors.flatMap(({ where, selector }) => {
    const fits = selectorTest(selector);
    if (callables.some(({ tool }) => fits(tool))) return [];
    const { tool, tag } = selector;
    const meant =
      (tool === undefined ? undefined : nearest(tool, new Set(callables.map((callable) => callable.tool.name)))) ??
      (tag === undefined ? undefined : nearest(tag, new Set(callables.flatMap((callable) => callable.tool.tags))));
    const perhaps = meant === undefined ? '' : `; did you mean ${JSON.stringify(meant)}?`;
    return [`${where}: ${JSON.stringify(selector)} fits no tool${perhaps}`];
  });
}

function selectorsOf(toolsets: Config['toolsets']): Placed[] {
  return Object.entries(toolsets).flatMap(([name, toolset]) =>
    (['include', 'exclude'] as const).flatMap((role) =>
      toolset[role].map((selector, index) => ({ where: `toolsets.${name}.${role}[${index}]`, selector })),
    ),
  );
}

/**
 * What narrows the tools of a request: the endpoint's toolset, the credential's, those of its scopes, and the one the
 * URL asks for. Each takes away, none adds, whichever comes first.
 *
 * @param query of the request's URL.
 * @throws PosternError `no_route` for a toolset that is not there, `invalid_request` for a caller that must take an
 *   endpoint instead, `forbidden` when the credential is bound to a toolset that is no longer there.
 */
export function narrowingOf(endpoint: Endpoint, principal: Principal, query: string, { names }: Toolsets): Narrowing {
  const groups: string[][] = endpoint.toolset === undefined ? [] : [[endpoint.toolset]];
  if (principal.toolset !== undefined) groups.push([bound(principal.toolset, names)]);
  if (principal.link?.toolset !== undefined) groups.push([bound(principal.link.toolset, names)]);
  const scoped = scopedToolsets(principal);
  if (scoped.length > 0) groups.push(scoped.map((name) => bound(name, names)));
  if (query !== '') {
    const asked = askedToolset(query, principal);
    if (asked !== undefined) groups.push([known(asked, names)]);
  }
  return groups.length === 0 ? ALL : groups;
}

function scopedToolsets({ scopes }: Principal): string[] {
  const found: string[] = [];
  for (const scope of scopes) if (scope.startsWith(TOOLSET_SCOPE)) found.push(scope.slice(TOOLSET_SCOPE.length));
  return found.sort();
}

/** Whether a URL asks for a toolset. */
export function asksToolset(query: string): boolean {
  return query !== '' && new URLSearchParams(query).has('toolset');
}

function askedToolset(query: string, { kind }: Principal): string | undefined {
  const asked = new URLSearchParams(query).getAll('toolset');
  if (asked.length === 0) return undefined;
  // A token is made out to one URL (RFC 8707 §2); the same tools under many spellings of it would be many resources.
  if (kind === 'user' || kind === 'service') {
    throw new PosternError('invalid_request', {
      message: 'toolset in the URL is for API keys and links.',
      hint: 'Use the endpoint that serves the toolset.',
    });
  }
  if (asked.length > 1) throw new PosternError('invalid_request', { message: 'toolset can be given once.' });
  return asked[0];
}

function known(name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  const meant = nearest(name.slice(0, 64), names);
  throw new PosternError('no_route', {
    message: 'There is no such toolset here.',
    ...(meant === undefined ? {} : { hint: `${meant}, perhaps.` }),
  });
}

/** A toolset that went away takes everything with it: what it kept out must not come in again. */
function bound(name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  throw new PosternError('forbidden', {
    message: 'The credential is bound to a toolset that this server does not have.',
    hint: 'Ask whoever runs the server for another credential.',
  });
}
