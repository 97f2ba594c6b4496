import type { DocumentParameter } from './call-document.ts';

// Reads values back as a server would: by style and explode alone, into texts.

export type Wire = string | Wire[] | { [key: string]: Wire };

/** A value as texts, as bracket notation has them: arrays by index, what is null or empty left out. */
export function wireOf(value: unknown): Wire | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object') return String(value);
  const members = Object.entries(value).flatMap(([key, member]) => {
    const wire = wireOf(member);
    return wire === undefined ? [] : [[key, wire] as const];
  });
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

/** A value as texts, for a style that has one level: what is deeper is JSON. */
export function flatWireOf(value: unknown): Wire | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object') return String(value);
  const text = (member: unknown): string => (typeof member === 'object' ? JSON.stringify(member) : String(member));
  if (Array.isArray(value)) {
    const items = value.filter((item) => item !== null).map(text);
    return items.length === 0 ? undefined : items;
  }
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return members.length === 0 ? undefined : Object.fromEntries(members.map(([key, member]) => [key, text(member)]));
}

type Decode = (text: string) => string;
type Shape = 'primitive' | 'array' | 'object';

export function shapeOf(value: unknown): Shape {
  return typeof value !== 'object' ? 'primitive' : Array.isArray(value) ? 'array' : 'object';
}

function pairUp(pieces: readonly string[]): Wire {
  const members: [string, string][] = [];
  for (let i = 0; i < pieces.length; i += 2) members.push([pieces[i] ?? '', pieces[i + 1] ?? '']);
  return Object.fromEntries(members);
}

function halves(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

function members(pairs: readonly string[], decode: Decode): Wire {
  return Object.fromEntries(pairs.map((pair) => halves(pair).map(decode) as [string, string]));
}

/** `simple`, `label`, `matrix`. */
export function readText(text: string, parameter: DocumentParameter, shape: Shape, decode: Decode): Wire | undefined {
  const { style, explode } = parameter;
  let body = text;
  if (style === 'label') body = text.slice(1);
  if (style === 'matrix') {
    const pairs = text.slice(1).split(';').map(halves);
    if (shape === 'object' && explode)
      return Object.fromEntries(pairs.map(([key, value]) => [decode(key), decode(value)]));
    if (pairs.some(([key]) => decode(key) !== parameter.name)) return undefined;
    if (shape === 'array' && explode) return pairs.map(([, value]) => decode(value));
    body = pairs[0]?.[1] ?? '';
  }
  if (shape === 'primitive') return decode(body);
  const pieces = body.split(style === 'label' && explode ? '.' : ',');
  if (shape === 'array') return pieces.map(decode);
  return explode ? members(pieces, decode) : pairUp(pieces.map(decode));
}

/** Between pieces that are percent-encoded; and where nothing is. */
const RAW_DELIMITERS: { readonly [style: string]: string } = {
  spaceDelimited: ' ',
  pipeDelimited: '|',
  tabDelimited: '\t',
};
const DELIMITERS: { readonly [style: string]: RegExp } = {
  spaceDelimited: /%20|\+/,
  pipeDelimited: /%7C|\|/i,
  tabDelimited: /%09/,
};

/** Puts `value` into nested objects along `a[b][c]`; arrays come out as objects with the keys 0, 1, … */
function putNested(into: { [key: string]: Wire }, path: readonly string[], value: string): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    into[key] = value;
    return;
  }
  const next = into[key];
  const object = typeof next === 'object' && !Array.isArray(next) ? next : {};
  into[key] = object;
  putNested(object, rest, value);
}

function bracketPath(name: string): string[] {
  const [head = ''] = name.split('[', 1);
  return [head, ...[...name.slice(head.length).matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '')];
}

/** Arrays as objects with the keys 0, 1, …, as bracket notation has them. */
export function indexed(value: Wire): Wire {
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, indexed(member)]));
}

/** Pairs as they stand in a query, a cookie header or a form, each taken out once it has been read. */
export class Pairs {
  readonly #left: string[];
  readonly #decode: Decode;
  readonly #encoded: boolean;

  /** @param encoded whether names and values are percent-encoded: everywhere but in the parts of a multipart body. */
  constructor(pairs: readonly string[], encoded = true) {
    this.#left = pairs.filter((pair) => pair !== '');
    this.#encoded = encoded;
    this.#decode = encoded ? (text) => decodeURIComponent(text.replaceAll('+', ' ')) : (text) => text;
  }

  get left(): readonly string[] {
    return this.#left;
  }

  #take(wanted: (name: string) => boolean): [string, string][] {
    const taken: [string, string][] = [];
    for (let i = 0; i < this.#left.length; ) {
      const [name, value] = halves(this.#left[i] ?? '');
      if (!wanted(this.#decode(name))) i += 1;
      else {
        taken.push([this.#decode(name), value]);
        this.#left.splice(i, 1);
      }
    }
    return taken;
  }

  /** Takes one pair that must be as it is. */
  takeLiteral(pair: string): boolean {
    const at = this.#left.indexOf(pair);
    if (at >= 0) this.#left.splice(at, 1);
    return at >= 0;
  }

  /** @param keys of the object, for styles whose pairs do not say what they belong to. */
  read(
    parameter: Pick<DocumentParameter, 'name' | 'style' | 'explode'>,
    shape: Shape,
    keys: readonly string[],
  ): Wire | undefined {
    const { name, style, explode } = parameter;
    if (style === 'deepObject' && shape !== 'primitive') return this.readNested(name);
    if (shape === 'object' && explode) {
      const taken = this.#take((given) => keys.includes(given));
      return taken.length === 0
        ? undefined
        : Object.fromEntries(taken.map(([key, value]) => [key, this.#decode(value)]));
    }
    const taken = this.#take((given) => given === name);
    const [first] = taken;
    if (first === undefined) return undefined;
    if (shape === 'array' && explode) return taken.map(([, value]) => this.#decode(value));
    if (taken.length > 1) return undefined;
    if (shape === 'primitive') return this.#decode(first[1]);
    const pieces = first[1].split((this.#encoded ? DELIMITERS : RAW_DELIMITERS)[style] ?? ',').map(this.#decode);
    return shape === 'array' ? pieces : pairUp(pieces);
  }

  readNested(name: string): Wire | undefined {
    const taken = this.#take((given) => given === name || given.startsWith(`${name}[`));
    if (taken.length === 0) return undefined;
    const root: { [key: string]: Wire } = {};
    for (const [given, value] of taken)
      putNested(root, [name, ...bracketPath(given.slice(name.length)).slice(1)], this.#decode(value));
    return root[name];
  }
}
