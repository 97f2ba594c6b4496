import type { Callable } from '../callable.ts';
import { propertiesOf } from '../choice.ts';
import { withArgument } from './extra-argument.ts';

/**
 * A callable that takes one more argument: which of several accounts at the upstream is meant. It is shown to callers who
 * have several, with their names. Where it has an argument of that name itself, it stays as it is.
 */
export function choosingCallable(callable: Callable, argument: string): Callable {
  if (Object.hasOwn(propertiesOf(callable.tool.inputSchema), argument)) return callable;
  const choosing = withArgument(callable, argument, (chosen, run) => {
    run.connection = chosen;
  });
  return { ...choosing, choice: argument };
}
