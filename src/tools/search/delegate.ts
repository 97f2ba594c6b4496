import { PosternError } from '../../core/errors.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import type { Principal } from '../../core/principal.ts';
import { nearest } from '../../lib/nearest.ts';
import type { Callable, Checked, Delegation } from '../callable.ts';
import type { SearchToolNames } from './definitions.ts';
import type { ToolSearch } from './tool-search.ts';

interface DelegateParts {
  readonly byName: ReadonlyMap<string, Callable>;
  /** The callable of a name, if this principal may call it. */
  readonly reach: (principal: Principal) => (name: string) => Callable | undefined;
  readonly search: ToolSearch;
  readonly names: SearchToolNames;
}

export interface Delegate {
  /**
   * What `call_read` and `call_write` call. Whether the caller may call it is not asked here: that is policy's, as with
   * any call.
   * @throws PosternError `not_found`, `invalid_arguments`
   */
  to(args: JsonObject, principal: Principal, by: { readonly onlyReads: boolean }): Promise<Delegation>;
  /** Names that one may have been meant for, the likeliest first; only such as the caller may call. */
  nearest(name: string, principal: Principal): Promise<readonly string[]>;
}

const NEAREST = 3;
/** A schema is repeated to a model that got the arguments wrong, unless it is larger than this, in bytes. */
const REPEATED_BYTES = 8 * 1024;

export function createDelegate({ byName, reach, search, names }: DelegateParts): Delegate {
  const nearestOf = async (name: string, principal: Principal): Promise<readonly string[]> => {
    const allowed = reach(principal);
    const known = [...byName.keys()].filter((other) => allowed(other) !== undefined);
    const slip = nearest(name.slice(0, 128), known);
    const found = await search.find(name, (other) => allowed(other) !== undefined, NEAREST);
    return [...new Set([...(slip === undefined ? [] : [slip]), ...found.map((one) => one.name)])].slice(0, NEAREST);
  };

  return {
    nearest: nearestOf,
    async to(args, principal, { onlyReads }) {
      const name = String(args['name']);
      const callable = byName.get(name);
      if (callable === undefined) throw unknown(name, await nearestOf(name, principal), names);
      if (onlyReads && callable.tool.annotations.readOnlyHint !== true) throw notReading(callable, names);
      const given = args['arguments'];
      return { callable: withSchema(callable), args: isObject(given) ? given : {} };
    },
  };
}

/** Repeats only what could be the name of a tool: a model may send anything in its place. */
function unknown(name: string, meant: readonly string[], { find }: SearchToolNames): PosternError {
  const named = /^[\w.-]{1,64}$/.test(name) ? ` named ${name}` : ' of that name';
  return new PosternError('not_found', {
    message: `There is no tool${named}.`,
    hint:
      meant.length === 0
        ? `Look for it with ${find}.`
        : `Perhaps ${meant.join(' or ')} is meant; otherwise look for it with ${find}.`,
    data: { nearest: [...meant] },
  });
}

function notReading({ tool }: Callable, { read, write }: SearchToolNames): PosternError {
  return new PosternError('invalid_arguments', {
    message: `${tool.name} may change something, and ${read} only calls tools that read.`,
    hint: `Call it with ${write}, if the user wants the change.`,
  });
}

/** Who calls a tool by way of another may never have been shown its schema: with arguments that do not fit, it is. */
function withSchema(callable: Callable): Callable {
  const told = (checked: Checked): Checked => {
    if ('args' in checked) return checked;
    const schema = callable.tool.inputSchema;
    const small = Buffer.byteLength(JSON.stringify(schema)) <= REPEATED_BYTES;
    return small ? { ...checked, schema } : checked;
  };
  return {
    ...callable,
    check(args, principal) {
      const checked = callable.check(args, principal);
      return checked instanceof Promise ? checked.then(told) : told(checked);
    },
  };
}
