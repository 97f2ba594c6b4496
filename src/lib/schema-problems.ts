import type { ErrorObject } from 'ajv/dist/2020.js';
import { pointerTo } from './json-pointer.ts';
import { nearest } from './nearest.ts';
import { visibleText } from './visible-text.ts';

/** One place where a value does not fit its schema. */
export interface Problem {
  /** RFC 6901 pointer into the value; empty for the whole. */
  readonly pointer: string;
  readonly expected: string;
  /** A type or a short form of what was found: never more than 80 characters of the value. */
  readonly received: string;
}

const SHOWN = 60;

function clip(text: string, max = SHOWN): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/** A value, told in a few words. */
export function shapeOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return clip(JSON.stringify(value));
  if (Array.isArray(value)) return `array of ${value.length}`;
  if (typeof value !== 'object' || value === null) return String(value);
  const keys = Object.keys(value);
  return keys.length === 0 ? 'empty object' : clip(`object with ${keys.join(', ')}`);
}

/** Names are the caller's, and as long as its request may be; nobody needs more of them than this. */
const POINTER_SHOWN = 256;
const shownPointer = (at: string, key: string) => clip(pointerTo(at, clip(key, POINTER_SHOWN)), POINTER_SHOWN);

function several(values: readonly unknown[], max = 240): string {
  const shown: string[] = [];
  let length = 0;
  for (const value of values) {
    const text = clip(JSON.stringify(value) ?? 'undefined', 40);
    length += text.length + 2;
    if (length > max) return `${shown.join(', ')} or ${values.length - shown.length} more`;
    shown.push(text);
  }
  return shown.join(', ');
}

function typeText(type: unknown): string {
  const types = Array.isArray(type) ? type : String(type).split(',');
  return types.join(' or ');
}

const COMPARED: { readonly [keyword: string]: string } = {
  minimum: 'at least',
  maximum: 'at most',
  exclusiveMinimum: 'more than',
  exclusiveMaximum: 'less than',
};
const COUNTED: { readonly [keyword: string]: readonly [string, string] } = {
  minLength: ['at least', 'characters'],
  maxLength: ['at most', 'characters'],
  minItems: ['at least', 'items'],
  maxItems: ['at most', 'items'],
  minProperties: ['at least', 'properties'],
  maxProperties: ['at most', 'properties'],
};

function unknownProperty(name: string, schema: unknown): string {
  const known = Object.keys((schema as { properties?: object } | undefined)?.properties ?? {});
  const meant = nearest(name, known);
  if (meant !== undefined) return `no such property; did you mean ${JSON.stringify(meant)}?`;
  return known.length === 0 ? 'no properties' : `one of the properties ${several(known)}`;
}

/** What the schema wants, in words. Choices and patterns are a stranger's text. */
function expectation(error: ErrorObject): string {
  return visibleText(wanted(error));
}

function wanted(error: ErrorObject): string {
  const { keyword, params, schema } = error;
  const compared = COMPARED[keyword];
  if (compared !== undefined) return `${compared} ${String(schema)}`;
  const counted = COUNTED[keyword];
  if (counted !== undefined) return `${counted[0]} ${String(schema)} ${counted[1]}`;
  if (keyword === 'type') return typeText(params['type']);
  if (keyword === 'enum') return `one of ${several(schema as unknown[])}`;
  if (keyword === 'const') return several([schema]);
  if (keyword === 'pattern') return `a string that matches ${clip(String(schema), 120)}`;
  if (keyword === 'multipleOf') return `a multiple of ${String(schema)}`;
  if (keyword === 'uniqueItems') return 'items that all differ';
  if (keyword === 'false schema') return 'nothing here';
  if (keyword === 'not') return 'something else';
  return clip(error.message ?? keyword, 120);
}

function problemOf(error: ErrorObject): Problem {
  const at = error.instancePath;
  if (error.keyword === 'required' || error.keyword === 'dependentRequired') {
    const missing = String(error.params['missingProperty']);
    const wanted = (error.parentSchema as { properties?: Record<string, { type?: unknown }> })?.properties?.[missing];
    const type = typeof wanted?.type === 'string' ? `${wanted.type} (required)` : 'a value (required)';
    return { pointer: shownPointer(at, missing), expected: type, received: 'nothing' };
  }
  if (error.keyword === 'additionalProperties' || error.keyword === 'unevaluatedProperties') {
    const name = String(error.params['additionalProperty'] ?? error.params['unevaluatedProperty']);
    const found = (error.data as Record<string, unknown> | undefined)?.[name];
    const expected = unknownProperty(name, error.parentSchema);
    return { pointer: shownPointer(at, name), expected, received: shapeOf(found) };
  }
  return { pointer: clip(at, POINTER_SHOWN), expected: expectation(error), received: shapeOf(error.data) };
}

const COMBINATORS = new Set(['anyOf', 'oneOf', 'if']);

/**
 * Of the errors that the branches of a failed alternative left, those of the branch that came furthest: what is wrong
 * deep inside one branch says more than that the other branches are of another kind altogether.
 */
function furthest(errors: readonly ErrorObject[], at: string): ErrorObject[] {
  const inside = errors.filter(
    (error) => error.instancePath !== at || !['type', 'enum', 'const'].includes(error.keyword),
  );
  return inside.length > 0 ? [...inside] : [...errors];
}

/** What Ajv reports, told to a model: at most `max` problems, the noise of alternatives that were not meant left out. */
export function problemsOf(errors: readonly ErrorObject[], max: number): Problem[] {
  const kept: ErrorObject[] = [];
  for (const error of errors) {
    if (!COMBINATORS.has(error.keyword)) {
      kept.push(error);
      continue;
    }
    const within: ErrorObject[] = [];
    for (let last = kept.at(-1); last?.instancePath.startsWith(error.instancePath); last = kept.at(-1)) {
      within.unshift(last);
      kept.pop();
    }
    kept.push(...(within.length === 0 ? [error] : furthest(within, error.instancePath)));
  }
  const merged = new Map<string, Problem>();
  // Several errors may make one problem, but a thousand wrong names are not all looked up to tell ten.
  for (const error of kept.slice(0, 10 * max)) {
    const problem = problemOf(error);
    const before = merged.get(problem.pointer);
    if (before === undefined) merged.set(problem.pointer, problem);
    else if (!before.expected.split(' or ').includes(problem.expected) && before.expected.length < 240) {
      merged.set(problem.pointer, { ...before, expected: `${before.expected} or ${problem.expected}` });
    }
  }
  return [...merged.values()].slice(0, max);
}
