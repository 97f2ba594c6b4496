import { isObject, type JsonSchema } from '../../core/json.ts';
import { nearest } from '../../lib/nearest.ts';
import { type Binding, PRINCIPAL_FIELDS } from '../../tools/guards/bound.ts';
import type { BindingsConfig } from '../config/access.ts';
import type { Problem } from '../config/problem.ts';

/** A tool, as far as its arguments can be bound. */
export interface Bindable {
  /** Its arguments. */
  readonly keys: readonly string[];
  /** What it shows; read only where a member of an argument is bound. */
  readonly schema: () => JsonSchema;
}

/** What a config says of arguments, taken apart once. */
export interface Bindings {
  /** Those that concern a tool. */
  of(tool: Bindable): readonly Binding[];
  /** What names no argument of any tool that was asked about. */
  readonly problems: () => Problem[];
}

/** @param where the place in the config, such as `upstreams.acme.tools.bind`. */
export function createBindings(config: BindingsConfig, where: string): Bindings {
  const unused = new Set(Object.keys(config));
  const seen = new Set<string>();
  return {
    of(tool) {
      return Object.entries(config).flatMap(([name, value]) => {
        const path = pathOf(name, tool);
        if (path === undefined) {
          for (const key of tool.keys) seen.add(key);
          return [];
        }
        unused.delete(name);
        return [{ path, value: fillingFor(value), where: `${where}.${name}` }];
      });
    },
    problems: () => [...unused].map((name) => unknown(`${where}.${name}`, name, seen)),
  };
}

/** A name with a dot may be that of an argument, and otherwise leads into one. */
function pathOf(name: string, { keys, schema }: Bindable): Binding['path'] | undefined {
  if (keys.includes(name)) return [name];
  const dot = name.indexOf('.');
  const [key, member] = [name.slice(0, dot), name.slice(dot + 1)];
  if (dot === -1 || !keys.includes(key)) return undefined;
  const own = propertyOf(schema(), key);
  // A body without a word about its members may have any.
  const open = isObject(own) && !isObject(own['properties']);
  return open || propertyOf(own, member) !== undefined ? [key, member] : undefined;
}

function propertyOf(schema: unknown, key: string): unknown {
  const properties = isObject(schema) ? schema['properties'] : undefined;
  return isObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
}

function fillingFor(value: string | number | boolean): Binding['value'] {
  const field = PRINCIPAL_FIELDS.find((name) => value === `principal.${name}`);
  return field === undefined ? { literal: value } : { principal: field };
}

function unknown(where: string, name: string, arguments_: ReadonlySet<string>): Problem {
  const meant = nearest(name, arguments_);
  const wanted = 'an argument of a tool, or a member of its body as body.org_id';
  return {
    where,
    found: `${JSON.stringify(name)}, which is no argument of any tool that this is about`,
    wanted: meant === undefined ? wanted : `${JSON.stringify(meant)}, perhaps; ${wanted}`,
  };
}
