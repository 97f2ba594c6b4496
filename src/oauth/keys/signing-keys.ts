import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { OAuthKeyRow, OAuthKeyTable } from '../../core/oauth-tables.ts';
import { createFollower } from '../../lib/follower.ts';
import { once } from '../../lib/once.ts';
import type { Sealer } from '../../lib/seal.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import { type KeySet, keySet, makeKey, openKey, spellKeys } from './key-set.ts';

export interface KeyTimes {
  /** How long a key signs, in milliseconds, before another one follows. */
  readonly rotateMs: number;
  /** How long a key is published before it signs, in milliseconds: whoever keeps the set has read it again by then. */
  readonly overlapMs: number;
  /** How long a key is published after it signed last, in milliseconds: the life of its last token. */
  readonly retireMs: number;
}

/** The keys that one kind of token is signed with, the same on all nodes. */
export interface SigningKeys {
  /** The keys now. The same object as long as they are the same. */
  current(): KeySet;
  /**
   * Makes a key that follows the one that signs. It is published now and signs after the overlap.
   * @param atOnce it signs now: for a key that is no longer a secret. The old ones are gone with it.
   * @returns the `kid` of the new one.
   */
  rotate(atOnce?: boolean): Promise<string>;
  /** Reads the keys again, as when a token names one that is not known. */
  refresh(): Promise<void>;
  /** Loads the keys, and makes the first one. @throws PosternError `unavailable`. */
  start(): Promise<void>;
  /** Stops, and waits for a reading under way. */
  close(): Promise<void>;
}

export interface SigningKeysParts {
  readonly table: OAuthKeyTable;
  /** Where nodes tell each other of new keys: each reads them when it hears anything. */
  readonly channel: string;
  readonly sealer: Sealer;
  /** Lets one node alone make a key, and tells the others. */
  readonly cache: Cache;
  readonly clock: Clock;
  readonly times: KeyTimes;
  /** Hears why the keys could not be read; they will be again. */
  readonly failed: (thrown: unknown) => void;
}

/** How often the keys are read, in milliseconds: well within the overlap. */
const POLL_MS = 60_000;
const LOCK_MS = 10_000;
const LOOK_MS = 50;

export function createSigningKeys(parts: SigningKeysParts): SigningKeys {
  const { table, cache, channel, clock, times } = parts;
  const flights = new SingleFlight<'keep' | 'read', void>();
  let rows: readonly OAuthKeyRow[] = [];
  let set: { readonly spelled: string; readonly keys: KeySet } | undefined;

  const read = async (): Promise<void> => {
    // What was sealed with another master secret is of no use to anybody.
    rows = (await table.list(clock.now())).filter((row) => openKey(row, parts.sealer) !== undefined);
  };
  const make = (activeFrom: number) => makeKey(parts.sealer, clock.now(), activeFrom);
  const rotate = async (atOnce = false): Promise<string> => {
    const now = clock.now();
    const row = await make(atOnce ? now : now + times.overlapMs);
    await table.insert(row);
    const last = atOnce ? now : row.activeFrom + times.retireMs;
    for (const { id, activeFrom, retiredAt } of await table.list(now)) {
      // One that does not sign yet may be another node's successor of the same key.
      const signed = activeFrom <= now && retiredAt === null;
      if (id !== row.id && (signed || atOnce)) await table.retire(id, last);
    }
    await read();
    // Who does not hear it reads it within a minute.
    await cache.publish(channel, '').catch(parts.failed);
    return row.id;
  };
  /** Without a cache nobody has it: then whoever has waited long enough goes first. */
  const takeLock = () =>
    cache.lock(channel, LOCK_MS).catch((thrown: unknown) => {
      parts.failed(thrown);
      return undefined;
    });
  const newest = () => rows.filter(({ retiredAt }) => retiredAt === null).at(-1);
  const isOld = () => (newest()?.activeFrom ?? clock.now()) + times.rotateMs <= clock.now();
  /** The first key. A node that comes second waits for it: a key that only some know is of no use. */
  const begin = async (): Promise<void> => {
    for (let waited = 0; newest() === undefined; waited += LOOK_MS) {
      const lock = await takeLock();
      await read();
      const alone = lock !== undefined || waited > LOCK_MS;
      if (alone && newest() === undefined) await table.insert(await make(clock.now())).then(read);
      await lock?.release().catch(parts.failed);
      if (newest() === undefined) await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
    }
  };
  const keepUp = async (): Promise<void> => {
    await read();
    if (newest() === undefined) await begin();
    if (isOld()) {
      const lock = await takeLock();
      await read();
      if (lock !== undefined && isOld()) await rotate();
      await lock?.release().catch(parts.failed);
    }
    await table.prune(clock.now());
  };
  const again = () => void flights.run('read', read).catch(parts.failed);
  const follower = createFollower({
    ...{ cache, clock, channel, everyMs: POLL_MS, failed: parts.failed },
    read: () => flights.run('keep', keepUp),
    hear: again,
    missed: again,
  });

  return {
    current: () => {
      const spelled = spellKeys(rows, clock.now());
      if (set?.spelled !== spelled) set = { spelled, keys: keySet(rows, clock.now(), parts.sealer) };
      return set.keys;
    },
    rotate,
    refresh: () => flights.run('read', read),
    start: once(follower.start),
    close: follower.close,
  };
}
