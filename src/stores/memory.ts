import type { Cache, Lock } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import { PosternError } from '../core/errors.ts';
import { createChannels } from './memory-channels.ts';
import { createStreams } from './memory-streams.ts';

export interface MemoryCacheOptions {
  readonly clock: Clock;
  /**
   * How many values and locks are kept. They are promises to somebody (a session, a tombstone), so a full cache
   * refuses a new one with `unavailable` rather than forget an old one. Default 100,000.
   */
  readonly maxValues?: number;
  /** How many counters are kept; the oldest makes room. Default 100,000. */
  readonly maxCounters?: number;
  /** How many streams are kept; the one that was written to longest ago makes room. Default 10,000. */
  readonly maxStreams?: number;
  /** Characters kept in streams altogether; the one that was written to longest ago makes room. Default 64 Mi. */
  readonly maxStreamChars?: number;
  /** How often what has expired is cleared away, in milliseconds. Default 30,000. */
  readonly sweepMs?: number;
}

interface Value {
  readonly value: string;
  readonly diesAt: number;
}

interface Counter {
  value: number;
  readonly endsAt: number;
}

/** The cache of a single process. What it holds dies with it. */
export function createMemoryCache(options: MemoryCacheOptions): Cache {
  const { clock, maxValues = 100_000, maxCounters = 100_000, maxStreams = 10_000, sweepMs = 30_000 } = options;
  const { maxStreamChars = 64 * 1024 * 1024 } = options;
  const values = new Map<string, Value>();
  const counters = new Map<string, Counter>();
  const streams = createStreams(clock, maxStreams, maxStreamChars);
  const channels = createChannels();
  let fence = 0;

  const sweep = (): void => {
    const now = clock.now();
    for (const [key, { diesAt }] of values) if (diesAt <= now) values.delete(key);
    for (const [key, { endsAt }] of counters) if (endsAt <= now) counters.delete(key);
    streams.sweep();
  };
  let stopSweeping = clock.after(sweepMs, function again() {
    sweep();
    stopSweeping = clock.after(sweepMs, again);
  });

  const live = (key: string): string | undefined => {
    const found = values.get(key);
    if (found === undefined || found.diesAt > clock.now()) return found?.value;
    values.delete(key);
    return undefined;
  };

  const put = (key: string, value: string, ttlMs: number): void => {
    if (values.size >= maxValues && !values.has(key)) {
      sweep();
      if (values.size >= maxValues) throw new PosternError('unavailable', { cause: new Error('the cache is full') });
    }
    values.set(key, { value, diesAt: clock.now() + ttlMs });
  };

  const putIfAbsent = (key: string, value: string, ttlMs: number): boolean => {
    if (live(key) !== undefined) return false;
    put(key, value, ttlMs);
    return true;
  };

  return {
    get: async (key) => live(key),
    set: async (key, value, ttlMs) => put(key, value, ttlMs),
    setIfAbsent: async (key, value, ttlMs) => putIfAbsent(key, value, ttlMs),
    take: async (key) => {
      const value = live(key);
      values.delete(key);
      return value;
    },
    delete: async (key) => {
      values.delete(key);
      counters.delete(key);
      streams.delete(key);
    },
    compareAndSet: async (key, expected, next, ttlMs) => {
      if (live(key) !== expected) return false;
      put(key, next, ttlMs);
      return true;
    },
    increment: async (key, by, windowMs) => count(counters, maxCounters, clock.now(), { key, by, windowMs }),
    lock: async (name, ttlMs): Promise<Lock | undefined> => {
      const mine = ++fence;
      const key = `lock:${name}`;
      if (!putIfAbsent(key, String(mine), ttlMs)) return undefined;
      return {
        fence: mine,
        release: async () => {
          if (live(key) === String(mine)) values.delete(key);
        },
      };
    },
    publish: async (channel, message) => channels.publish(channel, message),
    subscribe: async (channel, listener) => {
      const end = channels.subscribe(channel, listener);
      return async () => end();
    },
    append: async (stream, value, limits) => streams.append(stream, value, limits),
    read: async (stream, after, limit) => streams.read(stream, after, limit),
    close: async () => {
      stopSweeping();
      channels.close();
      values.clear();
      counters.clear();
      streams.clear();
    },
  };
}

function count(
  counters: Map<string, Counter>,
  max: number,
  now: number,
  { key, by, windowMs }: { readonly key: string; readonly by: number; readonly windowMs: number },
): { readonly value: number; readonly endsAt: number } {
  const found = counters.get(key);
  if (found !== undefined && found.endsAt > now) {
    found.value += by;
    return { value: found.value, endsAt: found.endsAt };
  }
  // A window that begins anew goes to the young end of the map, so that the old end is what makes room.
  counters.delete(key);
  if (counters.size >= max) {
    const oldest = counters.keys().next();
    if (!oldest.done) counters.delete(oldest.value);
  }
  const begun = { value: by, endsAt: now + windowMs };
  counters.set(key, begun);
  return { ...begun };
}
