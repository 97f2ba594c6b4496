import { isObject } from '../../core/json.ts';
import { isBeyondRe2 } from '../../lib/pattern.ts';
import { hasHiddenText } from '../../lib/visible-text.ts';
import { child, isReference, type Located, type Resolver } from '../document/resolve.ts';
import { cleanInline, visibleValue } from '../document/text.ts';
import { isOnlyNull, keywordsOf, NUMERIC, type SchemaType } from './keywords.ts';

/** A schema with its references and its `allOf` merged into one: what a value has to look like, as far as one level goes. */
export interface View {
  /** The places its references lead to: a view that repeats one of them further down is recursive. */
  readonly identity: string[];
  /** What the document calls it, where it was referred to. */
  name?: string;
  types?: readonly SchemaType[];
  nullable: boolean;
  values?: readonly unknown[];
  readonly numbers: { [keyword in (typeof NUMERIC)[number]]?: number };
  pattern?: string;
  uniqueItems?: boolean;
  format?: string;
  contentEncoding?: string;
  contentMediaType?: string;
  title?: string;
  description?: string;
  default?: unknown;
  examples?: readonly unknown[];
  deprecated?: boolean;
  readOnly?: boolean;
  /** What the values mean, where the document says (`x-enum-descriptions`). */
  valueTexts?: readonly string[];
  /** Which property tells the alternatives apart, and its values where the document lists them. */
  discriminator?: { readonly property: string; readonly values: readonly string[] };
  readonly properties: Map<string, Located>;
  readonly required: Set<string>;
  /** `false`: no others; a schema: others of that shape. */
  additional?: Located | false;
  items?: Located;
  tuple?: readonly Located[];
  alternatives?: readonly Located[];
  /** Where several choices hold at once: those after the first. */
  moreAlternatives?: readonly (readonly Located[])[];
}

const MAX_DEPTH = 60;
/** Views are kept while they are likely to be asked for again, not for as long as the document. */
const MAX_KEPT = 4096;
/** In Swagger 2.0 and OpenAPI 3.0 siblings of `$ref` are ignored but for these, which people write there and mean. */
const ANNOTATIONS = new Set(['description', 'title', 'default', 'example', 'deprecated', 'nullable', 'readOnly']);

function emptyView(): View {
  return { identity: [], nullable: false, numbers: {}, properties: new Map(), required: new Set() };
}

/** Views of the schemas of one document. */
export class Views {
  readonly resolver: Resolver;
  /** Whether siblings of `$ref` count (3.1 and later). */
  readonly siblings: boolean;
  readonly #made = new Map<object, View>();
  readonly #lines = new Map<number, Map<string, string>>();

  constructor(resolver: Resolver, siblings: boolean) {
    this.resolver = resolver;
    this.siblings = siblings;
  }

  of(at: Located): View {
    if (!isObject(at.value)) return emptyView();
    let view = this.#made.get(at.value);
    if (view === undefined) {
      view = emptyView();
      if (this.#made.size >= MAX_KEPT) this.#made.clear();
      this.#made.set(at.value, view);
      this.#gather(at, view, new Set(), true, 0);
    }
    return view;
  }

  /** A text in one clean line of at most `max` characters. Documents repeat themselves: each text is cleaned once. */
  line(text: string | undefined, max: number): string {
    if (text === undefined || text === '') return '';
    const known = this.#lines.get(max) ?? new Map<string, string>();
    this.#lines.set(max, known);
    const line = known.get(text) ?? cleanInline(text, max);
    known.set(text, line);
    return line;
  }

  /** Adds what `at` says to `view`; what the view has already was said nearer and stays. */
  #gather(at: Located, view: View, seen: Set<object>, direct: boolean, depth: number): void {
    const { value } = at;
    if (!isObject(value) || seen.has(value) || depth > MAX_DEPTH) return;
    seen.add(value);
    if (!isReference(value)) {
      this.#own(at as Located<Record<string, unknown>>, view, seen, direct, depth);
      return;
    }
    if (Object.keys(value).length > 1) {
      const { $ref: _, ...beside } = value;
      const kept = this.siblings ? beside : pick(beside, ANNOTATIONS);
      this.#own({ ...at, value: kept }, view, seen, false, depth);
    }
    const target = this.resolver.target(at as Located<{ $ref: string }>);
    if (target === undefined) return;
    if (direct) {
      view.identity.push(this.resolver.key(target));
      view.name ??= nameOf(target);
    }
    this.#gather(target, view, seen, direct, depth + 1);
  }

  #own(at: Located<Record<string, unknown>>, view: View, seen: Set<object>, direct: boolean, depth: number): void {
    const schema = at.value;
    this.#constraints(at, view);
    annotate(schema, view);
    structure(at, view);
    const { allOf } = schema;
    if (Array.isArray(allOf)) {
      const all = child(at, 'allOf');
      const alone = direct && allOf.filter(isReference).length === 1;
      for (const [index, member] of allOf.entries()) {
        this.#gather(child(all, index), view, seen, alone && isReference(member), depth + 1);
      }
    }
    // What one part forbids may be just what another part asks for.
    if (Array.isArray(allOf) && allOf.length > 1 && view.additional === false) view.additional = undefined;
    for (const word of ['anyOf', 'oneOf'] as const) {
      if (Array.isArray(schema[word])) this.#alternatives(child(at, word), view, seen, direct, depth);
    }
  }

  #constraints(at: Located<Record<string, unknown>>, view: View): void {
    const said = keywordsOf(at.value);
    if (said.pattern !== undefined && isBeyondRe2(said.pattern)) {
      this.resolver.warn(
        child(at, 'pattern'),
        `${JSON.stringify(said.pattern.slice(0, 80))} is not enforced: RE2 cannot take it`,
      );
    }
    const own = { ...said, values: said.values?.filter((value) => typeof value !== 'string' || !hasHiddenText(value)) };
    view.types = own.types && view.types ? common(view.types, own.types) : (view.types ?? own.types);
    view.nullable ||= own.nullable;
    const values = view.values;
    if (values === undefined) view.values = own.values;
    else if (own.values !== undefined) {
      const both = values.filter((value) => own.values?.includes(value));
      if (both.length > 0) view.values = both;
    }
    for (const keyword of NUMERIC) view.numbers[keyword] ??= own.numbers[keyword];
    view.pattern ??= own.pattern;
    for (const name of own.required) view.required.add(name);
  }

  #alternatives(at: Located, view: View, seen: Set<object>, direct: boolean, depth: number): void {
    const given = (at.value as unknown[]).map((_, index) => child(at, index));
    const real = given.filter(({ value }) => isObject(value) && !isOnlyNull(value));
    if (given.some(({ value }) => isOnlyNull(value))) view.nullable = true;
    const [only] = real;
    if (real.length === 1 && only !== undefined) this.#gather(only, view, seen, direct, depth + 1);
    else if (real.length > 1 && view.alternatives === undefined) view.alternatives = real;
    else if (real.length > 1) view.moreAlternatives = [...(view.moreAlternatives ?? []), real];
  }
}

function pick(from: Record<string, unknown>, keys: ReadonlySet<string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(from).filter(([key]) => keys.has(key)));
}

function nameOf(target: Located): string | undefined {
  const last = target.pointer.slice(target.pointer.lastIndexOf('/') + 1);
  return /^[A-Za-z][\w.-]*$/.test(last) ? last : undefined;
}

/** Types that both name; those of the first where the two contradict each other, for a schema must take something. */
function common(a: readonly SchemaType[], b: readonly SchemaType[]): readonly SchemaType[] {
  const both = a.filter((type) => b.includes(type) || (type === 'integer' && b.includes('number')));
  if (both.length > 0) return both;
  return a.includes('number') && b.includes('integer') ? ['integer'] : a;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

function annotate(schema: Record<string, unknown>, view: View): void {
  view.title ??= text(schema['title']);
  view.description ??= text(schema['description']);
  view.format ??= text(schema['format']) ?? (schema['type'] === 'file' ? 'binary' : undefined);
  view.contentEncoding ??= text(schema['contentEncoding']);
  view.contentMediaType ??= text(schema['contentMediaType']);
  if (view.default === undefined) view.default = visibleValue(schema['default']);
  if (schema['deprecated'] === true) view.deprecated = true;
  if (schema['readOnly'] === true) view.readOnly = true;
  if (schema['uniqueItems'] === true) view.uniqueItems = true;
  view.discriminator ??= discriminatorOf(schema['discriminator']);
  if (view.examples === undefined) view.examples = examplesOf(schema);
  if (view.valueTexts === undefined) view.valueTexts = valueTextsOf(schema);
}

function discriminatorOf(given: unknown): View['discriminator'] {
  if (!isObject(given) || typeof given['propertyName'] !== 'string') return undefined;
  const { propertyName, mapping } = given;
  return { property: propertyName, values: isObject(mapping) ? Object.keys(mapping) : [] };
}

function examplesOf(schema: Record<string, unknown>): readonly unknown[] | undefined {
  const { example, examples } = schema;
  const given = Array.isArray(examples) ? examples : example === undefined || example === null ? [] : [example];
  const samples = given.map(visibleValue).filter((sample) => sample !== undefined);
  return samples.length > 0 ? samples : undefined;
}

function valueTextsOf(schema: Record<string, unknown>): readonly string[] | undefined {
  const given = schema['x-enum-descriptions'] ?? schema['x-enumDescriptions'];
  const values = Array.isArray(schema['enum']) ? schema['enum'] : [];
  if (Array.isArray(given)) return given.map(String);
  return isObject(given) ? values.map((value) => text(given[String(value)]) ?? '') : undefined;
}

/**
 * No own property `__proto__` survives a plain assignment, on either side; and a name with characters that nobody sees
 * is there to be read by the model alone (OWASP MCP03).
 */
function isShowable(name: string): boolean {
  return name !== '__proto__' && !hasHiddenText(name);
}

function structure(at: Located<Record<string, unknown>>, view: View): void {
  const schema = at.value;
  if (isObject(schema['properties'])) {
    const properties = child(at, 'properties');
    for (const name of Object.keys(schema['properties'])) {
      if (isShowable(name) && !view.properties.has(name)) view.properties.set(name, child(properties, name));
    }
  }
  additional(at, view);
  const tuple = Array.isArray(schema['prefixItems'])
    ? 'prefixItems'
    : Array.isArray(schema['items'])
      ? 'items'
      : undefined;
  if (tuple !== undefined && view.tuple === undefined) {
    const list = child(at, tuple);
    view.tuple = (list.value as unknown[]).map((_, index) => child(list, index));
  }
  if (isObject(schema['items'])) view.items ??= child(at, 'items');
}

function additional(at: Located<Record<string, unknown>>, view: View): void {
  const { additionalProperties, patternProperties } = at.value;
  if (isObject(additionalProperties) && Object.keys(additionalProperties).length > 0) {
    view.additional ??= child(at, 'additionalProperties');
  } else if (isObject(patternProperties)) {
    const [first] = Object.keys(patternProperties);
    if (first !== undefined) view.additional ??= child(child(at, 'patternProperties'), first);
  } else if (additionalProperties === false) view.additional ??= false;
}
