import type { Tool } from '../../core/tool.ts';
import { glob } from '../../lib/glob.ts';
import { toolCost } from '../../openapi/lint/cost.ts';
import type { Callable } from '../../tools/callable.ts';
import { type Catalog, createCatalog } from '../../tools/catalog.ts';
import { searchDefinitions } from '../../tools/search/definitions.ts';
import { decideMode, type ModeRules, type ToolMode } from '../../tools/search/mode.ts';
import { createSearchTools } from '../../tools/search/search-tools.ts';
import { createToolSearch } from '../../tools/search/tool-search.ts';
import type { Config } from '../config/config.ts';

/** Makes the catalogs of an offer: each over some of its tools, listed or found as the config says. */
export interface Catalogues {
  over(callables: readonly Callable[]): Shelf;
}

/** A catalog, and how it came to be what it is. */
export interface Shelf {
  readonly catalog: Catalog;
  /** Whether every tool is listed, or some are found by searching. It follows from the config and the documents. */
  readonly mode: 'static' | 'search';
  /** How many of its tools are listed themselves. */
  readonly listed: number;
  /** Tokens, as they are estimated, of the tools that stand for the others; 0 where all are listed. */
  readonly standInTokens: number;
}

/** @param all every tool that is served: one index finds them, for every catalog. */
export function createCatalogues(config: Config, all: readonly Callable[]): Catalogues {
  const rules = rulesOf(config);
  const search = createToolSearch(all, synonymsOf(config));
  return {
    over(callables) {
      const { mode, lists, listed } = decideMode(
        callables.map(({ tool }) => tool),
        rules,
      );
      if (mode === 'static') return { catalog: createCatalog(callables), mode, listed, standInTokens: 0 };
      const standIns = createSearchTools({ callables, search });
      const standInTokens = tokensOf(standIns.all.map(({ tool }) => tool));
      return { catalog: createCatalog(callables, undefined, { ...standIns, lists }), mode, listed, standInTokens };
    },
  };
}

function tokensOf(tools: readonly Tool[]): number {
  return tools.reduce((sum, tool) => sum + toolCost(tool).tokens, 0);
}

interface Shown {
  readonly mode: ToolMode;
  readonly pinned: readonly string[];
  readonly synonyms: readonly (readonly string[])[];
}

function shownOf({ upstreams, mcpUpstreams }: Config): (readonly [string, Shown])[] {
  return [...Object.entries(upstreams), ...Object.entries(mcpUpstreams)].map(([name, { tools }]) => [name, tools]);
}

/** Tools written by hand are few and meant: they are listed. */
function rulesOf(config: Config): ModeRules {
  const byUpstream = new Map(
    shownOf(config).map(([name, { mode, pinned }]) => [name, { mode, pinned: pinned.map(glob) }]),
  );
  return {
    modeOf: ({ upstream }) => byUpstream.get(upstream)?.mode ?? 'static',
    pinned: ({ upstream, name }) => byUpstream.get(upstream)?.pinned.some((fits) => fits(name)) === true,
    tokensOf: (tool) => toolCost(tool).tokens,
  };
}

function synonymsOf(config: Config): (readonly string[])[] {
  return shownOf(config).flatMap(([, { synonyms }]) => synonyms);
}

/** Pinned names that fit no tool: perhaps misspelt, perhaps about what a document no longer has. */
export function pinnedRemarks(config: Config, all: readonly Callable[]): string[] {
  return shownOf(config).flatMap(([upstream, { pinned }]) =>
    pinned
      .filter((name) => {
        const fits = glob(name);
        return !all.some(({ tool }) => tool.upstream === upstream && fits(tool.name));
      })
      .map((name) => `upstreams.${upstream}.tools.pinned: ${name} fits no tool`),
  );
}

type Modes = { readonly [path: string]: Shelf['mode'] };

/**
 * What to tell of endpoints whose tools were listed and are not, or the other way round: clients of theirs see another
 * list altogether, and what was written for the old one names tools that are no longer shown.
 */
export function modeFlips(before: Modes, after: Modes): string[] {
  return Object.entries(after).flatMap(([path, mode]) => {
    const was = before[path];
    if (was === undefined || was === mode) return [];
    return [
      mode === 'search'
        ? `${path}: its tools were listed and are now found by searching; they stay callable by name`
        : `${path}: its tools were found by searching and are now listed`,
    ];
  });
}

/** How many tools are listed, and what stands for the rest, in a sentence; nothing where all are listed. */
export function modeReport({ mode, listed, standInTokens }: Omit<Shelf, 'catalog'>, tools: number): string | undefined {
  if (mode === 'static') return undefined;
  const found = tools - listed;
  const besides = listed === 0 ? '' : `; ${listed} ${listed === 1 ? 'is' : 'are'} listed besides`;
  return `${found} ${found === 1 ? 'tool is' : 'tools are'} found by searching, with 4 tools of about ${standInTokens} tokens${besides}`;
}

/** As {@link createCatalogues} decides, for those who only look. */
export function shelfOf(config: Config, tools: readonly Tool[]): Omit<Shelf, 'catalog'> {
  const { mode, listed } = decideMode(tools, rulesOf(config));
  const standInTokens = mode === 'static' ? 0 : tokensOf(searchDefinitions(tools));
  return { mode, listed, standInTokens };
}
