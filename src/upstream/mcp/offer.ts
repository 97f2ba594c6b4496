import { isObject, type JsonSchema } from '../../core/json.ts';
import type { MethodClass } from '../../core/method-class.ts';
import type { Tool, ToolAnnotations } from '../../core/tool.ts';
import { distinctNames } from '../../lib/distinct-names.ts';
import { visibleText } from '../../lib/visible-text.ts';
import type { ListedTool } from './listed.ts';
import { isSelected, ruledScopes, type ScopeRule, type ToolSelection } from './select-tools.ts';
import { showSchema } from './shown-schema.ts';

/** What the config says of one tool, over what its server says. */
export interface ToolOverride {
  readonly name?: string;
  readonly title?: string;
  readonly description?: string;
  readonly annotations?: ToolAnnotations;
  readonly scopes?: readonly string[] | 'none';
  /** Of which class its calls are for links. */
  readonly methodClass?: MethodClass;
}

export interface OfferOptions {
  /** The upstream's name in the config. */
  readonly upstream: string;
  readonly prefix: string;
  /** Characters of a name, at the most. */
  readonly nameMax: number;
  readonly select: ToolSelection;
  readonly scopes: readonly ScopeRule[] | 'none';
  /** By the name that the server has for the tool. */
  readonly overrides: { readonly [name: string]: ToolOverride };
  /** Publish what results look like. Clients throw away results that do not match. */
  readonly outputSchema: boolean;
}

/** A tool of the server as it is offered here. */
export interface OfferedTool {
  readonly tool: Tool;
  /** As the server lists it. */
  readonly listed: ListedTool;
}

export interface Offer {
  readonly tools: readonly OfferedTool[];
  /** What cannot be offered, and why. */
  readonly warnings: readonly string[];
}

/** Claude Code cuts a description at 4,109 characters. */
const LONGEST_DESCRIPTION = 4_000;
const LONGEST_TITLE = 200;
const LONGEST_NAME = 256;

/** A name that every client takes: what is no letter, digit, `_` or `-` becomes `_`. */
export function legalName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_');
}

/** The tools of a server as they are offered here. What a description says is data, whoever wrote it. */
export function offerTools(listed: readonly ListedTool[], options: OfferOptions): Offer {
  const warnings: string[] = [];
  const seen = new Set<string>();
  const chosen = listed.flatMap((tool) => {
    if (!isSelected(tool.name, options.select)) return [];
    const problem = seen.has(tool.name) ? 'is listed twice' : nameProblem(tool.name);
    seen.add(tool.name);
    const shown = problem === undefined ? showSchema(tool.inputSchema) : { refused: problem };
    if ('schema' in shown) return [{ listed: tool, inputSchema: shown.schema }];
    warnings.push(`${options.upstream}: the tool ${visibleText(tool.name).slice(0, 64)} is left out: ${shown.refused}`);
    return [];
  });
  warnings.push(...unmatched(listed, options));
  const names = distinctNames(
    chosen.map(({ listed: { name } }) => {
      const given = overrideOf(name, options)?.name;
      const plain = `${options.prefix}${legalName(name)}`;
      return {
        name: given ?? plain,
        identity: name,
        given: given !== undefined,
        literal: plain === options.prefix + name,
      };
    }),
    options.nameMax,
  );
  return {
    warnings,
    tools: chosen.map((one, index) => ({ listed: one.listed, tool: toolOf(names[index] ?? '', one, options) })),
  };
}

function nameProblem(name: string): string | undefined {
  if (name === '' || name.length > LONGEST_NAME) return `its name has ${name.length} characters`;
  return visibleText(name) === name ? undefined : 'its name has hidden characters';
}

/** Names in the config that mean nothing: a typing error in `exclude` would serve what must not be served. */
function unmatched(listed: readonly ListedTool[], { upstream, select, overrides }: OfferOptions): string[] {
  const fits = (pattern: string) => listed.some(({ name }) => isSelected(name, { include: [pattern], exclude: [] }));
  const named = [...select.include, ...select.exclude, ...Object.keys(overrides)];
  return named.filter((name) => !fits(name)).map((name) => `${upstream}: ${JSON.stringify(name)} fits no tool`);
}

function toolOf(
  name: string,
  { listed, inputSchema }: { readonly listed: ListedTool; readonly inputSchema: JsonSchema },
  options: OfferOptions,
): Tool {
  const { upstream, scopes, outputSchema } = options;
  const override = overrideOf(listed.name, options);
  const annotations = { ...annotationsOf(listed), ...override?.annotations };
  const title = override?.title ?? listed.title ?? listed.annotations?.['title'];
  const said = override?.scopes === 'none' ? [] : (override?.scopes ?? ruledScopes(listed.name, scopes));
  const shownOutput = outputSchema && isObject(listed.outputSchema) ? showSchema(listed.outputSchema) : undefined;
  return {
    name,
    title: typeof title === 'string' ? cut(visibleText(title), LONGEST_TITLE) : undefined,
    description: override?.description ?? cut(visibleText(listed.description ?? ''), LONGEST_DESCRIPTION),
    inputSchema,
    outputSchema: shownOutput !== undefined && 'schema' in shownOutput ? shownOutput.schema : undefined,
    annotations,
    scopes: said ?? [`${upstream}:${annotations.readOnlyHint === true ? 'read' : 'write'}`],
    tags: [],
    ...(override?.methodClass === undefined ? {} : { methodClass: override.methodClass }),
    upstream,
  };
}

function overrideOf(name: string, { overrides }: OfferOptions): ToolOverride | undefined {
  return Object.hasOwn(overrides, name) ? overrides[name] : undefined;
}

const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const;

function annotationsOf({ annotations = {} }: ListedTool): ToolAnnotations {
  const hints = HINTS.flatMap((hint) => (typeof annotations[hint] === 'boolean' ? [[hint, annotations[hint]]] : []));
  return Object.fromEntries(hints);
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const kept = text.slice(0, longest - 1);
  return `${kept.isWellFormed() ? kept : kept.slice(0, -1)}…`;
}
