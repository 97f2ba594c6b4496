/** Any value JSON can carry (RFC 8259). */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

export type JsonObject = { [key: string]: Json };

/** A JSON Schema, dialect 2020-12 unless it names another in `$schema`. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** True for what JSON calls an object: neither null nor an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
