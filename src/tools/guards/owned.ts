import { PosternError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Callable, Run } from '../callable.ts';
import { codeTool } from '../code-tool.ts';
import { createContext } from '../context.ts';
import type { ToolDefinition } from '../define.ts';

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

/** A tool in code, which says itself whose things are. @throws as `codeTool` does. */
export function ownedCodeTool(definition: ToolDefinition): Callable {
  const callable = codeTool(definition);
  const { owns } = definition;
  if (owns === undefined) return callable;
  return ownedCallable(callable, async (args, { principal, requestId, conversation }) => {
    return (await owns(args, createContext(principal, requestId, conversation))) === true;
  });
}

/** The same for what does not exist and what is somebody else's: which of the two it is would tell that it exists. */
export function notTheirs(): PosternError {
  return new PosternError('not_found', { message: 'There is no such thing for this caller.' });
}
