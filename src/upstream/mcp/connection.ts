import type { McpSubscription, SubscriptionFilter, Transport } from '@modelcontextprotocol/client';
import type { Clock } from '../../core/clock.ts';
import { PosternError } from '../../core/errors.ts';
import { fetchLists } from './fetch-lists.ts';
import type { StreamListener } from './http-fetch.ts';
import type { Legs } from './legs.ts';
import { type Link, loadSdk, openLink, type Sdk } from './link.ts';
import type { ListKind, Lists, Note } from './listed.ts';
import { Questions } from './questions.ts';
import { ConnectionRefused, reasonOf } from './reason.ts';
import { type Lease, Sessions } from './sessions.ts';

export interface ConnectionOptions {
  /** The upstream's name in the config. */
  readonly name: string;
  readonly clock: Clock;
  readonly legs: Legs;
  /** Postern's own version. */
  readonly version: string;
  readonly note: Note;
  /** Whether every message travels on one stream, as over stdio. */
  readonly single: boolean;
  /** Milliseconds for the handshake, and for each page of a list. */
  readonly timeoutMs: number;
  /**
   * A way to the server, new for each attempt.
   * @param stream hears of notifications; without it, none are asked for.
   * @param token the caller's own, with which their session is opened.
   */
  transport(sdk: Sdk, questions: Questions, stream?: StreamListener, token?: string): Transport;
  /** Hears what the server lists: all of it when a connection is there, and what changed afterwards. */
  onLists(lists: Partial<Lists>): void;
}

const ALL: ReadonlySet<ListKind> = new Set(['tools', 'resources', 'prompts']);

const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** Doubles from one second to one minute. */
function waitMs(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.max(0, failures - 1));
}

/** Keeps a connection to one MCP server: opens it again when it is lost, and its lists fresh. */
export class Connection {
  readonly #options: ConnectionOptions;
  #link: Link | undefined;
  #opening: Promise<Link | undefined> | undefined;
  #failures = 0;
  #problem: string | undefined;
  #closed = false;
  #cancelRetry: (() => void) | undefined;
  #nextAttemptAt = 0;
  #stop = new AbortController();
  #stale = new Set<ListKind>();
  #refreshing = false;
  readonly #sessions = new Sessions();

  constructor(options: ConnectionOptions) {
    this.#options = options;
  }

  /** The connection, where there is one now. */
  get link(): Link | undefined {
    return this.#link;
  }

  /** Why there is no connection, in a few words for the operator. */
  get problem(): string | undefined {
    return this.#link === undefined ? this.#problem : undefined;
  }

  /** Whole seconds until the next attempt; nothing while there is a connection. */
  get retryAfterSeconds(): number | undefined {
    if (this.#link !== undefined) return undefined;
    return Math.max(1, Math.ceil((this.#nextAttemptAt - this.#options.clock.monotonic()) / 1000));
  }

  /**
   * The connection for a request: where the server keeps sessions, one of its owner's own, else the one that all share.
   * @param owner a tenant, or a caller where each has a token of their own.
   * @throws PosternError `upstream_unavailable`, or whatever opening one throws.
   */
  async lease(owner: string, token?: string): Promise<Lease> {
    const link = this.#link;
    if (link === undefined) throw new PosternError('upstream_unavailable');
    if (!link.session) return { link, release: () => undefined };
    return this.#sessions.lease(owner, () => this.#connect(true, false, token));
  }

  /** Gives up a session that the server no longer knows. @throws PosternError `upstream_unavailable`. */
  async forget(owner: string, lost: Link): Promise<void> {
    await this.#sessions.lost(owner, lost);
    if (this.#link === lost) await this.renew(lost);
  }

  /** Makes the first attempt, and whatever attempts it takes afterwards. Settles with the first; never rejects. */
  async start(): Promise<void> {
    await this.#open();
  }

  /**
   * Opens a connection in the place of one that the server no longer knows; of several that ask for it, all share one.
   * @throws PosternError `upstream_unavailable`.
   */
  async renew(lost: Link): Promise<Link> {
    if (this.#link === lost) {
      this.#link = undefined;
      void lost.close().catch(() => undefined);
    }
    const link = this.#link ?? (await this.#open());
    if (link === undefined) throw new PosternError('upstream_unavailable');
    return link;
  }

  /** Fetches lists again; several wishes at a time are one. */
  refresh(kinds: Iterable<ListKind> = ALL): void {
    for (const kind of kinds) this.#stale.add(kind);
    if (!this.#refreshing) void this.#refreshAll();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#stop.abort(new PosternError('cancelled'));
    this.#sessions.clear();
    await this.#opening?.catch(() => undefined);
    await this.#link?.close().catch(() => undefined);
    this.#link = undefined;
  }

  #open(): Promise<Link | undefined> {
    this.#opening ??= this.#attempt().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #attempt(): Promise<Link | undefined> {
    if (this.#closed) return undefined;
    this.#cancelRetry?.();
    const { name, note, single } = this.#options;
    try {
      let link: Link;
      try {
        link = await this.#connect(false, true);
      } catch (error) {
        // Servers of old end at the first message they do not expect, and take the question of the era with them.
        if (!single || this.#closed) throw error;
        link = await this.#connect(true, true);
      }
      if (this.#closed) {
        await link.close().catch(() => undefined);
        return undefined;
      }
      this.#link = link;
      this.#failures = 0;
      note('mcp upstream connected', { upstream: name, era: link.era });
      void this.#listen(link);
      return link;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** @param main whether it is the one by which lists are fetched and changes heard. */
  async #connect(legacy: boolean, main: boolean, token?: string): Promise<Link> {
    const { clock, legs, version, single, timeoutMs, onLists } = this.#options;
    const sdk = await loadSdk();
    const questions = new Questions(legs, single);
    let link: Link | undefined;
    const isCurrent = (): boolean => link !== undefined && this.#link === link;
    const listener: StreamListener = {
      onLost: () => {
        if (link !== undefined && isCurrent()) void this.renew(link).catch(() => undefined);
      },
      onReopened: () => isCurrent() && this.refresh(),
    };
    const transport = this.#options.transport(sdk, questions, main ? listener : undefined, token);
    const attempt = new AbortController();
    const stop = (): void => attempt.abort(this.#stop.signal.reason);
    this.#stop.signal.addEventListener('abort', stop, { once: true });
    const stopTimer = clock.after(timeoutMs, () => attempt.abort(new PosternError('timeout')));
    const aborted = new Promise<never>((_, reject) => {
      attempt.signal.addEventListener('abort', () => reject(attempt.signal.reason), { once: true });
    });
    aborted.catch(() => undefined);
    const signal = attempt.signal;
    const onChanged = (kind: ListKind): void => {
      if (main) this.refresh([kind]);
    };
    const onClosed = (): void => this.#lost(link);
    try {
      if (this.#stop.signal.aborted) throw this.#stop.signal.reason;
      const options = { sdk, transport, version, questions, legacy, timeoutMs, signal, onChanged, onClosed };
      link = await Promise.race([openLink(options), aborted]);
      if (main) onLists(await Promise.race([fetchLists(link, ALL, signal, timeoutMs), aborted]));
      return link;
    } catch (error) {
      link = undefined;
      await transport.close().catch(() => undefined);
      throw questions.refusal === undefined ? error : new ConnectionRefused(questions.refusal, error);
    } finally {
      stopTimer();
      this.#stop.signal.removeEventListener('abort', stop);
    }
  }

  #failed(error: unknown): void {
    this.#failures += 1;
    this.#problem = reasonOf(error);
    const { name, note } = this.#options;
    note('mcp upstream unreachable', { upstream: name, reason: this.#problem }, 'warn');
    this.#retry();
  }

  /** The connection is gone, and not because we closed it. */
  #lost(link: Link | undefined): void {
    if (link === undefined || this.#link !== link || this.#closed) return;
    this.#link = undefined;
    this.#failures = 1;
    this.#problem = 'the connection was lost';
    this.#options.note('mcp upstream lost', { upstream: this.#options.name }, 'warn');
    this.#retry();
  }

  #retry(): void {
    if (this.#closed) return;
    const { clock } = this.#options;
    const delay = waitMs(this.#failures);
    this.#nextAttemptAt = clock.monotonic() + delay;
    this.#cancelRetry?.();
    this.#cancelRetry = clock.after(delay, () => void this.#open());
  }

  async #refreshAll(): Promise<void> {
    this.#refreshing = true;
    const { name, clock, note, timeoutMs, onLists } = this.#options;
    let kinds = new Set<ListKind>();
    try {
      while (this.#stale.size > 0 && this.#link !== undefined && !this.#closed) {
        kinds = this.#stale;
        this.#stale = new Set();
        const lists = await fetchLists(this.#link, kinds, this.#stop.signal, timeoutMs);
        if (!this.#closed) onLists(lists);
      }
    } catch (error) {
      if (this.#closed) return;
      note('mcp lists not refreshed', { upstream: name, reason: reasonOf(error) }, 'warn');
      const cancel = clock.after(LONGEST_WAIT_MS, () => this.refresh(kinds));
      this.#stop.signal.addEventListener('abort', cancel, { once: true });
    } finally {
      this.#refreshing = false;
    }
  }

  /** Hears of changes over `subscriptions/listen` (MCP 2026-07-28), and asks anew when it could not hear for a while. */
  async #listen(link: Link): Promise<void> {
    if (link.era !== 'modern') return;
    const filter = filterOf(link);
    if (Object.keys(filter).length === 0) return;
    let failures = 0;
    while (!this.#closed && this.#link === link) {
      let subscription: McpSubscription | undefined;
      try {
        subscription = await link.client.listen(filter, {
          timeout: this.#options.timeoutMs,
          signal: this.#stop.signal,
        });
        if (failures > 0) this.refresh();
        failures = 0;
        await subscription.closed;
      } catch {
        // The wait below is the answer.
      }
      failures += 1;
      await this.#pause(waitMs(failures));
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#stop;
      const over = (): void => {
        cancel();
        signal.removeEventListener('abort', over);
        resolve();
      };
      const cancel = this.#options.clock.after(ms, over);
      signal.addEventListener('abort', over);
    });
  }
}

function filterOf({ client }: Link): SubscriptionFilter {
  const { tools, resources, prompts } = client.getServerCapabilities() ?? {};
  return {
    ...(tools?.listChanged === true ? { toolsListChanged: true } : {}),
    ...(resources?.listChanged === true ? { resourcesListChanged: true } : {}),
    ...(prompts?.listChanged === true ? { promptsListChanged: true } : {}),
  };
}
