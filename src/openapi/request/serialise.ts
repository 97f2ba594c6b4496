import type { Json } from '../../core/json.ts';
import { pointerTo } from '../../lib/json-pointer.ts';
import type { ParameterPlan } from '../plan.ts';
import { type Encode, encodeComponent, refuseArgument } from './encode.ts';

export type Style = ParameterPlan['style'];

/** How a value is expanded: where it comes from, what it is called and how its pieces are encoded. */
export interface Expansion {
  /** The parameter's own name. */
  readonly name: string;
  readonly style: Style;
  readonly explode: boolean;
  /** JSON pointer of the argument, for errors. */
  readonly pointer: string;
  readonly encode: Encode;
  /** Default: {@link encodeComponent}. */
  readonly encodeName?: Encode;
}

/**
 * The one text that stands for a value without members. Objects and arrays within a flat style have no place in
 * OpenAPI's table; they are sent as JSON, which is what APIs that take them expect.
 */
function scalar(value: Json): string {
  return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** RFC 6570 §2.3: null counts as undefined, and so do members that are null. */
function present(value: Json): boolean {
  return value !== null;
}

/** What stands between the pieces of one value, by style; it is encoded as the pieces are. */
const DELIMITER: { readonly [style in Style]?: string } = {
  spaceDelimited: ' ',
  pipeDelimited: '|',
  tabDelimited: '\t',
};

/** Headers, raw cookies and reserved expansion send a comma as it is. */
function keepsComma(how: Expansion): boolean {
  return how.encode(',', how.pointer) === ',';
}

/**
 * Encodes pieces and joins them. Where the delimiter itself is sent encoded, or nothing is, a piece that holds it
 * would arrive as two: that is refused rather than sent wrong.
 */
function join(pieces: readonly (readonly [Json, string])[], how: Expansion): string {
  const delimiter = DELIMITER[how.style];
  const ambiguous = delimiter ?? (keepsComma(how) ? ',' : undefined);
  const encoded = pieces.map(([piece, pointer]) => {
    const text = scalar(piece);
    if (ambiguous !== undefined && pieces.length > 1 && text.includes(ambiguous)) {
      refuseArgument(pointer, `a value without ${JSON.stringify(ambiguous)}, which separates values here`, piece);
    }
    return how.encode(text, pointer);
  });
  return encoded.join(delimiter === undefined ? ',' : how.encode(delimiter, how.pointer));
}

function arrayPieces(value: readonly Json[], pointer: string): (readonly [Json, string])[] {
  return value.map((item, index) => [item, pointerTo(pointer, index)] as const).filter(([item]) => present(item));
}

function objectPieces(value: { [key: string]: Json }, pointer: string): (readonly [string, Json, string])[] {
  return Object.entries(value)
    .filter(([, member]) => present(member))
    .map(([key, member]) => [key, member, pointerTo(pointer, key)] as const);
}

/**
 * A value as `name=value` pairs, both encoded: styles `form`, `spaceDelimited`, `pipeDelimited`, `tabDelimited`,
 * `deepObject` and `cookie`, in queries, cookies and forms. No pairs for null, an empty array or an empty object.
 */
export function expandPairs(value: Json, how: Expansion): string[] {
  if (value === null) return [];
  const encodeName = how.encodeName ?? encodeComponent;
  const pair = (name: string, text: string): string => `${encodeName(name, how.pointer)}=${text}`;
  if (typeof value !== 'object') return [pair(how.name, how.encode(scalar(value), how.pointer))];
  if (how.style === 'deepObject') {
    return expandNested(how.name, value, how.pointer).map(([name, text, pointer]) =>
      pair(name, how.encode(text, pointer)),
    );
  }
  if (Array.isArray(value)) {
    const pieces = arrayPieces(value, how.pointer);
    if (how.explode) return pieces.map(([item, pointer]) => pair(how.name, how.encode(scalar(item), pointer)));
    return pieces.length === 0 ? [] : [pair(how.name, join(pieces, how))];
  }
  const members = objectPieces(value, how.pointer);
  if (how.explode) return members.map(([key, member, pointer]) => pair(key, how.encode(scalar(member), pointer)));
  const flat = members.flatMap(([key, member, pointer]) => [[key, pointer] as const, [member, pointer] as const]);
  return flat.length === 0 ? [] : [pair(how.name, join(flat, how))];
}

/**
 * Names with brackets, as deep as the value goes: `a[b][c]`, `items[0][price]`. OpenAPI defines one level; this is how
 * the APIs that declare `deepObject` read more of them.
 */
export function expandNested(
  name: string,
  value: Json,
  pointer: string,
): [name: string, text: string, pointer: string][] {
  const found: [string, string, string][] = [];
  collectNested(name, value, pointer, found);
  return found;
}

function collectNested(name: string, value: Json, pointer: string, into: [string, string, string][]): void {
  if (value === null) return;
  if (typeof value !== 'object') {
    into.push([name, scalar(value), pointer]);
    return;
  }
  const members = Array.isArray(value) ? value.entries() : Object.entries(value);
  for (const [key, member] of members) collectNested(`${name}[${key}]`, member, pointerTo(pointer, key), into);
}

/**
 * A value as one text: styles `simple`, `label` and `matrix`, in paths and headers (RFC 6570 §3.2.2, §3.2.5, §3.2.7).
 * The empty text for null, an empty array or an empty object.
 */
export function expandText(value: Json, how: Expansion): string {
  const { style, explode, pointer } = how;
  const named = (name: string, text: string): string => {
    const encoded = (how.encodeName ?? encodeComponent)(name, pointer);
    // RFC 6570 §3.2.7: a matrix value that is empty has no equals sign.
    return text === '' ? `;${encoded}` : `;${encoded}=${text}`;
  };
  const lead = (text: string): string =>
    style === 'matrix' ? named(how.name, text) : style === 'label' ? `.${text}` : text;
  if (value === null) return '';
  if (typeof value !== 'object') return lead(how.encode(scalar(value), pointer));
  if (Array.isArray(value)) {
    const pieces = arrayPieces(value, pointer);
    if (pieces.length === 0) return '';
    if (!explode || style === 'simple') return lead(join(pieces, how));
    return pieces.map(([item, at]) => lead(how.encode(scalar(item), at))).join('');
  }
  const members = objectPieces(value, pointer);
  if (members.length === 0) return '';
  if (!explode)
    return lead(
      join(
        members.flatMap(([key, member, at]) => [[key, at] as const, [member, at] as const]),
        how,
      ),
    );
  return explodeObject(members, how, named);
}

function explodeObject(
  members: readonly (readonly [string, Json, string])[],
  how: Expansion,
  named: (name: string, text: string) => string,
): string {
  const pairs = members.map(([key, member, at]) => {
    const text = scalar(member);
    if (how.style === 'matrix') return named(key, how.encode(text, at));
    if (keepsComma(how) && (/[=,]/.test(key) || text.includes(','))) {
      refuseArgument(at, 'a member without "," and a name without "=", which separate members here', member);
    }
    return `${how.encode(key, at)}=${how.encode(text, at)}`;
  });
  if (how.style === 'matrix') return pairs.join('');
  return how.style === 'label' ? `.${pairs.join('.')}` : pairs.join(',');
}
