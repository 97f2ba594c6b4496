import fc from 'fast-check';
import { isNode, type Node } from './call-document.ts';

// Makes arguments from the schema that a client is shown, always the same ones.

/** `all`: every property. `required`: no other. `odd`: every property, with the values that are easiest to get wrong. */
export type Variant = 'all' | 'required' | 'odd';

export interface How {
  readonly variant: Variant;
  /** Of several values that would do, the nth. */
  readonly nth: number;
}

const FORMATS: { readonly [format: string]: string } = {
  date: '2026-01-31',
  'date-time': '2026-01-31T12:34:56Z',
  time: '12:34:56Z',
  duration: 'P1D',
  email: 'someone@example.com',
  'idn-email': 'someone@example.com',
  hostname: 'example.com',
  'idn-hostname': 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/a?b=c',
  'uri-reference': '/a?b=c',
  iri: 'https://example.com/a',
  'iri-reference': '/a',
  uuid: '123e4567-e89b-42d3-a456-426614174000',
  'uri-template': '/a/{b}',
  'json-pointer': '/a/b',
  regex: 'a+',
};

/** Each of its characters means something in a URL, a form, a header or JSON; none separates the values of a style. */
const ODD_TEXT = 'x&y=é/%25?#+"\'<z>';
const MAX_DEPTH = 12;

const samples = new Map<string, readonly string[]>();

function sample(pattern: string): readonly string[] {
  const known = samples.get(pattern);
  if (known !== undefined) return known;
  let made: string[] = [];
  try {
    const texts = fc.sample(fc.stringMatching(new RegExp(pattern, 'u')), { seed: 7, numRuns: 30 });
    made = texts.filter((text) => /^[\x20-\x7e]*$/.test(text));
  } catch {
    // A pattern that cannot be made up for: the other candidates have to do.
  }
  samples.set(pattern, made);
  return made;
}

function matches(pattern: unknown, text: string): boolean {
  if (typeof pattern !== 'string') return true;
  try {
    return new RegExp(pattern, 'u').test(text);
  } catch {
    return true;
  }
}

function stringFor(schema: Node, { variant, nth }: How, name: string): string {
  const { minLength = 0, maxLength = Number.POSITIVE_INFINITY, pattern, format } = schema;
  const [least, most] = [Number(minLength), Number(maxLength)];
  if (schema['contentEncoding'] === 'base64')
    return Buffer.from([0, 1, 2, 0xfe, 0xff, 13, 10, 45, 45]).toString('base64');
  const given = [
    schema['default'],
    ...(Array.isArray(schema['examples']) ? schema['examples'] : []),
    schema['example'],
  ];
  const plain = `${name.replace(/[^a-z]/gi, '') || 'v'}${nth + 1}`;
  const candidates = [
    ...(typeof format === 'string' ? [FORMATS[format]] : []),
    ...(variant === 'odd' && format === undefined ? [ODD_TEXT] : []),
    plain,
    plain.padEnd(least, 'a').slice(0, Math.min(most, 10_000)),
    ...given,
    ...(typeof pattern === 'string' ? sample(pattern) : []),
  ];
  const fits = (text: unknown): text is string =>
    typeof text === 'string' && [...text].length >= least && [...text].length <= most && matches(pattern, text);
  const fitting = candidates.filter(fits);
  return fitting.at(nth % Math.max(1, fitting.length)) ?? plain;
}

function numberFor(schema: Node, { variant, nth }: How, whole: boolean): number {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const step = typeof multipleOf === 'number' ? multipleOf : whole ? 1 : 0.5;
  const bounds = (values: unknown[]): number[] => values.filter((value) => typeof value === 'number');
  const low = Math.max(
    ...bounds([minimum, typeof exclusiveMinimum === 'number' ? exclusiveMinimum + step : undefined]),
    -1e15,
  );
  const high = Math.min(
    ...bounds([maximum, typeof exclusiveMaximum === 'number' ? exclusiveMaximum - step : undefined]),
    1e15,
  );
  const wanted = variant === 'odd' ? (nth - 7) * step : (nth + 3) * step;
  const clamped = Math.min(Math.max(wanted, low), high);
  return whole ? Math.ceil(clamped / step) * step : clamped;
}

function objectFor(schema: Node, how: How, depth: number): Node {
  const { variant, nth } = how;
  const properties = isNode(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : [];
  const made: { [key: string]: unknown } = {};
  for (const [position, [key, property]] of Object.entries(properties).entries()) {
    // An argument that is required has to hold something: it may be part of the path.
    const alone = required.length === 0 && (depth === 1 ? position === 0 : position === nth - 1);
    const first = alone && Object.keys(made).length === 0;
    if (!required.includes(key) && !first && (variant === 'required' || depth > 4)) continue;
    Object.defineProperty(made, key, {
      value: valueFor(property, how, depth + 1, key),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  for (const key of required) if (!Object.hasOwn(made, key)) made[key] = 'v1';
  const open = schema['additionalProperties'];
  if (Object.keys(properties).length === 0 && variant !== 'required' && open !== false) {
    made[variant === 'odd' ? 'odd key&é' : 'extra'] = isNode(open) ? valueFor(open, how, depth + 1, 'extra') : 'v1';
  }
  return made;
}

/** From the front; `odd` from the back. */
function nthOf({ variant, nth }: How, count: number): number {
  return variant === 'odd' ? -1 - (nth % count) : nth % Math.max(1, count);
}

function typeOf(schema: Node): string {
  if (typeof schema['type'] === 'string') return schema['type'];
  if (isNode(schema['properties'])) return 'object';
  if (schema['items'] !== undefined) return 'array';
  return 'string';
}

/** A value that fits `schema`, as far as its keywords are simple. */
export function valueFor(given: unknown, how: How, depth = 0, name = 'v'): unknown {
  const { variant, nth } = how;
  const schema = isNode(given) ? given : {};
  if (depth > MAX_DEPTH) return typeOf(schema) === 'object' ? {} : typeOf(schema) === 'array' ? [] : 'v1';
  if ('const' in schema) return schema['const'];
  const { enum: choices, anyOf, oneOf } = schema;
  if (Array.isArray(choices) && choices.length > 0) {
    const useful = choices.filter((choice) => choice !== null && choice !== '');
    return useful.at(nthOf(how, useful.length)) ?? choices[0];
  }
  const branches = Array.isArray(anyOf) ? anyOf : Array.isArray(oneOf) ? oneOf : [];
  if (branches.length > 0) {
    const branch = branches.at(nthOf(how, branches.length));
    const { anyOf: _, oneOf: __, ...base } = schema;
    return valueFor({ ...base, ...(isNode(branch) ? branch : {}), ...mergedObject(base, branch) }, how, depth, name);
  }
  switch (typeOf(schema)) {
    case 'object':
      return objectFor(schema, how, depth);
    case 'array': {
      const least = Number(schema['minItems'] ?? 0);
      const count = Math.min(Math.max(variant === 'all' ? 2 : 1, least), Number(schema['maxItems'] ?? 100));
      const items = Array.from({ length: count }, (_, index) =>
        valueFor(schema['items'], { variant, nth: nth + index }, depth + 1, name),
      );
      return schema['uniqueItems'] === true
        ? [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
        : items;
    }
    case 'integer':
      return numberFor(schema, how, true);
    case 'number':
      return numberFor(schema, how, false);
    case 'boolean':
      return variant !== 'odd';
    case 'null':
      return null;
    default:
      return stringFor(schema, how, name);
  }
}

function mergedObject(base: Node, branch: unknown): Node {
  if (!isNode(branch) || !isNode(base['properties']) || !isNode(branch['properties'])) return {};
  const required = [base['required'], branch['required']].flatMap((list) => (Array.isArray(list) ? list : []));
  return { properties: { ...base['properties'], ...branch['properties'] }, required };
}

function keysOf(pointer: string): string[] {
  const keys = pointer.split('/').slice(1);
  return keys.map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Whether everything along `pointer` is required by the shown schema, as far as that can be seen. */
export function isRequired(shown: unknown, pointer: string): boolean {
  let schema = shown;
  for (const key of keysOf(pointer)) {
    if (!isNode(schema) || !Array.isArray(schema['required']) || !schema['required'].includes(key)) return false;
    schema = isNode(schema['properties']) ? schema['properties'][key] : undefined;
  }
  return true;
}

/** Takes out what a pointer leads to, or the last thing on the way that is there; says whether it took anything. */
export function dropAt(args: unknown, pointer: string): boolean {
  let holder = args;
  const keys = keysOf(pointer);
  for (const [index, key] of keys.entries()) {
    if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, key)) return false;
    const container = holder as { [key: string]: unknown };
    const next = container[key];
    const following = keys[index + 1];
    if (following !== undefined && typeof next === 'object' && next !== null && Object.hasOwn(next, following)) {
      holder = next;
      continue;
    }
    if (Array.isArray(holder)) holder.splice(Number(key), 1);
    else delete container[key];
    return true;
  }
  return false;
}
