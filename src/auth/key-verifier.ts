import type { KeyObject } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import type { ApiKeyRow, ApiKeyTable } from '../core/database.ts';
import { RELIED_ON_MS } from '../core/ends.ts';
import { PosternError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { SingleFlight } from '../lib/single-flight.ts';
import { KEY_PREFIX, matchesDigest, parseApiKey } from './api-key.ts';
import { createFailures } from './failures.ts';
import { type Implications, NO_IMPLICATIONS, widen } from './scopes.ts';
import type { AdmitsTenant, Verifier } from './verifier.ts';

const TOUCH_EVERY_MS = 60_000;

/** What an unknown id is compared with, so that it costs what a known one costs. */
const NO_DIGEST = '0'.repeat(64);

export interface KeyVerifierOptions {
  readonly keys: ApiKeyTable;
  /** What the digests were made under: `createPepper`. */
  readonly pepper: KeyObject;
  readonly clock: Clock;
  /** Which scopes hold others too. Default: none. */
  readonly implies?: Implications;
  /** How many keys are remembered between two looks at the store. Default 20,000. */
  readonly remember?: number;
  /** How many failures a minute an address or a key may have before it is told to wait. Default 100. */
  readonly failuresPerMinute?: number;
}

/** Why a key was refused, for its owner to look up: `data.reason` of the error, and in the message. */
type Reason = 'key_malformed' | 'key_unknown' | 'key_revoked' | 'key_expired';

const WHY: { readonly [reason in Reason]: string } = {
  key_malformed: 'is incomplete or mistyped',
  key_unknown: 'is not known here',
  key_revoked: 'was revoked',
  key_expired: 'is expired',
};

/** What of a key is looked at, whatever it opens. */
interface KeyRow {
  readonly id: string;
  readonly digest: string;
  readonly lastUsedAt: number | null;
}

interface KeyTable<Row extends KeyRow> {
  find(id: string): Promise<Row | undefined>;
  touch(id: string, at: number): Promise<void>;
}

/** A kind of keys. */
interface KeyKind<Row extends KeyRow> {
  /** What begins all of them and no others. */
  readonly prefix: string;
  /** What they are called in messages. */
  readonly what: string;
  readonly keys: KeyTable<Row>;
  /** The id of the row that a key names, or nothing when it is mistyped, cut short or made up. */
  parse(token: string): string | undefined;
  /** Who calls with the key of a row, or why nobody does. */
  principalOf(row: Row, now: number): Principal | 'key_revoked' | 'key_expired';
}

interface Known {
  readonly principal: Principal;
  /** On the monotonic clock: when the look at the store that found it good began. */
  readonly checkedAt: number;
}

/** {@link createVerifierOf} API keys. */
export function createKeyVerifier({ keys, implies = NO_IMPLICATIONS, ...options }: KeyVerifierOptions): Verifier {
  return createVerifierOf<ApiKeyRow>({
    ...options,
    ...{ keys, prefix: KEY_PREFIX, what: 'API key', parse: parseApiKey },
    principalOf: (row, now) => principalOfKey(row, now, implies),
  });
}

/**
 * Verifies keys against the store, at most twice a second each: between two looks the answer comes from memory
 * and without a promise. A key revoked anywhere is refused here half a second later at the latest.
 *
 * An unknown id and a wrong secret get the same answer after the same work; that a key is revoked or expired is told
 * only to who presents all of it.
 */
export function createVerifierOf<Row extends KeyRow>(
  options: KeyKind<Row> & Omit<KeyVerifierOptions, 'keys' | 'implies'>,
): Verifier {
  const { keys, clock, prefix, what } = options;
  const known = createMemory(clock, options.remember ?? 20_000);
  const flights = new SingleFlight<string, Principal | Reason>();
  const failures = createFailures({ clock, max: options.failuresPerMinute ?? 100 });

  const look = async (token: string, id: string, admits: AdmitsTenant): Promise<Principal | Reason> => {
    const checkedAt = clock.monotonic();
    const row = await find(options, id);
    const outcome = judge(token, row, options, clock.now());
    if (typeof outcome === 'string') {
      known.forget(token);
    } else if (!admits(outcome.tenant)) {
      return 'key_unknown';
    } else {
      known.keep(token, { principal: outcome, checkedAt });
      touch(keys, row, clock.now());
    }
    return outcome;
  };

  const settle = async (
    token: string,
    id: string,
    address: string,
    at = '',
    admits = everybody,
  ): Promise<Principal> => {
    const outcome = await flights.run(`${token} ${at}`, () => look(token, id, admits));
    if (typeof outcome !== 'string') return outcome;
    throw refusal(what, outcome, failures.note(`id ${id}`), failures.note(`address ${address}`));
  };

  return {
    verify: (token, address, endpoint, admits = everybody) => {
      if (!token.startsWith(prefix)) return 'not-mine';
      const found = known.get(token);
      if (found !== undefined && clock.monotonic() - found.checkedAt < RELIED_ON_MS) {
        const { expiresAt, tenant } = found.principal;
        if ((expiresAt === undefined || expiresAt > clock.now()) && admits(tenant)) return found.principal;
      }
      const id = options.parse(token);
      if (id === undefined) throw refusal(what, 'key_malformed', failures.note(`address ${address}`));
      return settle(token, id, address, endpoint, admits);
    },
  };
}

const everybody: AdmitsTenant = () => true;

interface Memory {
  get(token: string): Known | undefined;
  keep(token: string, known: Known): void;
  forget(token: string): void;
}

/**
 * Good keys, by themselves: to digest one for every request would cost more than the rest of the verification. None
 * stays for more than twice the time it is good for, about as long as the garbage of the request that brought it.
 */
function createMemory(clock: Clock, max: number): Memory {
  const entries = new Map<string, Known>();
  let armed = false;

  const arm = (): void => {
    if (armed || entries.size === 0) return;
    armed = true;
    clock.after(RELIED_ON_MS, () => {
      armed = false;
      const now = clock.monotonic();
      for (const [token, { checkedAt }] of entries) if (now - checkedAt >= RELIED_ON_MS) entries.delete(token);
      arm();
    });
  };

  return {
    get: (token) => entries.get(token),
    keep: (token, known) => {
      const [oldest] = entries.size >= max ? entries.keys() : [];
      if (oldest !== undefined) entries.delete(oldest);
      entries.set(token, known);
      arm();
    },
    forget: (token) => entries.delete(token),
  };
}

async function find<Row extends KeyRow>({ keys, what }: KeyKind<Row>, id: string): Promise<Row | undefined> {
  try {
    return await keys.find(id);
  } catch (cause) {
    throw new PosternError('unavailable', {
      message: `The ${what} cannot be checked right now.`,
      retryAfterSeconds: 1,
      cause,
    });
  }
}

/** The digest is made and compared whatever the row says, and whether or not there is one. */
function judge<Row extends KeyRow>(
  token: string,
  row: Row | undefined,
  { pepper, principalOf }: KeyKind<Row> & Pick<KeyVerifierOptions, 'pepper'>,
  now: number,
): Principal | Reason {
  const matches = matchesDigest(token, row?.digest ?? NO_DIGEST, pepper);
  if (row === undefined || !matches) return 'key_unknown';
  return principalOf(row, now);
}

/** @returns who calls with a key, or why nobody does. */
export function principalOfKey(
  row: ApiKeyRow,
  now: number,
  implies: Implications,
): Principal | 'key_revoked' | 'key_expired' {
  if (row.revokedAt !== null) return 'key_revoked';
  if (row.expiresAt !== null && row.expiresAt <= now) return 'key_expired';
  return {
    kind: 'key',
    subject: row.id,
    tenant: row.tenant,
    scopes: widen(row.scopes, implies),
    ...(row.toolset === null ? {} : { toolset: row.toolset }),
    expiresAt: row.expiresAt ?? undefined,
  };
}

/** Nobody waits for it, and a use that could not be noted is noted with the next look. */
function touch<Row extends KeyRow>(keys: KeyTable<Row>, row: Row | undefined, now: number): void {
  if (row === undefined || now - (row.lastUsedAt ?? 0) < TOUCH_EVERY_MS) return;
  keys.touch(row.id, now).catch(() => undefined);
}

/** @param waits seconds, where somebody has failed too often. Good keys are never made to wait. */
function refusal(what: string, reason: Reason, ...waits: (number | undefined)[]): PosternError {
  const wait = waits.find((seconds) => seconds !== undefined);
  const message = `The ${what} ${WHY[reason]} (${reason}).`;
  if (wait === undefined) return new PosternError('invalid_token', { message, data: { reason } });
  return new PosternError('rate_limited', {
    message: 'Too many failed attempts.',
    retryAfterSeconds: wait,
    data: { reason },
  });
}
