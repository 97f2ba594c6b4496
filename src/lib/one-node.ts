import type { Cache, Lock } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';

const LOCK_MS = 30_000;
/** How long to wait for another node that is at it, and how often to look. */
const WAIT_MS = 10_000;
const LOOK_MS = 100;

/**
 * Work that one node does for all: who does not get the lock takes what the one who has it made.
 *
 * @param step looks whether it is done, and does it where it `may`. It looks after it has the lock, so that what was
 *   done in between is not done again. Nothing: not yet.
 * @returns nothing when another node took longer than 10 seconds.
 */
export async function oneNode<R>(
  { cache, clock, name }: { readonly cache: Cache; readonly clock: Clock; readonly name: string },
  step: (may: boolean) => Promise<R | undefined>,
): Promise<R | undefined> {
  const until = clock.monotonic() + WAIT_MS;
  for (;;) {
    const lock = await cache.lock(name, LOCK_MS);
    try {
      const made = await step(lock !== undefined);
      if (made !== undefined) return made;
    } finally {
      await giveBack(lock);
    }
    if (clock.monotonic() >= until) return undefined;
    await new Promise<void>((resolve) => void clock.after(LOOK_MS, resolve));
  }
}

async function giveBack(lock: Lock | undefined): Promise<void> {
  // A lock that cannot be given back ends by itself.
  await lock?.release().catch(() => undefined);
}

/** A refresh token that was rotated and not written is lost, and the login with it: a store may be asked again. */
const WRITES = 3;
const BETWEEN_WRITES_MS = 200;

/** Writes what must not be lost. @throws what the last of three attempts threw. */
export async function writeSurely<R>(clock: Clock, write: () => Promise<R>): Promise<R> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await write();
    } catch (thrown) {
      if (attempt === WRITES) throw thrown;
      await new Promise<void>((resolve) => void clock.after(BETWEEN_WRITES_MS, resolve));
    }
  }
}
