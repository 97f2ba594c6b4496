import type { ToolResult } from '../../core/content.ts';
import { asPosternError, type ErrorCode } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Callable, Run } from '../callable.ts';
import { propertiesOf } from '../choice.ts';
import { codeFrom, waitsForCode, withUrl, wrongCode } from './connecting-words.ts';
import { withArgument } from './extra-argument.ts';

/** What callers without an account can do about it. */
export interface ConnectDesk {
  /** @returns where the caller of a run can have an account connected, if that is for them to do. */
  urlOf(run: Run): Promise<string | undefined>;
  /** Whether one was connected there that waits for its code. */
  waits(run: Run): Promise<boolean>;
  /** @returns whether an account counts now that waited for this code. */
  confirm(run: Run, code: string): Promise<boolean>;
}

const LACKING: ReadonlySet<ErrorCode> = new Set(['needs_connection', 'needs_reauth']);

/**
 * A callable that says where an account can be connected when there is none, or none that is good. Whoever is at a client
 * that can open URLs is asked to; whether it helped is seen by running the call once more, since it has not been applied.
 *
 * An account that was connected by somebody who did not sign in waits for the code that they were shown. The person is
 * asked for it by a form where the client has such; else the model says it in an argument, which goes no further.
 * A callable that has an argument of that name keeps it.
 */
export function connectingCallable(callable: Callable, argument: string, desk: ConnectDesk): Callable {
  const keepsArgument = Object.hasOwn(propertiesOf(callable.tool.inputSchema), argument);

  /** @throws PosternError `invalid_arguments` */
  const confirm = async (run: Run, code: string): Promise<void> => {
    if (!(await desk.confirm(run, code))) throw wrongCode(argument);
  };
  const attempt = async (args: JsonObject, run: Run, again: boolean): Promise<ToolResult> => {
    try {
      return await callable.run(args, run);
    } catch (thrown) {
      const error = asPosternError(thrown);
      if (!LACKING.has(error.code)) throw thrown;
      if (await desk.waits(run)) {
        const code = await codeFrom(run.conversation);
        if (code === undefined) throw waitsForCode(error, argument, keepsArgument, await desk.urlOf(run));
        await confirm(run, code);
        return callable.run(args, run);
      }
      const url = await desk.urlOf(run);
      if (url === undefined) throw thrown;
      if (again && (await isOpened(run, error.message, url))) return attempt(args, run, false);
      throw withUrl(error, url);
    }
  };
  const connecting: Callable = { ...callable, interactive: true, run: (args, run) => attempt(args, run, true) };
  if (keepsArgument) return connecting;
  const taking = withArgument(connecting, argument, (code, run, rehearsing) =>
    rehearsing ? undefined : confirm(run, code),
  );
  return { ...taking, secretArgument: argument };
}

/** @throws Suspended */
async function isOpened({ conversation }: Run, message: string, url: string): Promise<boolean> {
  const question = { method: 'elicitation/create', params: { mode: 'url', message, url } } as const;
  if (!conversation.canAsk(question)) return false;
  const answers = await conversation.ask({ connect: question });
  return answers['connect']?.['action'] === 'accept';
}
