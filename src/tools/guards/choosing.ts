import type { JsonObject } from '../../core/json.ts';
import type { Callable, Checked, Run } from '../callable.ts';
import { propertiesOf } from '../choice.ts';

/**
 * A callable that takes one more argument: which of several accounts at the upstream is meant. It is shown to callers who
 * have several, with their names. Where it has an argument of that name itself, it stays as it is.
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
    choice: argument,
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
