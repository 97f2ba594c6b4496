import type { AskedOfCaller } from '../core/connections.ts';
import type { Json } from '../core/json.ts';
import type { Principal } from '../core/principal.ts';
import type { Tool } from '../core/tool.ts';
import { Lru } from '../lib/lru.ts';
import type { Callable } from './callable.ts';
import { withChoice, withCode } from './choice.ts';
import { type Listing, type Page, type PagedList, type PageLimits, pagedList } from './pages.ts';
import { securitySchemesFor, sees, sightOf, unknownTool } from './policy.ts';

/** Distinct sets of visible tools that are kept serialised. A set more costs its serialisation again, nothing else. */
const KEPT_SETS = 256;

/** What a caller can say of their accounts besides the arguments of tools, by upstream. */
export type Choices = ReadonlyMap<string, AskedOfCaller>;

/** The tools of one endpoint. */
export interface Catalog {
  readonly tools: readonly Tool[];
  /** @throws PosternError `unknown_tool`. */
  find(name: string): Callable;
  /**
   * What `principal` is shown, serialised once for all who are shown the same.
   * @param choices what they can say of their accounts. Default: nothing.
   */
  list(principal: Principal, cursor: string | undefined, choices?: Choices): Page;
  /** Whether `principal` is shown a tool that asks the client things. */
  interactive(principal: Principal): boolean;
}

interface VisibleSet {
  readonly list: PagedList;
  readonly interactive: boolean;
}

function listingFor(principal: Principal, choices?: Choices): Listing<Callable> {
  const chosen = ({ tool, choice, secretArgument: code }: Callable): Tool => {
    const { names = [], waits = false } = choices?.get(tool.upstream) ?? {};
    const choosing = choice === undefined || names.length === 0 ? tool : withChoice(tool, choice, names);
    return code !== undefined && waits ? withCode(choosing, code) : choosing;
  };
  return {
    keyOf: ({ tool }) => tool.name,
    show: (callable) => shown(chosen(callable), securitySchemesFor(principal, callable.tool)),
  };
}

/** What a catalog lists in the place of tools that it does not list. Those stay callable by name. */
export interface StandIns {
  /** Whether a tool is listed itself. */
  lists(tool: Tool): boolean;
  /** All there are; none has the name of another tool. */
  readonly all: readonly Callable[];
  /** Those shown to who may call `hidden`. */
  shownFor(hidden: readonly Tool[]): readonly Callable[];
}

/**
 * @param standIns without them, every tool is listed.
 * @throws Error when two tools have one name.
 */
export function createCatalog(callables: readonly Callable[], limits?: PageLimits, standIns?: StandIns): Catalog {
  const byName = new Map<string, Callable>();
  for (const callable of [...callables, ...(standIns?.all ?? [])]) {
    const { name } = callable.tool;
    if (byName.has(name)) throw new Error(`Two tools are named ${name}.`);
    byName.set(name, callable);
  }
  const scopes = [...new Set(callables.flatMap(({ tool }) => tool.scopes))].sort();
  const byTenant = callables.some(({ closedTo }) => closedTo !== undefined);
  const sets = new Lru<string, VisibleSet>({ max: KEPT_SETS });
  // A verified principal is one object for as long as it stays in the token cache.
  const byPrincipal = new WeakMap<Principal, VisibleSet>();
  // Apart, so that many who choose do not drive out the lists of all others.
  const choosing = new Lru<string, VisibleSet>({ max: KEPT_SETS });

  function build(principal: Principal, choices?: Choices): VisibleSet {
    const visible = callables.filter((callable) => sees(principal, callable));
    const shownOnes = standIns === undefined ? visible : listed(visible, standIns);
    return {
      list: pagedList(shownOnes, listingFor(principal, choices), limits),
      interactive: visible.some((callable) => callable.interactive),
    };
  }

  const keyOf = (principal: Principal): string => {
    const sight = sightOf(principal, scopes);
    return byTenant ? JSON.stringify([principal.tenant, sight]) : sight;
  };

  function chosenBy(principal: Principal, choices: Choices): VisibleSet {
    const key = JSON.stringify([keyOf(principal), ...choices]);
    const set = choosing.get(key) ?? build(principal, choices);
    choosing.set(key, set);
    return set;
  }

  function visibleTo(principal: Principal): VisibleSet {
    const known = byPrincipal.get(principal);
    if (known !== undefined) return known;
    const key = keyOf(principal);
    const set = sets.get(key) ?? build(principal);
    sets.set(key, set);
    byPrincipal.set(principal, set);
    return set;
  }

  return {
    tools: callables.map(({ tool }) => tool),
    find(name) {
      const callable = byName.get(name);
      if (callable === undefined) throw unknownTool(name);
      return callable;
    },
    list: (principal, cursor, choices) =>
      (choices === undefined ? visibleTo(principal) : chosenBy(principal, choices)).list.page(cursor),
    interactive: (principal) => visibleTo(principal).interactive,
  };
}

/** Stand-ins come first: a client that reads one page has them. */
function listed(visible: readonly Callable[], { lists, shownFor }: StandIns): readonly Callable[] {
  const hidden = visible.filter(({ tool }) => !lists(tool)).map(({ tool }) => tool);
  return [...shownFor(hidden), ...visible.filter(({ tool }) => lists(tool))];
}

/** What a client is shown of a tool (MCP `Tool`): where it runs stays inside, and what it requires unless that helps. */
function shown(tool: Tool, securitySchemes: Json | undefined): object {
  const { name, title, description, inputSchema, outputSchema, annotations, icons } = tool;
  const _meta = securitySchemes === undefined ? tool._meta : { ...tool._meta, securitySchemes };
  return { name, title, description, inputSchema, outputSchema, annotations, icons, _meta };
}
