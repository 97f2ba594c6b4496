import { randomBytes } from 'node:crypto';
import type { Cache } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import type { Answers } from '../core/conversation.ts';
import { PosternError } from '../core/errors.ts';
import { isObject, type JsonObject } from '../core/json.ts';
import { sha256 } from '../lib/digest.ts';
import type { Sealer } from '../lib/seal.ts';
import type { Caller } from './service.ts';

/** What a state is bound to: the caller, and the request it came out of. */
export interface StateBinding {
  readonly caller: Pick<Caller, 'key'>;
  readonly method: string;
  /** The tool, the prompt or the URI. */
  readonly name: string;
  readonly args: JsonObject;
}

export interface RequestState {
  /** Names this state and no other; what one-time use is kept by. */
  readonly nonce: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  /** The answers of earlier rounds. */
  readonly answers: Answers;
}

export interface StateParts {
  readonly seal: Sealer;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly ttlMs: number;
}

/** The sealed `requestState` of a request that waits for answers (MCP 2026-07-28, basic/patterns/mrtr). */
export function sealState(parts: StateParts, binding: StateBinding, answers: Answers): string {
  const state = {
    n: randomBytes(16).toString('base64url'),
    e: parts.clock.now() + parts.ttlMs,
    k: callerDigest(binding),
    d: digestOf(binding.args),
    a: answers,
  };
  return parts.seal.seal(JSON.stringify(state), contextOf(binding));
}

/**
 * Opens a state the client brought back. All ways of it being wrong look alike from outside.
 * @throws PosternError `invalid_params`.
 */
export function openState(parts: StateParts, binding: StateBinding, sealed: unknown): RequestState {
  const text = typeof sealed === 'string' ? parts.seal.open(sealed, contextOf(binding)) : undefined;
  const state: unknown = text === undefined ? undefined : JSON.parse(text);
  if (!isObject(state)) throw unfit();
  const { n: nonce, e: expiresAt, k: caller, d: digest, a: answers } = state;
  if (typeof nonce !== 'string' || typeof expiresAt !== 'number' || !isObject(answers)) throw unfit();
  if (caller !== callerDigest(binding) || digest !== digestOf(binding.args) || expiresAt <= parts.clock.now()) {
    throw unfit();
  }
  return { nonce, expiresAt, answers: answers as Answers };
}

/** States one caller may use up while one of them lives: each is remembered as long, and the cache is everybody's. */
const CLAIMS_MAX = 10_000;

/**
 * Takes a state for this run. Of two runs that bring the same state, at the same time or one after the other, one
 * gets it: what a handler does after asking happens once.
 *
 * @throws PosternError `invalid_params` when it has been taken; `rate_limited` after too many of this caller's.
 */
export async function claimState(parts: StateParts, binding: StateBinding, state: RequestState): Promise<void> {
  const { cache, clock, ttlMs } = parts;
  const { value, endsAt } = await cache.increment(`mcp:states:${callerDigest(binding)}`, 1, ttlMs);
  if (value > CLAIMS_MAX) {
    throw new PosternError('rate_limited', {
      message: 'This caller answers too many questions.',
      retryAfterSeconds: Math.max(1, Math.ceil((endsAt - clock.now()) / 1000)),
    });
  }
  const left = Math.max(1, state.expiresAt - clock.now());
  if (!(await cache.setIfAbsent(claimKey(binding, state), '1', left))) throw unfit();
}

/** Gives a claimed state back: the run ended in another question, so nothing was done with it. */
export async function releaseState(parts: StateParts, binding: StateBinding, state: RequestState): Promise<void> {
  await parts.cache.delete(claimKey(binding, state));
}

function claimKey(binding: StateBinding, state: RequestState): string {
  return `mcp:state:${callerDigest(binding)}:${state.nonce}`;
}

function contextOf({ caller, method, name }: StateBinding): string {
  return JSON.stringify(['mcp-request-state', caller.key, method, name]);
}

function callerDigest({ caller }: StateBinding): string {
  return sha256(caller.key);
}

/** Equal for arguments that are equal as JSON, in whatever order a client writes their keys. */
function digestOf(args: JsonObject): string {
  return sha256(
    JSON.stringify(args, (_key, value: unknown) =>
      isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value,
    ),
  );
}

function unfit(): PosternError {
  return new PosternError('invalid_params', {
    message: 'This requestState is not valid here, has expired or has been used.',
    hint: 'Call again without requestState and inputResponses.',
  });
}
