import { randomBytes } from 'node:crypto';
import { PosternError } from '../core/errors.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import { sha256 } from '../lib/digest.ts';
import { failure } from './answer.ts';
import { Cleanup } from './cleanup.ts';
import { Connection } from './connection.ts';
import { parseJson } from './json-rpc.ts';
import { requireJson } from './media-type.ts';
import type { Parts } from './parts.ts';
import type { Caller } from './service.ts';
import { streamHeaders } from './stream.ts';
import type { RequestFacts } from './types.ts';

/** How long an open stream is known to the other nodes. Streams do not live longer. */
const KNOWN_MS = 24 * 60 * 60 * 1000;

/**
 * The HTTP+SSE transport of 2024-11-05: one stream carries every message to the client, which POSTs its own to an
 * address the stream names first. A message that reaches another node is handed to the one that holds the stream.
 */
export async function serveSse<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  facts: RequestFacts,
): Promise<HttpReply> {
  if (request.method !== 'GET') throw new PosternError('method_not_allowed', { headers: { allow: 'GET' } });
  facts.era = 'legacy';
  facts.version = '2024-11-05';
  const id = randomBytes(16).toString('base64url');
  const key = keyOf(caller, id);
  const cleanup = new Cleanup(parts.note);
  const stream = parts.streams.open({ caller, kind: 'sse', onEnd: () => cleanup.run() });
  const write = (message: string) => {
    stream.event(message, undefined, 'message');
    return stream.open;
  };
  const connection = new Connection({ parts, caller, modern: false, write });
  cleanup.add(() => connection.close());
  cleanup.add(parts.clock.after(KNOWN_MS, () => stream.end()));
  try {
    cleanup.add(await parts.cache.subscribe(key, (message) => void connection.take(JSON.parse(message))));
    await parts.cache.set(key, '1', KNOWN_MS);
    cleanup.add(() => parts.cache.delete(key));
  } catch (thrown) {
    stream.end();
    throw thrown;
  }
  stream.event(`${messagesPath(request.path)}?sessionId=${id}`, undefined, 'endpoint');
  return { status: 200, headers: streamHeaders(), body: stream.body };
}

/** A message for an open stream. It is answered there; here it is only taken. */
export async function serveMessages<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  facts: RequestFacts,
): Promise<HttpReply> {
  if (request.method !== 'POST') throw new PosternError('method_not_allowed', { headers: { allow: 'POST' } });
  facts.era = 'legacy';
  facts.version = '2024-11-05';
  requireJson(request);
  try {
    const bytes = await request.read(parts.limits.maxBodyBytes);
    await caller.stands?.();
    const value = parseJson(bytes, parts.limits.maxDepth);
    const id = new URLSearchParams(request.query).get('sessionId') ?? '';
    const key = keyOf(caller, id);
    if ((await parts.cache.get(key)) === undefined) throw new PosternError('unknown_session');
    await parts.cache.publish(key, JSON.stringify(value));
    return { status: 202, headers: {}, body: null };
  } catch (thrown) {
    return failure(null, thrown, 'legacy', facts, parts.note);
  }
}

/** A stream is found only by its own caller: somebody else's id names another key. */
function keyOf(caller: Caller, id: string): string {
  return `mcp:sse:${sha256(caller.key)}:${sha256(id)}`;
}

/** `messages` in the place of the last segment. */
function messagesPath(path: string): string {
  return `${path.slice(0, path.lastIndexOf('/') + 1)}messages`;
}
