import { isObject } from '../src/core/json.ts';
import { configSchema } from '../src/server/config/config.ts';
import { configJsonSchema } from '../src/server/config/schema.ts';

type Schema = { readonly [keyword: string]: unknown };

interface Key {
  readonly path: string;
  readonly description: string;
  readonly kind: string;
}

const schemaOf = (value: unknown): Schema => (isObject(value) ? value : {});
const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const keysOf = (value: unknown): [string, Schema][] =>
  Object.entries(schemaOf(value)).map(([key, schema]) => [key, schemaOf(schema)]);

/** The config as it is when only what has no default is said. */
const DEFAULTS: unknown = configSchema.parse({ upstreams: { name: { openapi: 'required' } } });

/** The keys of the config's top level. */
export function configSections(): string[] {
  return keysOf(configJsonSchema()['properties']).map(([key]) => key);
}

/** Every key below one of the top level, in order: path, meaning, what it takes, default. */
export function configRows(section: string): string[][] {
  const merged = new Map<string, Key>();
  for (const key of keysBelow(schemaOf(schemaOf(configJsonSchema()['properties'])[section]), section)) {
    const earlier = merged.get(key.path);
    // The variants of a union say one key in turn.
    merged.set(key.path, earlier === undefined ? key : join(earlier, key));
  }
  return [...merged.values()].map(({ path, description, kind }) => [
    `\`${path}\``,
    description.replaceAll('|', '\\|'),
    kind,
    defaultOf(path),
  ]);
}

function keysBelow(schema: Schema, path: string, description = String(schema['description'] ?? '')): Key[] {
  const variants = [schema, ...listOf(schema['oneOf']).map(schemaOf), ...listOf(schema['anyOf']).map(schemaOf)];
  const inner = variants.flatMap((variant) => [
    ...keysOf(variant['properties']).flatMap(([key, value]) => keysBelow(value, `${path}.${key}`)),
    ...record(variant['additionalProperties'], path, description),
    ...elements(variant['items'], path),
  ]);
  // A list or a text can stand where its members could.
  const isWhole = variants.some(({ type }) => type === 'array' || type === 'string');
  return inner.length === 0 || isWhole ? [{ path, description, kind: kindOf(schema) }, ...inner] : inner;
}

/** A mapping of names: what it maps to is described by the mapping, unless it says so itself. */
function record(values: unknown, path: string, description: string): Key[] {
  if (!isObject(values)) return [];
  return keysBelow(values, `${path}.<name>`, String(values['description'] ?? description));
}

function elements(items: unknown, path: string): Key[] {
  return isObject(items) && isObject(items['properties']) ? keysBelow(items, `${path}[]`) : [];
}

function kindOf(schema: Schema): string {
  if (schema['const'] !== undefined) return `\`${String(schema['const'])}\``;
  const words = listOf(schema['enum']);
  if (words.length > 0) return words.map((word) => `\`${String(word)}\``).join(', ');
  const kinds = [schema, ...listOf(schema['anyOf']).map(schemaOf)].flatMap(({ type, const: word }) => {
    if (word !== undefined) return `\`${String(word)}\``;
    return type === undefined ? [] : type === 'array' ? 'list' : String(type);
  });
  return [...new Set(kinds)].join(' or ');
}

function join(a: Key, b: Key): Key {
  const both = (x: string, y: string, between: string) => (x.includes(y) ? x : `${x}${between}${y}`);
  return { ...a, description: both(a.description, b.description, ' Or: '), kind: both(a.kind, b.kind, ', ') };
}

function defaultOf(path: string): string {
  const value = path.split('.').reduce<unknown>((at, key) => schemaOf(at)[key.replace(/[<>]/g, '')], DEFAULTS);
  if (value === 'required') return 'required';
  const empty = value === undefined || isObject(value) || (Array.isArray(value) && value.length === 0);
  return empty ? '' : `\`${String(value)}\``;
}
