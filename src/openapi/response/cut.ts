import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { pointerTo } from '../../lib/json-pointer.ts';
import type { OperationPlan } from '../plan.ts';

/** Query parameters by which APIs give less at a time, as they are commonly called. */
const PAGING =
  /^(page|page[\W_]?(number|size|token|\w*)|per[\W_]?page|limit|offset|cursor|after|before|starting[\W_]?after|ending[\W_]?before|max[\W_]?results|start[\W_]?at|start|count|size|top|\$top|\$skip|skip|fields|select|\$select|next[\W_]?token|marker)\]?$/i;

/** What a caller can do about a result that was cut, in the operation's own terms. */
export function howToGetTheRest(plan: OperationPlan): string {
  const keys = plan.parameters.filter((p) => p.in === 'query' && PAGING.test(p.name)).map((p) => p.key);
  if (keys.length > 0) return `Ask for less at a time, or for the next part, with ${keys.slice(0, 6).join(', ')}.`;
  return 'This operation has no paging; ask for something narrower.';
}

/** The longest beginning of `text` that is at most `maxBytes` of UTF-8, and ends with a whole character. */
export function cutText(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  let end = Math.min(maxBytes, bytes.byteLength);
  while (end > 0 && end < bytes.byteLength && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

const sizeOf = (value: Json): number => Buffer.byteLength(JSON.stringify(value));

/** Lists lie this deep at the most: deeper ones are cut as text. */
const DEEPEST = 8;

/** The way from the root to the array that makes a value large: at each step, the largest member. */
function largestArray(value: Json): { readonly path: readonly string[]; readonly items: readonly Json[] } | undefined {
  const path: string[] = [];
  let current = value;
  while (!Array.isArray(current)) {
    // Every step measures all that is below it, and the API decides how many there are.
    if (!isObject(current) || path.length === DEEPEST) return undefined;
    const [largest] = Object.entries(current as JsonObject)
      .filter(([, member]) => typeof member === 'object' && member !== null)
      .map(([key, member]) => ({ key, member, size: sizeOf(member) }))
      .sort((a, b) => b.size - a.size);
    if (largest === undefined) return undefined;
    path.push(largest.key);
    current = largest.member;
  }
  return { path, items: current };
}

function withAt(value: Json, [key, ...rest]: readonly string[], replacement: Json): Json {
  if (key === undefined) return replacement;
  const object = value as JsonObject;
  return { ...object, [key]: withAt(object[key] ?? null, rest, replacement) };
}

/** Room for the `_truncated` member and the brackets. */
const RESERVE = 512;

/**
 * A JSON value that is too large, cut so that it is still JSON: its largest array keeps as many of its first items as
 * fit. An object gains a member `_truncated` that says what is missing and what to do.
 * @returns nothing when no array can be shortened enough.
 */
export function cutJson(
  value: Json,
  maxBytes: number,
  hint: string,
): { readonly value: Json; readonly note: string } | undefined {
  const found = largestArray(value);
  if (found === undefined) return undefined;
  let left = maxBytes - RESERVE - sizeOf(withAt(value, found.path, []));
  const kept: Json[] = [];
  for (const item of found.items) {
    left -= sizeOf(item) + 1;
    if (left < 0) break;
    kept.push(item);
  }
  if (kept.length === 0) return undefined;
  const at = found.path.reduce(pointerTo, '');
  const facts = { shown: kept.length, total: found.items.length, at, hint };
  const shortened = withAt(value, found.path, kept);
  const note = `[Cut: the first ${facts.shown} of ${facts.total} items${at === '' ? '' : ` of ${at}`} are shown. ${hint}]`;
  return { value: isObject(shortened) ? { ...(shortened as JsonObject), _truncated: facts } : shortened, note };
}
