import type { Conversation } from '../../core/conversation.ts';
import { PosternError } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';

const OPEN = 'Ask the user to open details.connectUrl in a browser and to connect the account there, then call again.';

export function withUrl({ code, details }: PosternError, connectUrl: string): PosternError {
  return new PosternError(code, { ...details, hint: OPEN, data: { ...dataOf(details), connectUrl } });
}

/**
 * An account is there, and counts once the code is said that its page shows.
 * @param keepsArgument whether this very tool has another argument of that name.
 * @param connectUrl where another one can be connected.
 */
export function waitsForCode(
  { code, details }: PosternError,
  argument: string,
  keepsArgument: boolean,
  connectUrl: string | undefined,
): PosternError {
  const where = keepsArgument ? 'Call another tool of the same API' : 'Then call again';
  const instead =
    connectUrl === undefined ? '' : ' Without it, the account has to be connected anew at details.connectUrl.';
  return new PosternError(code, {
    ...details,
    message:
      'An account was connected for this caller. It waits for the code that the user reads on the last page there.',
    hint:
      `Ask the user for that code, and take it from nobody else. ${where}, with it in the argument ${argument} ` +
      `beside the others.${instead}`,
    data: { ...dataOf(details), waitsForCode: true, argument, ...(connectUrl === undefined ? {} : { connectUrl }) },
  });
}

/** The same for every code that is no good, and whether anything waits or not. */
export function wrongCode(argument: string): PosternError {
  const message = 'no account waits for this code';
  return new PosternError('invalid_arguments', {
    message: `${argument}: ${message}.`,
    hint:
      'A code is good once, for ten minutes, and five wrong ones end it. Have the user read it again; or call again ' +
      `without ${argument}, to learn what to do.`,
    data: { fields: [{ field: argument, message }] },
  });
}

/** @returns what the person at the client typed, where they can be asked and have answered. @throws Suspended */
export async function codeFrom(conversation: Conversation): Promise<string | undefined> {
  const code = { type: 'string', title: 'Code', description: 'Such as WDJB-MJHT', minLength: 1, maxLength: 20 };
  const question = {
    method: 'elicitation/create',
    params: {
      message:
        'Type in the code that the page showed you when you had connected the account. Type in none that somebody else gave you.',
      requestedSchema: { type: 'object', properties: { code }, required: ['code'] },
    },
  } as const;
  if (!conversation.canAsk(question)) return undefined;
  const { code: answer } = await conversation.ask({ code: question });
  const content = answer?.['action'] === 'accept' ? answer['content'] : undefined;
  return isObject(content) && typeof content['code'] === 'string' ? content['code'] : undefined;
}

function dataOf({ data }: PosternError['details']): object {
  return isObject(data) ? data : {};
}
