import type { Clock } from '../core/clock.ts';
import { RELIED_ON_MS } from '../core/ends.ts';
import { PosternError } from '../core/errors.ts';
import type { LinkLimits, LinkRow, LinkTable } from '../core/links.ts';
import type { MethodClass } from '../core/method-class.ts';
import type { Principal } from '../core/principal.ts';
import { SingleFlight } from '../lib/single-flight.ts';
import { createFailures } from './failures.ts';

/** Who holds a link. */
export interface LinkPrincipal extends Principal {
  readonly link: LinkLimits;
}

export interface LinkVerifierOptions {
  readonly table: Pick<LinkTable, 'findByDigest'>;
  /** What a token is stored as; nothing for what cannot be one. */
  readonly digest: (token: string) => string | undefined;
  readonly clock: Clock;
  /** What links may be for at all: one that was made for more is good for this much. */
  readonly methods: readonly MethodClass[];
  /** How many links are remembered between two looks at the store. Default 20,000. */
  readonly remember?: number;
  /** How many failures a minute an address may have before it is told to wait. Default 100. */
  readonly failuresPerMinute?: number;
}

export interface LinkVerifier {
  /**
   * Says who holds a link. Without a promise where it can tell at once. What is unknown, expired and deleted gets the same
   * answer after the same work.
   *
   * @param address where the request came from, to count failures by. Good links are never made to wait.
   * @throws PosternError `link_invalid`, `rate_limited`, `unavailable`.
   */
  verify(token: string, address: string): LinkPrincipal | Promise<LinkPrincipal>;
  /** Has the store asked at the next use of a link. */
  forget(id: string): void;
  /** The same for all of them. */
  forgetAll(): void;
  /** How many are remembered. */
  readonly size: number;
}

interface Known {
  readonly principal: LinkPrincipal;
  /** On the monotonic clock: when the look at the store that found it good began. */
  readonly checkedAt: number;
}

/**
 * Verifies capability links against the store, at most twice a second each: a look costs one HMAC, and between two of them
 * there is a look into a map. What is done to a link anywhere takes effect here half a second later, and at once where it
 * is told. No link is remembered for longer than it lives.
 */
export function createLinkVerifier(options: LinkVerifierOptions): LinkVerifier {
  const { table, digest, clock } = options;
  const known = createMemory(clock, options.remember ?? 20_000);
  const flights = new SingleFlight<string, LinkPrincipal | undefined>();
  const failures = createFailures({ clock, max: options.failuresPerMinute ?? 100 });

  const look = async (token: string, key: string): Promise<LinkPrincipal | undefined> => {
    const checkedAt = clock.monotonic();
    const begun = known.epoch();
    const row = await find(table, key);
    const alive = row !== undefined && (row.expiresAt === null || row.expiresAt > clock.now());
    const principal = alive ? principalOf(row, options.methods) : undefined;
    // What was read before it was told that something changed may be what it was.
    if (principal === undefined) known.drop(token);
    else if (known.epoch() === begun) known.keep(token, { principal, checkedAt });
    return principal;
  };
  const refuse = (address: string): never => {
    const wait = failures.note(address);
    if (wait === undefined) throw new PosternError('link_invalid');
    throw new PosternError('rate_limited', { message: 'Too many failed attempts.', retryAfterSeconds: wait });
  };
  const settle = async (token: string, key: string, address: string): Promise<LinkPrincipal> =>
    (await flights.run(`${known.epoch()} ${key}`, () => look(token, key))) ?? refuse(address);

  return {
    verify: (token, address) => {
      const found = known.get(token);
      if (found !== undefined && clock.monotonic() - found.checkedAt < RELIED_ON_MS) {
        const { expiresAt } = found.principal;
        if (expiresAt === undefined || expiresAt > clock.now()) return found.principal;
      }
      const key = digest(token);
      return key === undefined ? refuse(address) : settle(token, key, address);
    },
    forget: known.forget,
    forgetAll: known.clear,
    get size() {
      return known.size();
    },
  };
}

interface Memory {
  get(token: string): Known | undefined;
  keep(token: string, known: Known): void;
  drop(token: string): void;
  forget(id: string): void;
  clear(): void;
  /** Grows with everything that is forgotten because it was told to be. */
  epoch(): number;
  size(): number;
}

/**
 * Links by their tokens, as keys are: to digest one for every request would cost a tenth of a call. And the tokens by the
 * ids of links. Nothing stays for more than twice the time that a look at the store counts, about as long as the garbage of
 * the request that brought it.
 */
function createMemory(clock: Clock, max: number): Memory {
  const byToken = new Map<string, Known>();
  const tokens = new Map<string, string>();
  let epoch = 0;
  let armed = false;

  const drop = (token: string): void => {
    const entry = byToken.get(token);
    if (entry === undefined) return;
    byToken.delete(token);
    tokens.delete(entry.principal.link.id);
  };
  const arm = (): void => {
    if (armed || byToken.size === 0) return;
    armed = true;
    clock.after(RELIED_ON_MS, () => {
      armed = false;
      const now = clock.monotonic();
      for (const [token, { checkedAt }] of byToken) if (now - checkedAt >= RELIED_ON_MS) drop(token);
      arm();
    });
  };

  return {
    get: (token) => byToken.get(token),
    keep: (token, entry) => {
      const [oldest] = byToken.size >= max ? byToken.keys() : [];
      if (oldest !== undefined) drop(oldest);
      byToken.set(token, entry);
      tokens.set(entry.principal.link.id, token);
      arm();
    },
    drop,
    forget: (id) => {
      epoch++;
      const token = tokens.get(id);
      if (token !== undefined) drop(token);
    },
    clear: () => {
      epoch++;
      byToken.clear();
      tokens.clear();
    },
    epoch: () => epoch,
    size: () => byToken.size + tokens.size,
  };
}

async function find(table: LinkVerifierOptions['table'], digest: string): Promise<LinkRow | undefined> {
  try {
    return await table.findByDigest(digest);
  } catch (cause) {
    throw new PosternError('unavailable', {
      message: 'The link cannot be checked right now.',
      retryAfterSeconds: 1,
      cause,
    });
  }
}

const EVERY_SCOPE: ReadonlySet<string> = new Set(['*']);

function principalOf(row: LinkRow, allowed: readonly MethodClass[]): LinkPrincipal {
  const methods = row.methods.filter((method) => allowed.includes(method));
  const { id, tenant, tags, tools, requireKey } = row;
  return {
    kind: 'link',
    ...{ subject: id, tenant, scopes: EVERY_SCOPE },
    expiresAt: row.expiresAt ?? undefined,
    link: {
      ...{ id, requireKey, methods: new Set(methods), tags: new Set(tags), tools: new Set(tools) },
      ...(row.toolset === null ? {} : { toolset: row.toolset }),
      ...(row.connectionId === null ? {} : { connectionId: row.connectionId }),
      sight: JSON.stringify([methods, tags.toSorted(), tools.toSorted(), requireKey]),
    },
  };
}
