import { PosternError } from '../core/errors.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import type { HttpRequest } from '../http/exchange.ts';
import { tolerates, versionHeader } from './compat.ts';
import { type ClientFacts, clientLabel, progressTokenOf } from './envelope.ts';
import type { Dialogue } from './legacy-conversation.ts';
import type { Parts } from './parts.ts';
import type { Caller } from './service.ts';
import type { Session } from './session.ts';
import type { RequestFacts } from './types.ts';
import { ASSUMED_VERSION, isLegacyVersion, LEGACY_VERSIONS, MODERN_VERSIONS } from './versions.ts';

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
  if (session !== undefined) facts.client = clientLabel(session.client);
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
