import type { JsonObject } from '../../core/json.ts';
import type { Callable, Checked, Run } from '../callable.ts';

/** Hears what was given, before the call is made. @param rehearsing nothing will be done, so nothing may be by hearing it. */
export type Hear = (given: string, run: Run, rehearsing: boolean) => void | Promise<void>;

/** A callable that takes one more argument, a text, and does not pass it on. It may be left away. */
export function withArgument(callable: Callable, argument: string, hear: Hear): Callable {
  const split = (args: JsonObject): { readonly given: string | undefined; readonly rest: JsonObject } => {
    const { [argument]: given, ...rest } = args;
    return { given: typeof given === 'string' ? given : undefined, rest };
  };
  const heard = <R>(
    args: JsonObject,
    [run, rehearsing]: readonly [Run, boolean],
    go: (rest: JsonObject) => R | Promise<R>,
  ): R | Promise<R> => {
    const { given, rest } = split(args);
    const hearing = given === undefined ? undefined : hear(given, run, rehearsing);
    return hearing instanceof Promise ? hearing.then(() => go(rest)) : go(rest);
  };
  const { rehearse } = callable;
  return {
    ...callable,
    check(args, principal) {
      if (Object.hasOwn(args, argument) && typeof args[argument] !== 'string') {
        return { problems: [{ pointer: `/${argument}`, expected: 'string', received: typeOf(args[argument]) }] };
      }
      const { given, rest } = split(args);
      const back = (checked: Checked): Checked =>
        'args' in checked && given !== undefined ? { args: { ...checked.args, [argument]: given } } : checked;
      const checked = callable.check(rest, principal);
      return checked instanceof Promise ? checked.then(back) : back(checked);
    },
    run: (args, run) => heard(args, [run, false], (rest) => callable.run(rest, run)),
    ...(rehearse && {
      rehearse: (args, run) => heard(args, [run, true], (rest) => rehearse.call(callable, rest, run)),
    }),
  };
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value;
}
