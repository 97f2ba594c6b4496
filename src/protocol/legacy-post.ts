import { PosternError } from '../core/errors.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import { answer, failure } from './answer.ts';
import { acceptsOnlyStream, acceptsStream, tolerates, versionHeader } from './compat.ts';
import { type ClientFacts, progressTokenOf } from './envelope.ts';
import { HttpOutlet } from './http-outlet.ts';
import type { InboundNotification, InboundRequest, InboundResponse } from './json-rpc.ts';
import { type Dialogue, LegacyConversation } from './legacy-conversation.ts';
import { initializeResult, type Opening, openingOf } from './opening.ts';
import type { Parts } from './parts.ts';
import { type Channel, plainChannel, ReplayChannel } from './replay.ts';
import { legacyWriter } from './reply.ts';
import type { Caller } from './service.ts';
import type { Session } from './session.ts';
import type { RequestFacts } from './types.ts';
import { ASSUMED_VERSION, allowsPolling, isLegacyVersion, LEGACY_VERSIONS, MODERN_VERSIONS } from './versions.ts';

export const SESSION_HEADER = 'mcp-session-id';

/** Within what a legacy message is read: a session, or at least a version. */
export interface Footing {
  readonly version: string;
  readonly session: Session | undefined;
}

/**
 * Settles session and version of a legacy message.
 * @throws PosternError `unknown_session`, `unsupported_version`.
 */
export async function footingOf<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  facts: RequestFacts,
): Promise<Footing> {
  facts.era = 'legacy';
  const session = await sessionOf(parts, request, caller, facts);
  const seen = { request, sessionVersion: session?.version };
  const header = versionHeader(seen, facts, parts.note);
  tolerates('method-header-on-legacy', seen, facts, parts.note);
  let version = session?.version;
  if (header === undefined) {
    tolerates('version-header-missing', seen, facts, parts.note);
    version ??= ASSUMED_VERSION;
  } else if (isLegacyVersion(header)) {
    version ??= header;
  } else if (version === undefined || !tolerates('version-header-unknown', seen, facts, parts.note)) {
    const supported = [...MODERN_VERSIONS, ...LEGACY_VERSIONS];
    throw new PosternError('unsupported_version', { data: { supported, requested: header } });
  }
  facts.version = version;
  if (session !== undefined) facts.client = `${session.client.name}/${session.client.version}`;
  return { version, session };
}

/** @throws PosternError `unknown_session`. */
export async function sessionOf<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  facts: RequestFacts,
): Promise<Session | undefined> {
  const id = request.header(SESSION_HEADER);
  if (id === undefined) return undefined;
  const session = await parts.sessions.open(caller.key, id);
  if (session !== undefined) return session;
  const seen = { request, sessions: parts.service.interactive(caller) };
  if (tolerates('stale-session-ignored', seen, facts, parts.note)) return undefined;
  throw new PosternError('unknown_session');
}

/** `initialize`: the version is negotiated, never refused, and a session opened only where a tool needs one. */
export function serveInitialize<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  { id, method, params }: InboundRequest,
  facts: RequestFacts,
): HttpReply {
  facts.era = 'legacy';
  tolerates('initialize-with-modern-header', { request, method }, facts, parts.note);
  const opening = openingOf(params);
  noteOpening(facts, opening);
  try {
    const live = parts.service.interactive(caller);
    const result = initializeResult(parts.service, caller, opening.version, live);
    const headers: { [name: string]: string } = { 'content-type': 'application/json' };
    if (live) headers[SESSION_HEADER] = parts.sessions.mint(caller.key, opening);
    return { status: 200, headers, body: legacyWriter.result(id, result) };
  } catch (thrown) {
    return failure(id, thrown, 'legacy', facts, parts.note);
  }
}

export function noteOpening(facts: RequestFacts, { version, client }: Opening): void {
  facts.version = version;
  if (client.name !== '') facts.client = `${client.name}/${client.version}`;
}

/** A notification or a response: it is taken, and what it is about hears of it. */
export async function takeMessage<C extends Caller>(
  parts: Parts<C>,
  { session }: Footing,
  inbound: InboundNotification | InboundResponse,
): Promise<void> {
  // Without a session an id names a request of any client of this caller: nothing is cancelled on its word.
  if (session === undefined) return;
  if (inbound.kind === 'response') {
    await parts.mail.send(session.key, { kind: 'answer', id: inbound.id, result: inbound.result });
  } else if (inbound.method === 'notifications/cancelled') {
    const id = inbound.params['requestId'];
    if (typeof id === 'string' || typeof id === 'number') await parts.mail.send(session.key, { kind: 'cancel', id });
  }
}

/** One request of the legacy era, from its session to its reply. */
export async function serveLegacy<C extends Caller>(
  parts: Parts<C>,
  request: HttpRequest,
  caller: C,
  inbound: InboundRequest,
  footing: Footing,
  facts: RequestFacts,
): Promise<HttpReply> {
  const { id, method, params } = inbound;
  const { session } = footing;
  const seen = { request, method };
  const streams = acceptsStream(request);
  if (!streams) tolerates('accept-without-stream', seen, facts, parts.note);
  let settle: (reply: HttpReply) => void = () => {};
  let refuse: (error: PosternError) => void = () => {};
  const replied = new Promise<HttpReply>((resolve, reject) => {
    settle = resolve;
    refuse = reject;
  });
  const opener = new LegacyStreams(parts, caller, footing, () => conversation.abort(new PosternError('cancelled')));
  const outlet = new HttpOutlet(
    {
      deadlines: parts.deadlines,
      onlyStream: acceptsOnlyStream(request),
      openStream: streams ? () => opener.open() : undefined,
    },
    settle,
  );
  // A stream that can be resumed outlives its connection; anything else ends with it.
  const gone = session !== undefined && streams ? undefined : request;
  const conversation = new LegacyConversation(
    clientFacts(footing, params),
    outlet,
    gone,
    id,
    dialogueOf(parts, session),
  );
  if (session !== undefined && streams && allowsPolling(footing.version)) {
    conversation.closeStream = () => {
      outlet.upgrade();
      opener.detach();
    };
  }
  const { service } = parts;
  const admitted = () => outlet.admit();
  const asked = {
    service,
    caller,
    era: 'legacy',
    id,
    method,
    params,
    writer: legacyWriter,
    conversation,
    admitted,
  } as const;
  const stop =
    session === undefined ? undefined : await parts.mail.listen(session.key, (letter) => conversation.receive(letter));
  void answer(parts.legacy, asked, outlet, refuse, facts, parts.note).finally(() => stop?.());
  return replied;
}

/** What a session knows of its client, and this request of itself. */
export function clientFacts({ version, session }: Footing, params: JsonObject): ClientFacts {
  const meta = params['_meta'];
  return {
    version,
    capabilities: session?.capabilities ?? {},
    client: session?.client ?? { name: '', version: '' },
    progressToken: isObject(meta) ? progressTokenOf(meta) : undefined,
    logLevel: session?.memory.level,
  };
}

export function dialogueOf<C extends Caller>(parts: Parts<C>, session: Session | undefined): Dialogue | undefined {
  if (session === undefined) return undefined;
  return { clock: parts.clock, askTimeoutMs: parts.limits.askTimeoutMs, memory: session.memory };
}

/** Opens the stream of one legacy request: one that can be resumed where there is a session to find it by. */
class LegacyStreams<C extends Caller> {
  readonly #parts: Parts<C>;
  readonly #caller: C;
  readonly #footing: Footing;
  readonly #lost: () => void;
  #replay: ReplayChannel | undefined;

  constructor(parts: Parts<C>, caller: C, footing: Footing, lost: () => void) {
    this.#parts = parts;
    this.#caller = caller;
    this.#footing = footing;
    this.#lost = lost;
  }

  open() {
    const { version, session } = this.#footing;
    const stream = this.#parts.streams.tryOpen({
      caller: this.#caller,
      kind: 'call',
      onEnd: (how) => {
        if (how !== 'ended' && session === undefined) this.#lost();
      },
    });
    if (stream === undefined) return undefined;
    if (session !== undefined) {
      this.#replay = new ReplayChannel(this.#parts, session, stream, allowsPolling(version));
    }
    const channel: Channel = this.#replay ?? plainChannel(stream);
    return { stream, channel };
  }

  detach(): void {
    this.#replay?.detach();
  }
}
