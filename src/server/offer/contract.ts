import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Tool } from '../../core/tool.ts';
import { sha256 } from '../../lib/digest.ts';
import type { Callable } from '../../tools/callable.ts';
import type { Shelf } from './catalogues.ts';
import type { Offer } from './offer.ts';

/** What clients build on, in a form that can be compared: of each tool by its name, its text and what it requires. */
export interface Contract {
  readonly tools: ReadonlyMap<string, { readonly digest: string; readonly scopes: string }>;
  /** Which tools are in each endpoint and toolset. */
  readonly selections: ReadonlyMap<string, string>;
  /** How the tools of each endpoint are shown, by its path. */
  readonly modes: ReadonlyMap<string, Shelf['mode']>;
}

/** Tools looked at between two turns of the event loop: each may have its schemas made here, for the first time. */
const TOOLS_A_TURN = 20;

/** Takes its time, so that requests do not wait for it. */
export async function contractOf(offer: Offer): Promise<Contract> {
  const tools = new Map<string, { digest: string; scopes: string }>();
  for (const { tool } of offer.callables) {
    tools.set(tool.name, { digest: sha256(JSON.stringify(seenOf(tool))), scopes: [...tool.scopes].sort().join(' ') });
    if (tools.size % TOOLS_A_TURN === 0) await nextTurn();
  }
  const { endpoints, toolsets, callables } = offer;
  const within = (toolset: string | undefined) =>
    sha256(JSON.stringify(toolsets.narrow(callables, toolset === undefined ? [] : [[toolset]]).map(nameOf)));
  const selections = new Map([
    ...endpoints.map(({ path, toolset }): [string, string] => [path, within(toolset)]),
    ...toolsets.names.map((name): [string, string] => [`toolset ${name}`, within(name)]),
  ]);
  const modes = new Map(
    endpoints.map((endpoint): [string, Shelf['mode']] => {
      const { path, toolset } = endpoint;
      return [path, offer.view(endpoint, toolset === undefined ? [] : [[toolset]]).mode];
    }),
  );
  return { tools, selections, modes };
}

function nameOf({ tool }: Callable): string {
  return tool.name;
}

function seenOf({ name, title, description, inputSchema, outputSchema, annotations, icons, _meta }: Tool): object {
  return { name, title, description, inputSchema, outputSchema, annotations, icons, _meta };
}

/** How one contract differs from the one before. All empty: nothing that a client builds on has changed. */
export interface ContractChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** Described otherwise than before. */
  readonly changed: readonly string[];
  /** Requiring other scopes than before. */
  readonly rescoped: readonly string[];
  /** Endpoints and toolsets that are new, gone, or have other tools than before. */
  readonly selections: readonly string[];
  /** Endpoints that now show their tools in the other way, each with it: `/mcp: search`. */
  readonly modes: readonly string[];
}

export function compareContracts(before: Contract, after: Contract): ContractChange {
  const kept = [...after.tools].flatMap(([name, now]) => {
    const was = before.tools.get(name);
    return was === undefined ? [] : [{ name, was, now }];
  });
  const selections = [...new Set([...before.selections.keys(), ...after.selections.keys()])];
  return {
    added: [...after.tools.keys()].filter((name) => !before.tools.has(name)),
    removed: [...before.tools.keys()].filter((name) => !after.tools.has(name)),
    changed: kept.filter(({ was, now }) => was.digest !== now.digest).map(({ name }) => name),
    rescoped: kept.filter(({ was, now }) => was.scopes !== now.scopes).map(({ name }) => name),
    selections: selections.filter((name) => before.selections.get(name) !== after.selections.get(name)),
    modes: [...after.modes]
      .filter(([path, mode]) => before.modes.has(path) && before.modes.get(path) !== mode)
      .map(([path, mode]) => `${path}: ${mode}`),
  };
}

const NAMED = 10;

/** One line: `2 tools added: close_ticket, get_me; 1 removed: list_all`. Empty where nothing has changed. */
export function summarise(change: ContractChange): string {
  const parts: [readonly string[], string][] = [
    [change.added, 'added'],
    [change.removed, 'removed'],
    [change.changed, 'changed'],
    [change.rescoped, 'with other scopes'],
  ];
  const told = parts
    .filter(([names]) => names.length > 0)
    .map(([names, how]) => `${names.length} ${names.length === 1 ? 'tool' : 'tools'} ${how}: ${listed(names)}`);
  if (change.selections.length > 0) told.push(`other tools in ${listed(change.selections)}`);
  if (change.modes.length > 0) told.push(`another mode in ${listed(change.modes)}`);
  return told.join('; ');
}

function listed(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names.slice(0, NAMED).join(', ')}${more}`;
}
