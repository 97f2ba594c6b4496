import type { PosternError } from '../core/errors.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import { acceptsOnlyStream } from './compat.ts';
import { type Asked, dispatch, type MethodTable } from './dispatch.ts';
import { type Era, errorText, isRefusal, settleError, statusOf } from './failure.ts';
import type { HttpOutlet } from './http-outlet.ts';
import type { Id } from './json-rpc.ts';
import type { Parts } from './parts.ts';
import type { Caller, Note } from './service.ts';
import { streamHeaders } from './stream.ts';
import type { RequestFacts } from './types.ts';

/**
 * Runs a request and answers it through its outlet. It never rejects.
 * @param refuse takes what decides the HTTP response, as long as nothing has been sent.
 */
export async function answer<C extends Caller>(
  table: MethodTable<C>,
  asked: Asked<C>,
  outlet: HttpOutlet,
  refuse: (error: PosternError) => void,
  facts: RequestFacts,
  note: Note,
): Promise<void> {
  try {
    const running = dispatch(table, asked);
    outlet.finish(running instanceof Promise ? await running : running, 200);
  } catch (thrown) {
    const error = settleError(thrown, asked.method, note);
    facts.code = error.code;
    if (isRefusal(error.code) && !outlet.committed) {
      outlet.abandon();
      refuse(error);
    } else {
      outlet.finish(errorText(asked.id, error, asked.era), statusOf(error.code, asked.era));
    }
  }
}

/** The reply to a request whose answer is at hand: JSON, or a stream of one event where the client takes nothing else. */
export function immediate<C extends Caller>(
  { streams }: Parts<C>,
  request: HttpRequest,
  caller: C,
  text: string,
): HttpReply {
  const stream = acceptsOnlyStream(request) ? streams.tryOpen({ caller, kind: 'call' }) : undefined;
  if (stream === undefined) return { status: 200, headers: { 'content-type': 'application/json' }, body: text };
  stream.conclude(text);
  return { status: 200, headers: streamHeaders(), body: stream.body };
}

/**
 * The reply to a request that failed before it ran.
 * @throws PosternError where the failure decides the HTTP response.
 */
export function failure(id: Id | null, thrown: unknown, era: Era, facts: RequestFacts, note: Note): HttpReply {
  const error = settleError(thrown, facts.method ?? '', note);
  facts.code = error.code;
  if (isRefusal(error.code)) throw error;
  return {
    status: statusOf(error.code, era),
    headers: { 'content-type': 'application/json', ...error.details.headers },
    body: errorText(id, error, era),
  };
}
