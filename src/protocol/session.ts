import { randomBytes } from 'node:crypto';
import type { Cache } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import type { LogLevel } from '../core/conversation.ts';
import { PosternError } from '../core/errors.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import { sha256 } from '../lib/digest.ts';
import type { Sealer } from '../lib/seal.ts';
import { isLogLevel } from './envelope.ts';
import type { Opening } from './opening.ts';

/** What a legacy client may have said once and counts on. */
export interface SessionMemory {
  /** The least level of log messages it wants; `info` until it says. */
  readonly level: LogLevel;
  setLevel(level: LogLevel): Promise<void>;
  subscribe(uri: string, wanted: boolean): Promise<void>;
}

export interface Session extends Opening {
  /** Equal on every node, different for any two sessions; what everything of the session is kept under. */
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly memory: SessionMemory;
}

export interface SessionParts {
  readonly seal: Sealer;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly ttlMs: number;
  /** Resources one session may subscribe to. */
  readonly subscriptions: number;
}

interface Remembered {
  readonly dead?: true;
  readonly level?: LogLevel;
  readonly uris?: readonly string[];
}

/** Sessions of one caller that may leave something in the cache within a day: the cache is everybody's. */
const REMEMBERED_PER_DAY = 1_000;
const DAY_MS = 24 * 60 * 60 * 1000;
/** A session id travels in a header with every request. */
const CAPABILITIES_MAX = 2_048;

/**
 * Sessions of the legacy era. The id *is* the session: a sealed record that any node opens, today and after a
 * restart. Only what changes while it lasts is kept in the cache, and only if it changes.
 */
export class Sessions {
  readonly #parts: SessionParts;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  /** @returns the id, visible ASCII (MCP 2025-11-25, basic/transports#session-management). */
  mint(callerKey: string, opening: Opening): string {
    const { seal, clock, ttlMs } = this.#parts;
    const record = {
      r: randomBytes(16).toString('base64url'),
      e: clock.now() + ttlMs,
      k: sha256(callerKey),
      v: opening.version,
      c: slim(opening.capabilities),
      n: opening.client.name,
      w: opening.client.version,
    };
    return seal.seal(JSON.stringify(record), contextOf(callerKey));
  }

  /** @returns nothing for an id that is unknown, somebody else's, expired or ended: from outside they look alike. */
  async open(callerKey: string, id: string): Promise<Session | undefined> {
    const text = this.#parts.seal.open(id, contextOf(callerKey));
    const record: unknown = text === undefined ? undefined : JSON.parse(text);
    if (!isObject(record)) return undefined;
    const { r: random, e: expiresAt, k: owner, v: version, c: capabilities, n: name, w } = record;
    if (owner !== sha256(callerKey) || typeof expiresAt !== 'number' || expiresAt <= this.#parts.clock.now()) {
      return undefined;
    }
    const key = `mcp:session:${String(owner)}:${String(random)}`;
    const remembered = parse(await this.#parts.cache.get(key));
    if (remembered.dead === true) return undefined;
    return {
      key,
      expiresAt,
      version: String(version),
      capabilities: isObject(capabilities) ? (capabilities as JsonObject) : {},
      client: { name: String(name), version: String(w) },
      memory: this.#memory(callerKey, key, expiresAt, remembered.level ?? 'info'),
    };
  }

  /** Ends a session for good: the id is refused until it would have expired anyway. */
  async end(callerKey: string, session: Session): Promise<void> {
    await this.#change(callerKey, session.key, session.expiresAt, () => ({ dead: true }));
  }

  /** Whether the session subscribed to a resource. Read when it changes, not when a stream opens. */
  async subscribed(session: Session, uri: string): Promise<boolean> {
    return parse(await this.#parts.cache.get(session.key)).uris?.includes(uri) === true;
  }

  #memory(callerKey: string, key: string, expiresAt: number, level: LogLevel): SessionMemory {
    const change = (next: (was: Remembered) => Remembered) => this.#change(callerKey, key, expiresAt, next);
    return {
      level,
      setLevel: (wanted) => change((was) => ({ ...was, level: wanted })),
      subscribe: (uri, wanted) => change((was) => ({ ...was, uris: this.#uris(was.uris ?? [], uri, wanted) })),
    };
  }

  #uris(before: readonly string[], uri: string, wanted: boolean): readonly string[] {
    const others = before.filter((other) => other !== uri);
    if (!wanted) return others;
    if (others.length >= this.#parts.subscriptions) {
      throw new PosternError('invalid_params', { message: 'This session has too many subscriptions.' });
    }
    return [...others, uri];
  }

  async #change(
    callerKey: string,
    key: string,
    expiresAt: number,
    next: (was: Remembered) => Remembered,
  ): Promise<void> {
    const { cache, clock } = this.#parts;
    for (let attempt = 0; attempt < 8; attempt++) {
      const before = await cache.get(key);
      const was = parse(before);
      if (was.dead === true) return;
      const text = JSON.stringify(next(was));
      const left = Math.max(1, expiresAt - clock.now());
      if (before === undefined) await this.#countNew(callerKey);
      const done =
        before === undefined
          ? await cache.setIfAbsent(key, text, left)
          : await cache.compareAndSet(key, before, text, left);
      if (done) return;
    }
    throw new PosternError('unavailable');
  }

  async #countNew(callerKey: string): Promise<void> {
    const { cache, clock } = this.#parts;
    const { value, endsAt } = await cache.increment(`mcp:sessions:${sha256(callerKey)}`, 1, DAY_MS);
    if (value > REMEMBERED_PER_DAY) {
      throw new PosternError('rate_limited', {
        message: 'This caller opens too many sessions.',
        retryAfterSeconds: Math.max(1, Math.ceil((endsAt - clock.now()) / 1000)),
      });
    }
  }
}

function contextOf(callerKey: string): string {
  return JSON.stringify(['mcp-session', callerKey]);
}

function parse(text: string | undefined): Remembered {
  const value: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!isObject(value)) return {};
  return {
    ...(value['dead'] === true ? { dead: true } : {}),
    ...(isLogLevel(value['level']) ? { level: value['level'] } : {}),
    ...(Array.isArray(value['uris']) ? { uris: value['uris'] } : {}),
  };
}

/** Capabilities that are too long for a header are cut to those the engine asks by. */
function slim(capabilities: JsonObject): JsonObject {
  if (JSON.stringify(capabilities).length <= CAPABILITIES_MAX) return capabilities;
  const { elicitation, sampling, roots } = capabilities;
  return {
    ...(isObject(elicitation) ? { elicitation: elicitationModes(elicitation) } : {}),
    ...(isObject(sampling) ? { sampling: {} } : {}),
    ...(isObject(roots) ? { roots: {} } : {}),
  };
}

function elicitationModes(elicitation: Record<string, unknown>): JsonObject {
  return {
    ...(isObject(elicitation['form']) ? { form: {} } : {}),
    ...(isObject(elicitation['url']) ? { url: {} } : {}),
  };
}
