import { isObject, type JsonSchema } from '../../core/json.ts';
import { isBeyondRe2 } from '../../lib/pattern.ts';
import { child, isReference, type Located } from '../document/resolve.ts';
import { keywordsOf, NUMERIC } from './keywords.ts';
import type { Views } from './view.ts';

/** Deeper than this a schema without references is not enforced. */
const MAX_DEPTH = 100;

/** What a place of the document became, and the definitions that it refers to. */
export interface Definition {
  readonly name: string;
  schema: JsonSchema;
  readonly uses: Set<Definition>;
}

/** Where within the schema of one definition the conversion stands. */
interface Place {
  readonly uses: Set<Definition>;
  readonly depth: number;
  /** Part of an `allOf`: it may not forbid what its siblings allow. */
  readonly open: boolean;
  /** Properties that an enclosing `allOf` marks as read-only: they cannot be required of a caller. */
  readonly readOnly: ReadonlySet<string>;
}

const NONE: ReadonlySet<string> = new Set();
const SINGLE = ['items', 'not', 'if', 'then', 'else', 'contains', 'propertyNames', 'unevaluatedItems'] as const;
const NAMED = ['properties', 'patternProperties', 'dependentSchemas'] as const;

/**
 * The schemas of a document as 2020-12, one definition for each place that is referred to: the graph grows with the
 * document, however its schemas are entangled. Annotations and formats are left out, for nothing is enforced by them.
 *
 * It differs from the letter of the document where documents are not meant by the letter: `oneOf` takes a value that
 * fits several branches, a part of an `allOf` does not forbid properties of another, `readOnly` properties are not
 * required, and null passes where `nullable` stands beside a reference.
 */
export class EnforcedSchemas {
  readonly #views: Views;
  readonly #definitions = new Map<string, Definition>();
  readonly #names = new Set<string>();
  readonly #waiting: (() => void)[] = [];

  constructor(views: Views) {
    this.#views = views;
  }

  /** The schema at `at`, to be put into a schema whose `$defs` are those that `uses` leads to. */
  convert(at: Located, uses: Set<Definition>): JsonSchema {
    const schema = this.#convert(at, { uses, depth: 0, open: false, readOnly: NONE });
    // References wait their turn instead of nesting: their chains can be longer than the stack.
    for (let next = this.#waiting.pop(); next !== undefined; next = this.#waiting.pop()) next();
    return typeof schema === 'boolean' ? (schema ? {} : { not: {} }) : schema;
  }

  /** Every definition that `uses` leads to. */
  definitions(uses: ReadonlySet<Definition>): { [name: string]: JsonSchema } {
    const found = new Set(uses);
    for (const definition of found) for (const used of definition.uses) found.add(used);
    return Object.fromEntries([...found].map(({ name, schema }) => [name, schema]));
  }

  #reference(at: Located<{ readonly $ref: string }>, place: Place): JsonSchema {
    const target = this.#views.resolver.target(at);
    if (target === undefined) return {};
    const key = `${this.#views.resolver.key(target)}${place.open ? ' open' : ''}`;
    let definition = this.#definitions.get(key);
    if (definition === undefined) {
      const made: Definition = { name: this.#nameFor(target.pointer), schema: {}, uses: new Set() };
      definition = made;
      this.#definitions.set(key, made);
      this.#waiting.push(() => {
        const schema = this.#convert(target, { uses: made.uses, depth: 0, open: place.open, readOnly: NONE });
        made.schema = typeof schema === 'boolean' ? (schema ? {} : { not: {} }) : schema;
      });
    }
    place.uses.add(definition);
    return { $ref: `#/$defs/${definition.name}` };
  }

  #nameFor(pointer: string): string {
    const last = pointer.slice(pointer.lastIndexOf('/') + 1).replace(/[^A-Za-z0-9_.-]+/g, '_') || 'schema';
    let name = last;
    for (let count = 2; this.#names.has(name); count++) name = `${last}_${count}`;
    this.#names.add(name);
    return name;
  }

  #convert(at: Located, place: Place): JsonSchema | boolean {
    const { value } = at;
    if (typeof value === 'boolean') return value;
    if (!isObject(value) || place.depth > MAX_DEPTH) return {};
    if (!isReference(value)) return this.#object(at as Located<Record<string, unknown>>, place);
    const reference = this.#reference(at as Located<{ $ref: string }>, place);
    if (keywordsOf(value).nullable) return { anyOf: [reference, { type: 'null' }] };
    if (!this.#views.siblings || Object.keys(value).length === 1) return reference;
    const { $ref: _, ...beside } = value;
    return { ...this.#object({ ...at, value: beside }, place), ...reference };
  }

  #object(at: Located<Record<string, unknown>>, place: Place): JsonSchema {
    const schema = at.value;
    const out: Record<string, unknown> = this.#own(at, place);
    const inner: Place = { ...place, depth: place.depth + 1, open: false, readOnly: NONE };
    for (const word of SINGLE) {
      if (isObject(schema[word]) || typeof schema[word] === 'boolean') {
        out[word] = this.#convert(child(at, word), inner);
      }
    }
    for (const word of NAMED) {
      if (isObject(schema[word])) out[word] = this.#named(child(at, word), inner);
    }
    this.#rest(at, out, inner, place);
    this.#combined(at, out, inner, place);
    const loose = out['type'] === undefined ? Object.keys(out).length > 0 : 'anyOf' in out || 'allOf' in out;
    return loose && keywordsOf(schema).nullable ? { anyOf: [out, { type: 'null' }] } : out;
  }

  #named(at: Located, inner: Place): Record<string, unknown> {
    const names = Object.keys(at.value as object).filter((name) => name !== '__proto__');
    return Object.fromEntries(names.map((name) => [name, this.#convert(child(at, name), inner)]));
  }

  #own(at: Located<Record<string, unknown>>, place: Place): Record<string, unknown> {
    const own = keywordsOf(at.value);
    const out: Record<string, unknown> = {};
    if (own.types !== undefined) {
      const types = own.nullable ? [...own.types, 'null'] : own.types;
      out['type'] = types.length === 1 ? types[0] : types;
    } else if (own.nullable && at.value['type'] !== undefined && own.values === undefined) out['type'] = 'null';
    if (own.values !== undefined) out['enum'] = own.nullable ? [...own.values, null] : own.values;
    for (const keyword of NUMERIC) if (own.numbers[keyword] !== undefined) out[keyword] = own.numbers[keyword];
    if (own.pattern !== undefined && !isBeyondRe2(own.pattern)) out['pattern'] = own.pattern;
    if (at.value['uniqueItems'] === true) out['uniqueItems'] = true;
    for (const word of ['minContains', 'maxContains']) {
      if (Number.isInteger(at.value[word])) out[word] = at.value[word];
    }
    const required = own.required.filter((name) => !place.readOnly.has(name) && !this.#isReadOnly(at, name));
    if (required.length > 0) out['required'] = required;
    if (isObject(at.value['dependentRequired'])) out['dependentRequired'] = at.value['dependentRequired'];
    return out;
  }

  #isReadOnly(at: Located, name: string): boolean {
    const property = this.#views.of(at).properties.get(name);
    return property !== undefined && this.#views.of(property).readOnly === true;
  }

  #rest(at: Located<Record<string, unknown>>, out: Record<string, unknown>, inner: Place, place: Place): void {
    const { additionalProperties, unevaluatedProperties, prefixItems, items, additionalItems } = at.value;
    if (isObject(additionalProperties))
      out['additionalProperties'] = this.#convert(child(at, 'additionalProperties'), inner);
    else if (additionalProperties === false && !place.open && !('allOf' in at.value))
      out['additionalProperties'] = false;
    if (unevaluatedProperties === false && !place.open) out['unevaluatedProperties'] = false;
    const tuple = Array.isArray(prefixItems) ? 'prefixItems' : Array.isArray(items) ? 'items' : undefined;
    if (tuple === undefined) return;
    const list = child(at, tuple);
    const members = (list.value as unknown[]).map((_, index) => this.#convert(child(list, index), inner));
    if (members.length > 0) out['prefixItems'] = members;
    if (tuple === 'items') {
      if (additionalItems === false) out['items'] = false;
      else if (isObject(additionalItems)) out['items'] = this.#convert(child(at, 'additionalItems'), inner);
    }
  }

  #combined(at: Located<Record<string, unknown>>, out: Record<string, unknown>, inner: Place, place: Place): void {
    const { allOf, anyOf, oneOf } = at.value;
    if (Array.isArray(allOf) && allOf.length > 0) {
      const list = child(at, 'allOf');
      const properties = this.#views.of(at).properties;
      const readOnly = new Set([
        ...place.readOnly,
        ...[...properties.keys()].filter((name) => this.#isReadOnly(at, name)),
      ]);
      const member = { ...inner, open: allOf.length > 1 || place.open || isObject(at.value['properties']), readOnly };
      out['allOf'] = allOf.map((_, index) => this.#convert(child(list, index), member));
    }
    const choices: unknown[][] = [];
    for (const [word, given] of [
      ['anyOf', anyOf],
      ['oneOf', oneOf],
    ] as const) {
      if (!Array.isArray(given) || given.length === 0) continue;
      const list = child(at, word);
      choices.push(given.map((_, index) => this.#convert(child(list, index), { ...inner, readOnly: place.readOnly })));
    }
    const [first, second] = choices;
    if (first !== undefined) out['anyOf'] = first;
    if (second !== undefined) out['allOf'] = [...((out['allOf'] as unknown[] | undefined) ?? []), { anyOf: second }];
  }
}
