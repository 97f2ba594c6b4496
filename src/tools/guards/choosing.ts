import { isObject, type JsonObject, type JsonSchema } from '../../core/json.ts';
import type { Tool } from '../../core/tool.ts';
import type { Callable, Checked, Run } from '../callable.ts';

/**
 * A callable with one more argument: which of several accounts at the upstream is meant. Where it has one of that name
 * itself, it stays as it is.
 */
export function choosingCallable(callable: Callable, argument: string): Callable {
  if (Object.hasOwn(propertiesOf(callable.tool.inputSchema), argument)) return callable;
  const split = (args: JsonObject): { readonly chosen: string | undefined; readonly rest: JsonObject } => {
    const { [argument]: chosen, ...rest } = args;
    return { chosen: typeof chosen === 'string' ? chosen : undefined, rest };
  };
  const choose = <R>(args: JsonObject, run: Run, go: (rest: JsonObject) => R): R => {
    const { chosen, rest } = split(args);
    if (chosen !== undefined) run.connection = chosen;
    return go(rest);
  };
  const { rehearse } = callable;
  return {
    ...callable,
    tool: withArgument(callable.tool, argument),
    check(args, principal) {
      if (Object.hasOwn(args, argument) && typeof args[argument] !== 'string') {
        const received = Array.isArray(args[argument])
          ? 'array'
          : args[argument] === null
            ? 'null'
            : typeof args[argument];
        return { problems: [{ pointer: `/${argument}`, expected: 'string', received }] };
      }
      const { chosen, rest } = split(args);
      const back = (checked: Checked): Checked =>
        'args' in checked && chosen !== undefined ? { args: { ...checked.args, [argument]: chosen } } : checked;
      const checked = callable.check(rest, principal);
      return checked instanceof Promise ? checked.then(back) : back(checked);
    },
    run: (args, run) => choose(args, run, (rest) => callable.run(rest, run)),
    ...(rehearse && { rehearse: (args, run) => choose(args, run, (rest) => rehearse.call(callable, rest, run)) }),
  };
}

function propertiesOf({ properties }: JsonSchema): object {
  return isObject(properties) ? properties : {};
}

/** The schema of a tool is made anew whenever it is read. */
function withArgument(tool: Tool, argument: string): Tool {
  const schema = {
    type: 'string',
    description: 'Which of several connected accounts to use, by name. Leave it out where there is one.',
  };
  return Object.defineProperties({} as Tool, {
    ...Object.getOwnPropertyDescriptors(tool),
    inputSchema: {
      enumerable: true,
      get: () => ({
        ...tool.inputSchema,
        properties: { ...propertiesOf(tool.inputSchema), [argument]: schema },
      }),
    },
  });
}
