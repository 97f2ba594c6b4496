import { isObject, type JsonSchema } from '../core/json.ts';
import { compileSchema, type Problem } from '../lib/schema.ts';
import { shapeOf } from '../lib/schema-problems.ts';
import { isStandardSchema, pointerOf, type StandardIssue, type StandardSchema } from './standard-schema.ts';

/** How a schema may be given: a Standard Schema that can print itself as JSON Schema (Zod 4.2+), or JSON Schema. */
export type SchemaInput = StandardSchema | JsonSchema;

/** The type a schema lets through; a plain JSON Schema says nothing TypeScript can read. */
export type Inferred<S> = S extends StandardSchema<unknown, infer Output> ? Output : Record<string, unknown>;

/**
 * The JSON Schema (2020-12) of what goes in.
 * @throws Error for a Standard Schema that cannot print itself.
 */
export function jsonSchemaOf(schema: SchemaInput, side: 'input' | 'output' = 'input'): JsonSchema {
  if (!isStandardSchema(schema)) return withObjectProperties(schema);
  const { jsonSchema, vendor } = schema['~standard'];
  if (jsonSchema === undefined) {
    throw new Error(
      `This ${vendor} schema cannot print itself as JSON Schema; Zod 4.2 or newer can, or give JSON Schema.`,
    );
  }
  const { $schema: _, ...rest } = jsonSchema[side]({ target: 'draft-2020-12' });
  return withObjectProperties(rest);
}

/** Clients on the official SDK 1.x throw away the whole list for one property whose schema is `true`. */
function withObjectProperties(schema: JsonSchema): JsonSchema {
  const { properties } = schema;
  if (!isObject(properties) || Object.values(properties).every(isObject)) return schema;
  const shown = Object.entries(properties).map(([name, property]) => {
    if (typeof property !== 'boolean') return [name, property];
    return [name, property ? {} : { not: {} }];
  });
  return { ...schema, properties: Object.fromEntries(shown) };
}

export type Verdict = { readonly value: unknown } | { readonly problems: readonly Problem[] };

/** Compiles a schema to one function that accepts and possibly transforms a value, or says where it does not fit. */
export function validatorOf(schema: SchemaInput): (value: unknown) => Verdict | Promise<Verdict> {
  if (isStandardSchema(schema)) return (value) => standardVerdict(schema, value);
  const compiled = compileSchema(schema);
  return (value) => {
    const problems = compiled(value);
    return problems === undefined ? { value } : { problems };
  };
}

function standardVerdict(schema: StandardSchema, value: unknown): Verdict | Promise<Verdict> {
  const result = schema['~standard'].validate(value);
  return result instanceof Promise ? result.then((settled) => verdictOf(settled, value)) : verdictOf(result, value);
}

function verdictOf(
  result: { readonly value?: unknown; readonly issues?: readonly StandardIssue[] | undefined },
  input: unknown,
): Verdict {
  if (result.issues === undefined) return { value: result.value };
  return { problems: result.issues.map((issue) => problemOf(issue, input)) };
}

function problemOf(issue: StandardIssue, input: unknown): Problem {
  const keys = (issue.path ?? []).map((segment) => (typeof segment === 'object' ? segment.key : segment));
  const found = keys.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], input);
  return { pointer: pointerOf(issue), expected: issue.message, received: shapeOf(found) };
}
