import { PosternError } from '../core/errors.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import { failure } from './answer.ts';
import { changeMethod } from './changes.ts';
import { Cleanup } from './cleanup.ts';
import { tolerates } from './compat.ts';
import { clientLabel } from './envelope.ts';
import { sessionOf } from './footing.ts';
import type { Parts } from './parts.ts';
import { canReplay, type Position, positionOf, replay } from './replay.ts';
import { outbound } from './reply.ts';
import type { Caller, Change } from './service.ts';
import type { Session } from './session.ts';
import { type EventStream, streamHeaders } from './stream.ts';
import type { RequestFacts } from './types.ts';

/**
 * A GET to the MCP endpoint: the stream of a session's notifications, or the rest of a stream that was lost.
 * @throws PosternError `method_not_allowed` without a session, `too_many_streams`.
 */
export async function serveGet<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  facts: RequestFacts,
): Promise<HttpReply> {
  facts.era = 'legacy';
  try {
    const session = await sessionOf(parts, request, caller, facts);
    if (session === undefined || request.method === 'HEAD') {
      tolerates('probe', { request }, facts, parts.note);
      throw notAllowed();
    }
    await caller.stands?.();
    facts.version = session.version;
    facts.client = clientLabel(session.client);
    const lastEventId = request.header('last-event-id');
    if (lastEventId === undefined) return await openSessionStream(parts, caller, session);
    return await resume(parts, caller, session, positionOf(lastEventId));
  } catch (thrown) {
    return failure(null, thrown, 'legacy', facts, parts.note);
  }
}

/**
 * A DELETE to the MCP endpoint ends a session, on every node.
 * @throws PosternError `method_not_allowed` without a session.
 */
export async function serveDelete<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  facts: RequestFacts,
): Promise<HttpReply> {
  facts.era = 'legacy';
  try {
    const session = await sessionOf(parts, request, caller, facts);
    if (session === undefined) throw notAllowed();
    await parts.sessions.end(caller.key, session);
    await parts.mail.send(session.key, { kind: 'end' });
    return { status: 204, headers: {}, body: null };
  } catch (thrown) {
    return failure(null, thrown, 'legacy', facts, parts.note);
  }
}

export function notAllowed(): PosternError {
  return new PosternError('method_not_allowed', { headers: { allow: 'POST' } });
}

async function openSessionStream<C extends Caller>(parts: Parts<C>, caller: C, session: Session): Promise<HttpReply> {
  return takeOver(parts, caller, session, undefined, async (stream) =>
    parts.changes.listen(caller, (change) => void tell(parts, session, stream, change)),
  );
}

/**
 * Opens a stream in the place of the one that had its messages: each goes to one connection alone, the newest
 * (2025-11-25, basic/transports#multiple-connections).
 * @param of the request whose stream it is; nothing for the session's own notifications.
 * @param feed begins to write to it, and returns a function that stops that.
 */
async function takeOver<C extends Caller>(
  parts: Parts<C>,
  caller: C,
  session: Session,
  of: string | undefined,
  feed: (stream: EventStream) => Promise<() => unknown>,
): Promise<HttpReply> {
  await parts.mail.send(session.key, { kind: 'displace', stream: of });
  const cleanup = new Cleanup(parts.note);
  const stream = parts.streams.open({ caller, kind: 'session', onEnd: () => cleanup.run() });
  try {
    cleanup.add(
      await parts.mail.listen(session.key, (letter) => {
        if (letter.kind === 'end' || (letter.kind === 'displace' && letter.stream === of)) stream.end();
        return false;
      }),
    );
    cleanup.add(await feed(stream));
  } catch (thrown) {
    stream.end();
    throw thrown;
  }
  return { status: 200, headers: streamHeaders(), body: stream.body };
}

async function tell<C extends Caller>(
  parts: Parts<C>,
  session: Session,
  stream: EventStream,
  change: Change,
): Promise<void> {
  try {
    if (change.kind !== 'resource') stream.event(outbound(changeMethod(change), undefined));
    else if (await parts.sessions.subscribed(session, change.uri)) {
      stream.event(outbound(changeMethod(change), { uri: change.uri }));
    }
  } catch (thrown) {
    parts.note('error', { at: 'change' }, thrown);
  }
}

async function resume<C extends Caller>(
  parts: Parts<C>,
  caller: C,
  session: Session,
  position: Position | undefined,
): Promise<HttpReply> {
  if (position === undefined || !(await canReplay(parts, session, position))) {
    throw new PosternError('invalid_request', { message: 'Last-Event-ID names no stream of this session.' });
  }
  return takeOver(parts, caller, session, position.stream, (stream) => replay(parts, session, position, stream));
}
