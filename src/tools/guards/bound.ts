import { PosternError } from '../../core/errors.ts';
import { isObject, type Json, type JsonObject, type JsonSchema } from '../../core/json.ts';
import type { Principal } from '../../core/principal.ts';
import type { Tool } from '../../core/tool.ts';
import { once } from '../../lib/once.ts';
import type { Problem } from '../../lib/schema.ts';
import type { Callable, Checked } from '../callable.ts';

/** What of a principal an argument can be filled with. */
export const PRINCIPAL_FIELDS = ['tenant', 'subject', 'email', 'clientId'] as const;
export type PrincipalField = (typeof PRINCIPAL_FIELDS)[number];

/** An argument that the server fills in. */
export interface Binding {
  /** The argument, or a member of one that is an object: `['org_id']`, `['body', 'org_id']`. */
  readonly path: readonly [string] | readonly [string, string];
  readonly value: { readonly principal: PrincipalField } | { readonly literal: string | number | boolean };
  /** The place in the config that says so. */
  readonly where?: string;
}

/**
 * A callable some of whose arguments are filled in by the server: they are in no schema that is shown, and a caller who
 * sends one is refused. Everything else, the check of the filled arguments included, is the callable's own.
 */
export function boundCallable(callable: Callable, bindings: readonly Binding[]): Callable {
  if (bindings.length === 0) return callable;
  // Read when first called: the schema of a tool is made anew whenever it is read.
  const fillers = once(() => bindings.map((binding) => fillerOf(binding, callable.tool.inputSchema)));
  return {
    ...callable,
    tool: withoutBound(callable.tool, bindings),
    check(args, principal) {
      const problems = bindings.flatMap(({ path }) => refused(args, path));
      if (problems.length > 0) return { problems };
      const filled = fillers().reduce((into, fill) => fill(into, principal), args);
      const checked = callable.check(filled, principal);
      const blame = (found: Checked) => withoutOurs(found, bindings);
      return checked instanceof Promise ? checked.then(blame) : blame(checked);
    },
  };
}

/** What a caller may not send: the argument itself, or in the place of its object something that has no members. */
function refused(args: JsonObject, path: Binding['path']): Problem[] {
  const [key, member] = path;
  if (!Object.hasOwn(args, key)) return [];
  const given = args[key];
  if (member === undefined) return [problem(path, FILLED_IN, given)];
  if (!isObject(given)) return [problem([key], 'an object', given)];
  return Object.hasOwn(given, member) ? [problem(path, FILLED_IN, given[member])] : [];
}

const FILLED_IN = 'nothing: the server fills it in';

function problem(path: Binding['path'], expected: string, given: unknown): Problem {
  const received = Array.isArray(given) ? 'array' : given === null ? 'null' : typeof given;
  return { pointer: pointerOf(path), expected, received };
}

/**
 * What an argument is filled with, for a principal: as the number that the schema may want.
 * @returns what throws PosternError `forbidden` for a principal that has no such thing.
 */
export function fillingOf({ path, value }: Binding, schema: JsonSchema): (principal: Principal) => Json {
  const [key, member] = path;
  const numeric = isNumeric(member === undefined ? at(schema, key) : at(at(schema, key), member));
  return (principal) => {
    if ('literal' in value) return value.literal;
    const found = principal[value.principal];
    // Left out, an argument that says for whom a call is would widen it.
    if (found === undefined) throw cannotBeNamed(`a principal without ${value.principal}, for ${pointerOf(path)}`);
    return numeric && /^-?\d+$/.test(found) && Number.isSafeInteger(Number(found)) ? Number(found) : found;
  };
}

type Fill = (args: JsonObject, principal: Principal) => JsonObject;

/** Puts the value where it belongs. */
function fillerOf(binding: Binding, schema: JsonSchema): Fill {
  const [key, member] = binding.path;
  const valueFor = fillingOf(binding, schema);
  return (args, principal) => {
    const filled = valueFor(principal);
    return { ...args, [key]: member === undefined ? filled : { ...(args[key] as JsonObject), [member]: filled } };
  };
}

function at(schema: unknown, key: string): unknown {
  const properties = isObject(schema) ? schema['properties'] : undefined;
  return isObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
}

function isNumeric(schema: unknown): boolean {
  return isObject(schema) && (schema['type'] === 'integer' || schema['type'] === 'number');
}

/** That what the server filled in does not fit is no fault of the caller, who could not mend it. */
function withoutOurs(checked: Checked, bindings: readonly Binding[]): Checked {
  if ('args' in checked) return checked;
  const ours = new Set(bindings.map(({ path }) => pointerOf(path)));
  const fault = checked.problems.find(({ pointer }) => ours.has(pointer));
  if (fault !== undefined)
    throw cannotBeNamed(`${fault.pointer} is ${fault.expected}, and was filled with something else`);
  return checked;
}

function cannotBeNamed(why: string): PosternError {
  return new PosternError('forbidden', { message: 'This caller cannot be named to the API.', cause: new Error(why) });
}

/** RFC 6901. */
function pointerOf(path: Binding['path']): string {
  return path.map((part = '') => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The tool as it is shown: its schema is still made only when it is read. */
function withoutBound(tool: Tool, bindings: readonly Binding[]): Tool {
  const descriptors = Object.getOwnPropertyDescriptors(tool);
  return Object.defineProperties({} as Tool, {
    ...descriptors,
    inputSchema: { enumerable: true, get: () => bindings.reduce(withoutProperty, tool.inputSchema) },
  });
}

function withoutProperty(schema: JsonSchema, { path: [key, member] }: Pick<Binding, 'path'>): JsonSchema {
  const { properties, required, examples, ...rest } = schema;
  if (!isObject(properties) || !Object.hasOwn(properties, key)) return schema;
  const inner = member === undefined ? undefined : withoutProperty(properties[key] as JsonSchema, { path: [member] });
  const kept = Object.entries(properties).flatMap(([name, own]) => {
    if (name !== key) return [[name, own]];
    return inner === undefined ? [] : [[name, inner]];
  });
  const names = Array.isArray(required) ? required.filter((name) => inner !== undefined || name !== key) : [];
  return {
    ...rest,
    properties: Object.fromEntries(kept),
    ...(names.length > 0 ? { required: names } : {}),
    ...(Array.isArray(examples) ? { examples: examples.map((sample) => withoutMember(sample, key, member)) } : {}),
  };
}

function withoutMember(example: unknown, key: string, member: string | undefined): unknown {
  if (!isObject(example) || !Object.hasOwn(example, key)) return example;
  const { [key]: own, ...others } = example;
  return member === undefined ? others : { ...example, [key]: withoutMember(own, member, undefined) };
}
