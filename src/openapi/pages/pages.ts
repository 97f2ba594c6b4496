import type { ToolResult } from '../../core/content.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Tool } from '../../core/tool.ts';
import type { UpstreamRequest, UpstreamResponse } from '../../core/upstream.ts';
import type { Body } from '../../lib/body.ts';
import type { Fields, OperationPlan, Paging } from '../plan.ts';
import type { ResultPage } from '../response/json-result.ts';
import { type ResultLimits, toResult } from '../response/response.ts';
import { positioned, without, withoutPosition } from './arguments.ts';
import { type Bookmark, type CursorParts, openCursor, sealCursor } from './cursors.ts';
import { selectFields } from './fields.ts';
import { nextPosition } from './next.ts';

/** An operation, as far as its pages and results are concerned. */
export interface PagedOperation {
  readonly tool: Pick<Tool, 'name' | 'upstream'>;
  readonly plan: OperationPlan;
  readonly paging: Paging;
  readonly results: { readonly fields?: Fields; readonly resultTokens?: number };
}

export interface PageParts extends CursorParts {
  /** A query of its own goes with every request. */
  readonly baseUrl: string;
  readonly limits: ResultLimits;
  /** What `fields` says where it is an expression, compiled. */
  readonly select?: Select;
  /** Query parameters that the server fills in: no answer of the API takes their place. Default: none. */
  readonly filledIn?: readonly string[];
}

/** Trims an answer. Nothing: there is nothing left of it. */
export type Select = (value: Json) => Json | undefined | Promise<Json | undefined>;

/** A call whose cursor, if it came with one, has been opened. */
export interface OpenedPage {
  /** For the request builder. */
  readonly args: JsonObject;
  /** As they came, without the cursor and what it stands for. */
  readonly bound: JsonObject;
  readonly caller: string;
  readonly bookmark: Bookmark;
}

/** The pages of one operation. */
export interface Pages {
  /**
   * Takes the cursor out of the arguments, and puts what it stands for into them.
   * @param caller one string for each tenant and principal (`principalKey`).
   * @throws PosternError `invalid_cursor`.
   */
  open(args: JsonObject, caller: string): OpenedPage;
  /** The request that the builder made of the arguments, with the query that the cursor stands for. */
  request(opened: OpenedPage, built: UpstreamRequest): UpstreamRequest;
  /**
   * The result of a successful answer. A promise only where `fields` is an expression.
   * @param url the request's, as it was built.
   * @throws as {@link toResult}.
   */
  close(opened: OpenedPage, url: string, response: UpstreamResponse, body: Body): ToolResult | Promise<ToolResult>;
}

const START: Bookmark = { position: { kind: 'start' }, skip: 0 };
const TOO_LONG = 'The API has more, but names a position for it that is too long for a cursor.';

/** Prepares what the pages of an operation need; nothing of it depends on a call. */
export function compilePages(operation: PagedOperation, parts: PageParts): Pages {
  const { plan, paging, results, tool } = operation;
  const { cursorKey } = paging;
  const limits = { ...parts.limits, maxResultTokens: results.resultTokens ?? parts.limits.maxResultTokens };
  const select = selectOf(results.fields, parts.select);
  const fixed = new URL(parts.baseUrl).search.slice(1);
  const filledIn = new Set(parts.filledIn);
  const bindingOf = (caller: string, args: JsonObject) => ({ caller, upstream: tool.upstream, tool: tool.name, args });

  const finish = (opened: OpenedPage, next: Next, value: Json, response: UpstreamResponse): ToolResult => {
    const seal = (bookmark: Bookmark) => sealCursor(parts, bookmark, bindingOf(opened.caller, opened.bound));
    const body: Body = { kind: 'json', value };
    return toResult(plan, response, body, limits, pageOf(operation, opened.bookmark, next, seal));
  };

  return {
    open(args, caller) {
      const cursor = cursorKey === undefined || !Object.hasOwn(args, cursorKey) ? undefined : args[cursorKey];
      const given = cursorKey === undefined || cursor === undefined ? args : without(args, [cursorKey]);
      const bound = withoutPosition(given, paging);
      if (cursor === undefined) return { args: given, bound, caller, bookmark: START };
      const bookmark = openCursor(parts, cursor, bindingOf(caller, bound));
      return { args: positioned(given, bookmark.position, paging), bound, caller, bookmark };
    },
    request({ bookmark: { position } }, built) {
      if (position.kind !== 'query') return built;
      const [path = '', query = ''] = built.url.split('?', 2);
      const ours = [fixed, ...pairsNamed(query, filledIn)].filter((part) => part !== '').join('&');
      return { ...built, url: `${path}?${withFixed(position.query, ours)}` };
    },
    close(opened, url, response, body) {
      if (body.kind !== 'json') return toResult(plan, response, body, limits);
      const { value } = body;
      const next =
        cursorKey === undefined
          ? undefined
          : nextPosition({
              plan,
              paging,
              value,
              headers: response.headers,
              url,
              args: opened.args,
              position: opened.bookmark.position,
            });
      const selected = select === undefined ? value : select(value);
      if (selected instanceof Promise) return selected.then((kept) => finish(opened, next, kept ?? null, response));
      return finish(opened, next, selected ?? null, response);
    },
  };
}

type Next = ReturnType<typeof nextPosition>;

function selectOf(fields: Fields | undefined, compiled: Select | undefined): Select | undefined {
  if (compiled !== undefined || fields === undefined) return compiled;
  // What was to be left out may be what nobody is to see.
  if (!Array.isArray(fields)) throw new TypeError('an expression of fields that has not been compiled');
  return selectFields(fields);
}

function pageOf(
  { paging }: PagedOperation,
  bookmark: Bookmark,
  next: Next,
  seal: (bookmark: Bookmark) => string | undefined,
): ResultPage {
  const planned = paging.plan?.items;
  const cursor = next !== undefined && 'position' in next ? seal({ position: next.position, skip: 0 }) : undefined;
  const refused = next !== undefined && 'refused' in next ? next.refused : undefined;
  return {
    // A tool that shows `cursor` has one `nextCursor`, and it is Postern's.
    paged: paging.shown,
    items: bookmark.at ?? planned,
    skip: bookmark.skip,
    next: cursor,
    note: refused ?? (next !== undefined && cursor === undefined ? TOO_LONG : undefined),
    within:
      paging.cursorKey === undefined
        ? undefined
        : (skip, at) => {
            const same = planned !== undefined && at.join('\n') === planned.join('\n');
            return seal({ position: bookmark.position, skip, at: same ? undefined : at });
          },
  };
}

/** The query that goes with every request is the operator's: an answer can add to it and not take it away. */
function withFixed(query: string, fixed: string): string {
  if (fixed === '') return query;
  const names = new Set(new URLSearchParams(fixed).keys());
  const others = query.split('&').filter((pair) => pairsNamed(pair, names).length === 0);
  return [fixed, ...others].filter((part) => part !== '').join('&');
}

/** The pairs of a query by their names as they are read, whatever their spelling: `%74enant` is `tenant`. */
function pairsNamed(query: string, names: ReadonlySet<string>): string[] {
  if (names.size === 0) return [];
  return query.split('&').filter((pair) => [...new URLSearchParams(pair).keys()].some((name) => names.has(name)));
}
