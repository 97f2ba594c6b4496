import { PosternError } from '../core/errors.ts';
import { isObject, type Json, type JsonObject, type JsonSchema } from '../core/json.ts';

/**
 * Checks the content of an accepted form against the flat schema it was asked with, and fills in defaults for what
 * was left out (SEP-1034). Only what the restricted schema of MCP can say is checked; `format` is the handler's to
 * judge. Properties nobody asked for are dropped.
 *
 * @throws PosternError `invalid_params`, naming the field.
 */
export function checkForm(key: string, schema: JsonSchema, content: JsonObject): JsonObject {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema['required']) ? schema['required'] : [];
  const fields: [string, Json][] = [];
  for (const [name, field] of Object.entries(properties)) {
    if (!isObject(field)) continue;
    const given = Object.hasOwn(content, name) ? content[name] : undefined;
    const value = given ?? (field['default'] as Json | undefined);
    if (value === undefined || value === null) {
      if (required.includes(name)) throw unfit(key, name, 'is required');
      continue;
    }
    const fault = faultOf(field, value);
    if (fault !== undefined) throw unfit(key, name, fault);
    fields.push([name, value]);
  }
  // `fromEntries` defines properties, so a field called `__proto__` stays a field.
  return Object.fromEntries(fields);
}

function faultOf(field: Record<string, unknown>, value: Json): string | undefined {
  switch (field['type']) {
    case 'string':
      return stringFault(field, value);
    case 'number':
    case 'integer':
      return numberFault(field, value);
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'array':
      return arrayFault(field, value);
    default:
      return undefined;
  }
}

function stringFault(field: Record<string, unknown>, value: Json): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  const choices = choicesOf(field);
  if (choices !== undefined && !choices.includes(value)) return 'must be one of the choices';
  const { minLength, maxLength } = field;
  if (typeof minLength === 'number' && value.length < minLength) return `must have at least ${minLength} characters`;
  if (typeof maxLength === 'number' && value.length > maxLength) return `must have at most ${maxLength} characters`;
  return undefined;
}

function numberFault(field: Record<string, unknown>, value: Json): string | undefined {
  if (typeof value !== 'number') return 'must be a number';
  if (field['type'] === 'integer' && !Number.isInteger(value)) return 'must be a whole number';
  const { minimum, maximum } = field;
  if (typeof minimum === 'number' && value < minimum) return `must be at least ${minimum}`;
  if (typeof maximum === 'number' && value > maximum) return `must be at most ${maximum}`;
  return undefined;
}

function arrayFault(field: Record<string, unknown>, value: Json): string | undefined {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) return 'must be a list of choices';
  const choices = isObject(field['items']) ? choicesOf(field['items']) : undefined;
  if (choices !== undefined && !value.every((item) => choices.includes(item))) return 'must be among the choices';
  const { minItems, maxItems } = field;
  if (typeof minItems === 'number' && value.length < minItems) return `needs at least ${minItems} choices`;
  if (typeof maxItems === 'number' && value.length > maxItems) return `takes at most ${maxItems} choices`;
  return undefined;
}

/** `enum`, or the titled form of it: `oneOf` or `anyOf` with `const` (SEP-1330). */
function choicesOf(field: Record<string, unknown>): readonly unknown[] | undefined {
  if (Array.isArray(field['enum'])) return field['enum'];
  const titled = field['oneOf'] ?? field['anyOf'];
  if (!Array.isArray(titled)) return undefined;
  return titled.map((choice) => (isObject(choice) ? choice['const'] : undefined));
}

function unfit(key: string, name: string, fault: string): PosternError {
  return new PosternError('invalid_params', { message: `The answer "${key}": ${name} ${fault}.` });
}
