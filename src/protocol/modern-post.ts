import { PosternError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import { answer } from './answer.ts';
import { acceptsOnlyStream, acceptsStream, tolerates } from './compat.ts';
import { checkHeaders, clientLabel, readEnvelope } from './envelope.ts';
import { HttpOutlet } from './http-outlet.ts';
import type { InboundRequest } from './json-rpc.ts';
import { type ModernConversation, modernConversation } from './modern-conversation.ts';
import { checkParamHeaders } from './param-headers.ts';
import { optionalObject } from './params.ts';
import type { Parts } from './parts.ts';
import { plainChannel } from './replay.ts';
import type { Caller } from './service.ts';
import { streamHeaders } from './stream.ts';
import { canListen, Subscription } from './subscription.ts';
import type { RequestFacts } from './types.ts';

/** One request of the modern era, from its headers to its reply. It needs nothing but itself. */
export function serveModern<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  inbound: InboundRequest,
  facts: RequestFacts,
): Promise<HttpReply> | HttpReply {
  facts.era = 'modern';
  const { id, method, params } = inbound;
  checkHeaders(request, inbound, facts, parts.note);
  const client = readEnvelope(params);
  facts.version = client.version;
  facts.client = clientLabel(client.client);
  if (method === 'subscriptions/listen') return listen(parts, caller, inbound);
  if (method === 'tools/call') checkMirrors(parts, request, caller, params);
  const { promise, resolve, reject } = Promise.withResolvers<HttpReply>();
  const openStream = streams(parts, request, caller, facts, () => conversation);
  const { deadlines } = parts;
  const outlet = new HttpOutlet({ deadlines, onlyStream: acceptsOnlyStream(request), openStream }, resolve);
  const conversation = modernConversation(parts.states, caller, inbound, client, outlet, request);
  const { service, writer } = parts;
  const asked = { service, caller, era: 'modern', id, method, params, writer, conversation, reply: outlet } as const;
  void answer(parts.modern, asked, outlet, reject, facts, parts.note);
  return promise;
}

function checkMirrors<C extends Caller>(parts: Parts<C>, request: HttpRequest, caller: C, params: JsonObject): void {
  const { name } = params;
  if (typeof name !== 'string') return;
  const { headers } = parts.service.toolFacts(caller, name);
  if (headers.size > 0) checkParamHeaders(request, headers, optionalObject(params, 'arguments'));
}

/** How this request's answer becomes a stream, where the client takes one. Its end is the end of the request. */
function streams<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  facts: RequestFacts,
  conversation: () => ModernConversation,
) {
  if (!acceptsStream(request)) {
    tolerates('accept-without-stream', { request }, facts, parts.note);
    return undefined;
  }
  return () => {
    const stream = parts.streams.tryOpen({
      caller,
      kind: 'call',
      onEnd: (how) => {
        if (how !== 'ended') conversation().abort(new PosternError('cancelled'));
      },
    });
    return stream === undefined ? undefined : { stream, channel: plainChannel(stream) };
  };
}

/** Opens the stream of a subscription. It ends with the client, the credential or the server. */
function listen<C extends Caller>(parts: Parts<C>, caller: C, { id, params }: InboundRequest): HttpReply {
  const features = parts.service.features(caller);
  if (!canListen(features)) throw new PosternError('method_not_found');
  const subscription = new Subscription(id, params, features, parts.limits.subscriptions);
  let stop = () => {};
  const stream = parts.streams.open({
    caller,
    kind: 'listen',
    onEnd: () => stop(),
    onClosing: (closing) => closing.conclude(subscription.completion(parts.writer)),
  });
  stream.event(subscription.acknowledgement());
  if (subscription.empty) {
    stream.conclude(subscription.completion(parts.writer));
  } else {
    stop = parts.changes.listen(caller, (change) => {
      const message = subscription.message(change);
      if (message !== undefined) stream.event(message);
    });
  }
  return { status: 200, headers: streamHeaders(), body: stream.body };
}
