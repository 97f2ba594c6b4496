import type { HttpRequest } from '../http/exchange.ts';
import type { Note } from './service.ts';
import type { RequestFacts } from './types.ts';
import { isLegacyVersion, isModernVersion } from './versions.ts';

/** What a rule decides by. */
export interface Seen {
  readonly request: HttpRequest;
  readonly method?: string;
  /** The version in the body's `_meta`, where there is one. */
  readonly metaVersion?: string;
  /** The version the session was opened with, where there is a session. */
  readonly sessionVersion?: string;
  /** Whether this caller can have a session at all. */
  readonly sessions?: boolean;
}

interface Rule {
  readonly name: string;
  /** The public report, or the client that was seen doing it. */
  readonly source: string;
  readonly applies: (seen: Seen) => boolean;
}

/**
 * Everything the engine lets pass though a revision of MCP says otherwise: one row a deviation, each with who does
 * it. A rule that applied is counted and logged, so that it can be dropped when nobody needs it any more.
 */
export const COMPAT_RULES = [
  {
    // Answered with JSON, and never with a stream.
    name: 'accept-without-stream',
    source: 'claude-code#36257, claude-code#42470',
    applies: ({ request }) => !acceptsStream(request),
  },
  {
    // Taken for the version of the session, else for 2025-03-26.
    name: 'version-header-missing',
    source: 'Gemini CLI 0.61 sends none',
    applies: ({ request, method }) => method !== 'initialize' && request.header(VERSION_HEADER) === undefined,
  },
  {
    // Proxies copy headers: `2025-11-25, 2025-11-25` is one version.
    name: 'version-header-repeated',
    source: 'openwork#3944',
    applies: ({ request }) => {
      const parts = (request.header(VERSION_HEADER) ?? '').split(',').map((part) => part.trim());
      return parts.length > 1 && parts.every((part) => part === parts[0]);
    },
  },
  {
    // The session says what was negotiated; without one the request is refused.
    name: 'version-header-unknown',
    source: 'claude-code#92835, claude-code#9492',
    applies: ({ sessionVersion }) => sessionVersion !== undefined,
  },
  {
    // A proxy of Anthropic's keeps its own, older header on modern requests: the body counts.
    name: 'version-header-disagrees',
    source: 'claude-code#93290',
    applies: ({ request, metaVersion }) =>
      metaVersion !== undefined &&
      isModernVersion(metaVersion) &&
      isLegacyVersion(request.header(VERSION_HEADER) ?? '') &&
      (request.header('user-agent') ?? '').toLowerCase().includes('claude'),
  },
  {
    // An initialize without `_meta` opens the legacy era whatever its header says.
    name: 'initialize-with-modern-header',
    source: 'typescript-sdk 2.4.0 refuses it; clients that negotiate down send it',
    applies: ({ request, method }) => method === 'initialize' && isModernVersion(request.header(VERSION_HEADER) ?? ''),
  },
  {
    // The era is settled by `_meta` and the version header, so the others change nothing.
    name: 'method-header-on-legacy',
    source: 'mcp-remote#306',
    applies: ({ request }) => request.header('mcp-method') !== undefined,
  },
  {
    // Sessions of an earlier deployment: clients do not open a new one on 404.
    name: 'stale-session-ignored',
    source: 'typescript-sdk#1371, python-sdk#3556, rust-sdk#733',
    applies: ({ sessions }) => sessions === false,
  },
  {
    // Answered 405, which every client takes for "no such stream".
    name: 'probe',
    source: 'Codex, mcp-remote (GET) and Gemini CLI (HEAD) look before they POST',
    applies: ({ request }) => request.method === 'HEAD' || request.method === 'GET',
  },
] as const satisfies readonly Rule[];

export type CompatRule = (typeof COMPAT_RULES)[number]['name'];

export const VERSION_HEADER = 'mcp-protocol-version';

const BY_NAME: ReadonlyMap<string, Rule> = new Map(COMPAT_RULES.map((rule) => [rule.name, rule]));

/** @returns whether the rule lets the request pass; if so it is counted. */
export function tolerates(name: CompatRule, seen: Seen, facts: RequestFacts, note: Note): boolean {
  if (BY_NAME.get(name)?.applies(seen) !== true) return false;
  facts.compat ??= [];
  if (!facts.compat.includes(name)) facts.compat.push(name);
  note('compat', { rule: name });
  return true;
}

/** Whether the client takes an event stream. Wildcards do not say so: what sends them reads JSON. */
export function acceptsStream(request: HttpRequest): boolean {
  const accept = request.header('accept');
  return accept !== undefined && hasStream(accept);
}

/** Media types have no case (RFC 9110 §8.3.1), though nobody writes this one in capitals. */
function hasStream(accept: string): boolean {
  return accept.includes('text/event-stream') || accept.toLowerCase().includes('text/event-stream');
}

/** Whether the client takes nothing but an event stream. */
export function acceptsOnlyStream(request: HttpRequest): boolean {
  const accept = request.header('accept');
  if (accept === undefined || !hasStream(accept)) return false;
  return !accept.includes('json') && !accept.includes('*/*') && !accept.includes('application/*');
}

/** The version a request's header names, with the tolerance above. */
export function versionHeader(seen: Seen, facts: RequestFacts, note: Note): string | undefined {
  const header = seen.request.header(VERSION_HEADER);
  if (header === undefined || !header.includes(',')) return header?.trim();
  const [first = ''] = header.split(',');
  return tolerates('version-header-repeated', seen, facts, note) ? first.trim() : header;
}
