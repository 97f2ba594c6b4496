import type { ToolResult } from '../../core/content.ts';
import { asPosternError, type ErrorCode, PosternError } from '../../core/errors.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import type { Callable, Run } from '../callable.ts';

/** @returns where the caller of a run can have an account connected, if that is for them to do. */
export type ConnectUrlOf = (run: Run) => Promise<string | undefined>;

const LACKING: ReadonlySet<ErrorCode> = new Set(['needs_connection', 'needs_reauth']);
const HINT = 'Ask the user to open details.connectUrl in a browser and to connect the account there, then call again.';

/**
 * A callable that says where an account can be connected when there is none, or none that is good. Whoever is at a client
 * that can open URLs is asked to; whether it helped is seen by running the call once more, since it has not been applied.
 */
export function connectingCallable(callable: Callable, urlOf: ConnectUrlOf): Callable {
  const attempt = async (args: JsonObject, run: Run, again: boolean): Promise<ToolResult> => {
    try {
      return await callable.run(args, run);
    } catch (thrown) {
      const error = asPosternError(thrown);
      if (!LACKING.has(error.code)) throw thrown;
      const url = await urlOf(run);
      if (url === undefined) throw thrown;
      if (again && (await isOpened(run, error.message, url))) return attempt(args, run, false);
      throw withUrl(error, url);
    }
  };
  return { ...callable, interactive: true, run: (args, run) => attempt(args, run, true) };
}

/** @throws Suspended */
async function isOpened({ conversation }: Run, message: string, url: string): Promise<boolean> {
  const question = { method: 'elicitation/create', params: { mode: 'url', message, url } } as const;
  if (!conversation.canAsk(question)) return false;
  const answers = await conversation.ask({ connect: question });
  return answers['connect']?.['action'] === 'accept';
}

function withUrl({ code, details }: PosternError, connectUrl: string): PosternError {
  const data = isObject(details.data) ? details.data : {};
  return new PosternError(code, { ...details, hint: HINT, data: { ...data, connectUrl } });
}
