import { PosternError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Callable, Run } from '../callable.ts';

/**
 * Whether what a call is about belongs to who calls.
 * @param args as they were checked.
 */
export type Owns = (args: JsonObject, run: Run) => boolean | Promise<boolean>;

/** A callable that runs only for who owns what the call is about. Nothing is done before that is known. */
export function ownedCallable(callable: Callable, owns: Owns): Callable {
  return {
    ...callable,
    run: async (args, run) => {
      if (!(await owns(args, run))) throw notTheirs();
      return callable.run(args, run);
    },
  };
}

/** The same for what does not exist and what is somebody else's: which of the two it is would tell that it exists. */
export function notTheirs(): PosternError {
  return new PosternError('not_found', { message: 'There is no such thing for this caller.' });
}
