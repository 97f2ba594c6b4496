import { type Signal, whenAborted } from '../../core/abort.ts';
import type { Clock } from '../../core/clock.ts';
import { type Conversation, Suspended } from '../../core/conversation.ts';
import { PosternError } from '../../core/errors.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import { type Principal, principalKey } from '../../core/principal.ts';
import { isDeeperThan } from '../../lib/schema-depth.ts';
import type { CallerTokens } from '../credentials/caller-tokens.ts';
import { NoToken, orNoToken } from '../credentials/no-token.ts';
import type { Normalise } from '../normalise.ts';
import { answersFor, MOST_ROUNDS } from './asking.ts';
import type { Connection } from './connection.ts';
import { asFailure } from './failure.ts';
import type { Leg, Legs } from './legs.ts';
import type { LegRequest, Link } from './link.ts';
import { ConnectionRefused } from './reason.ts';
import type { Lease } from './sessions.ts';

/** An MCP server as requests are sent to it. */
export interface McpTarget {
  /** Its name in the config. */
  readonly name: string;
  readonly clock: Clock;
  readonly connection: Connection;
  readonly legs: Legs;
  /** Milliseconds for one request; what the caller takes to answer a question does not count. */
  readonly timeoutMs: number;
  /** What nobody may see of the credential. */
  readonly secrets: readonly string[];
  /** Where the token of each call comes from, where it depends on who calls. */
  readonly tokens?: CallerTokens;
  /** What an HTTP status means, where no message of MCP came with it. */
  readonly normalise: Normalise;
}

export interface Circumstances {
  readonly principal: Principal;
  readonly requestId: string;
  readonly conversation: Pick<Conversation, 'signal' | 'capabilities' | 'progress' | 'ask'>;
}

/** What came back; `failure` is in its place when nothing good did. */
export interface Asked {
  readonly result?: JsonObject;
  readonly failure?: PosternError;
  /** Milliseconds spent waiting for the upstream. */
  readonly ms: number;
  /** The last HTTP status, where there was one. */
  readonly status: number | null;
  /** What nobody may see of the credential that was sent. */
  readonly secrets: readonly string[];
  /** There was no credential to send it with. That says nothing of the server. */
  readonly withoutCredential?: true;
}

export type McpRequest = Pick<LegRequest, 'method' | 'params' | 'inputSchema'>;

/**
 * Sends one request to an MCP server in the name of a caller: with its deadline, its way to cancel, its progress, and
 * its answers to what the server asks on the way.
 *
 * @throws Suspended where the caller's answer can only come with another request. Every failure is returned.
 */
export async function askUpstream(target: McpTarget, request: McpRequest, by: Circumstances): Promise<Asked> {
  const watch = new Stopwatch(target.clock, target.timeoutMs);
  const { conversation } = by;
  const leg = target.legs.begin({
    principal: by.principal,
    requestId: by.requestId,
    interrupt: (error) => watch.stop(error),
    ask: async (questions) => {
      watch.pause();
      try {
        return await conversation.ask(questions);
      } catch (thrown) {
        if (thrown instanceof Suspended) watch.stop(thrown);
        throw thrown;
      } finally {
        watch.resume();
      }
    },
  });
  const stopListening = whenAborted(conversation.signal, () => watch.stop(cancelled(conversation.signal)));
  const facts = () => ({
    ms: watch.ms,
    status: leg.answer?.status ?? null,
    secrets: leg.tokens.length === 0 ? target.secrets : [...leg.tokens, ...target.secrets],
  });
  try {
    const { tokens } = target;
    if (tokens !== undefined) leg.tokens.push(await orNoToken(() => tokens.tokenFor(by.principal)));
    const result = await rounds(target, request, by, leg, watch.signal);
    if (isDeeperThan(result, DEEPEST)) throw tooDeep();
    return { result, ...facts() };
  } catch (thrown) {
    const hasNone = thrown instanceof NoToken;
    const reason = watch.signal.aborted ? watch.signal.reason : hasNone ? thrown.cause : thrown;
    if (reason instanceof Suspended) throw reason;
    const { secrets } = facts();
    const parts = { ...target, secrets, upstream: target.name, method: request.method, now: target.clock.now() };
    const failure = await asFailure(reason, leg, parts);
    return { failure, ...facts(), ...(hasNone ? { withoutCredential: true as const } : {}) };
  } finally {
    watch.end();
    stopListening();
    target.legs.end(leg);
  }
}

/** What is nested deeper would overflow the stack of whoever writes it out again. */
const DEEPEST = 100;

function tooDeep(): PosternError {
  return new PosternError('upstream_error', {
    message: `The MCP server behind this tool answered with JSON nested deeper than ${DEEPEST} levels.`,
    retryable: false,
  });
}

function cancelled(signal: Signal): PosternError {
  return signal.reason instanceof PosternError
    ? signal.reason
    : new PosternError('cancelled', { cause: signal.reason });
}

/** A modern server may want to know something first: its questions come as a result (MCP, basic/patterns/mrtr). */
async function rounds(
  target: McpTarget,
  request: McpRequest,
  { conversation }: Circumstances,
  leg: Leg,
  signal: AbortSignal,
): Promise<JsonObject> {
  const base = {
    leg,
    signal,
    capabilities: passedOn(conversation.capabilities),
    onProgress: ({ progress, total, message }: { progress: number; total?: number; message?: string }) =>
      conversation.progress(progress, total, message),
  };
  let { params } = request;
  for (let round = 0; round <= MOST_ROUNDS; round++) {
    const result = await sendOnce(target, { ...request, ...base, params });
    if (result['resultType'] !== 'input_required') return result;
    const asked = result['inputRequests'];
    const inputResponses = await answersFor(leg, isObject(asked) ? (asked as JsonObject) : {});
    const { requestState } = result;
    params = { ...request.params, inputResponses, ...(requestState === undefined ? {} : { requestState }) };
  }
  throw new PosternError('upstream_error', {
    message: 'The MCP server behind this tool does not stop asking.',
    retryable: false,
  });
}

/**
 * Sent again is what has done nothing, once: over a new session where the server has forgotten its own (MCP 2025-11-25,
 * basic/transports#session-management), with another token where it has refused the caller's (RFC 9110 §15.5.2).
 */
async function sendOnce(target: McpTarget, request: LegRequest): Promise<JsonObject> {
  const { connection } = target;
  const { leg, signal } = request;
  const owner = target.tokens === undefined ? leg.principal.tenant : principalKey(leg.principal);
  let used: Link | undefined;
  const attempt = async (): Promise<JsonObject> => {
    const { link, release } = await leased(connection, owner, leg);
    used = link;
    try {
      return await link.request(request);
    } finally {
      release();
    }
  };
  try {
    return await attempt();
  } catch (thrown) {
    const isLost = leg.answer?.status === 404 && used?.session === true;
    if (signal.aborted || !(isLost || (await renewed(target, leg, thrown)))) throw thrown;
    if (used?.session === true) await connection.forget(owner, used).catch(() => undefined);
  }
  return attempt();
}

/** Whether there is another token in the place of one that the server has refused. */
async function renewed({ tokens }: McpTarget, leg: Leg, thrown: unknown): Promise<boolean> {
  const refused = leg.tokens.at(-1);
  const status = thrown instanceof ConnectionRefused ? thrown.answer.status : leg.answer?.status;
  if (status !== 401 || tokens?.renew === undefined || refused === undefined) return false;
  const other = await orNoToken(() => tokens.renew?.(leg.principal, refused));
  if (other === undefined || other === refused) return false;
  leg.tokens.push(other);
  return true;
}

async function leased(connection: Connection, owner: string, { tokens }: Leg): Promise<Lease> {
  if (connection.link === undefined) throw notConnected(connection);
  return connection.lease(owner, tokens.at(-1));
}

function notConnected({ retryAfterSeconds, problem }: Connection): PosternError {
  return new PosternError('upstream_unavailable', { retryAfterSeconds, cause: new Error(problem ?? 'not connected') });
}

/** Of what a client can do, what is passed on: forms, URLs, sampling. */
function passedOn(capabilities: JsonObject): JsonObject {
  const passed = Object.entries(capabilities).filter(([name]) => name === 'elicitation' || name === 'sampling');
  return Object.fromEntries(passed);
}

/** The time of one request, without that in which somebody else is waited for. */
class Stopwatch {
  readonly #clock: Clock;
  readonly #controller = new AbortController();
  #left: number;
  #begun: number;
  #paused = 0;
  #spent = 0;
  #stopTimer: () => void = () => undefined;

  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#left = limitMs;
    this.#begun = clock.monotonic();
    this.#arm();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get ms(): number {
    return this.#spent + (this.#paused > 0 ? 0 : this.#clock.monotonic() - this.#begun);
  }

  stop(reason: unknown): void {
    if (!this.#controller.signal.aborted) this.#controller.abort(reason);
  }

  pause(): void {
    this.#paused += 1;
    if (this.#paused > 1) return;
    this.#stopTimer();
    const elapsed = this.#clock.monotonic() - this.#begun;
    this.#spent += elapsed;
    this.#left -= elapsed;
  }

  resume(): void {
    this.#paused -= 1;
    if (this.#paused > 0) return;
    this.#begun = this.#clock.monotonic();
    this.#arm();
  }

  end(): void {
    this.#stopTimer();
  }

  #arm(): void {
    this.#stopTimer = this.#clock.after(Math.max(0, this.#left), () => this.stop(new PosternError('timeout')));
  }
}
