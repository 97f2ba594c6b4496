import { isDeeperThan } from '../../lib/schema-depth.ts';

export type SchemaType = 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array';

export const NUMERIC = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
] as const;

/** What a schema object says itself, in the terms of JSON Schema 2020-12, whatever version it was written in. */
export interface Keywords {
  /** Without `null`; absent where it says nothing, or nothing that can be understood. */
  readonly types?: readonly SchemaType[];
  readonly nullable: boolean;
  /** `const` included; without null. */
  readonly values?: readonly unknown[];
  readonly numbers: { readonly [keyword in (typeof NUMERIC)[number]]?: number };
  readonly pattern?: string;
  readonly required: readonly string[];
}

const MAX_VALUE_DEPTH = 50;

/** What documents write where the specification knows another word. */
const TYPES: { readonly [written: string]: SchemaType | 'null' } = {
  string: 'string',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
  object: 'object',
  array: 'array',
  null: 'null',
  file: 'string',
  text: 'string',
  str: 'string',
  date: 'string',
  datetime: 'string',
  'date-time': 'string',
  uuid: 'string',
  int: 'integer',
  int32: 'integer',
  int64: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  decimal: 'number',
  bool: 'boolean',
  map: 'object',
  list: 'array',
};

function typesOf(type: unknown): (SchemaType | 'null')[] | undefined {
  const written = Array.isArray(type) ? type : [type];
  const known = written.map((word) => TYPES[String(word).toLowerCase()]);
  if (known.some((word) => word === undefined)) return undefined;
  const types = new Set(known as (SchemaType | 'null')[]);
  if (types.has('number')) types.delete('integer');
  return [...types];
}

/** YAML reads `enum: [2021, yes]` and JSON is written by hand: the values take the type that the schema declares. */
function fitting(value: unknown, types: readonly SchemaType[] | undefined): unknown {
  if (types?.length !== 1) return value;
  const type = types[0];
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return String(value);
  if (typeof value !== 'string') return value;
  if ((type === 'integer' || type === 'number') && value.trim() !== '' && Number.isFinite(Number(value))) {
    return Number(value);
  }
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

function numbersOf(schema: { readonly [keyword: string]: unknown }): Keywords['numbers'] {
  const numbers: { [keyword in (typeof NUMERIC)[number]]?: number } = {};
  for (const keyword of NUMERIC) {
    const given = schema[keyword];
    if (given === undefined || typeof given === 'boolean' || given === null || given === '') continue;
    const number = Number(given);
    const valid = /^(?:min|max)[LIP]/.test(keyword)
      ? Number.isInteger(number) && number >= 0
      : Number.isFinite(number) && (keyword !== 'multipleOf' || number > 0);
    if (valid) numbers[keyword] = number;
  }
  // Draft 4 and OpenAPI 3.0: a flag beside the limit.
  for (const [flag, limit] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (schema[flag] === true && numbers[limit] !== undefined) {
      numbers[flag] = numbers[limit];
      delete numbers[limit];
    }
  }
  return numbers;
}

export function keywordsOf(schema: { readonly [keyword: string]: unknown }): Keywords {
  const declared = schema['type'] === undefined ? undefined : typesOf(schema['type']);
  const types = declared?.filter((type) => type !== 'null');
  const given = Object.hasOwn(schema, 'const') ? [schema['const']] : schema['enum'];
  const usable = Array.isArray(given) && given.length > 0 && !isDeeperThan(given, MAX_VALUE_DEPTH);
  const all = usable ? given : undefined;
  const values = all?.filter((value) => value !== null).map((value) => fitting(value, types));
  const saysNull = declared?.includes('null') || all?.includes(null);
  const nullable = schema['nullable'] === true || schema['x-nullable'] === true || saysNull === true;
  const { pattern, required } = schema;
  return {
    types: types?.length ? types : undefined,
    nullable: nullable || (types !== undefined && types.length === 0 && declared !== undefined),
    values: values?.length ? values : undefined,
    numbers: numbersOf(schema),
    pattern: typeof pattern === 'string' ? pattern : undefined,
    required: Array.isArray(required) ? [...new Set(required.filter((name) => typeof name === 'string'))] : [],
  };
}

/** A schema that takes null and nothing else. */
export function isOnlyNull(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  const { type, enum: values, const: constant } = schema as { [keyword: string]: unknown };
  if (type === 'null' || (Array.isArray(type) && type.length === 1 && type[0] === 'null')) return true;
  if (constant === null && Object.hasOwn(schema, 'const')) return true;
  return type === undefined && Array.isArray(values) && values.length > 0 && values.every((value) => value === null);
}
