import type { Clock } from '../core/clock.ts';

export interface LruOptions<V = unknown> {
  /** How many entries are kept; the least recently used one makes room. */
  readonly max: number;
  /** How long an entry lives from when it was set. Default: until it must make room. */
  readonly expire?: { readonly afterMs: number; readonly clock: Clock };
  /** Hears of each value that had to make room. */
  readonly evicted?: (value: V) => void;
}

/** A bounded map that forgets what was used longest ago. */
export class Lru<K, V> {
  readonly #entries = new Map<K, { readonly value: V; readonly diesAt: number }>();
  readonly #max: number;
  readonly #expire: LruOptions['expire'];
  readonly #evicted: LruOptions<V>['evicted'];
  /** What was used last is in its place already: a map that is deleted from all the time is made anew all the time. */
  #newest: K | undefined;

  /** @throws RangeError when `max` is not a positive whole number. */
  constructor(options: LruOptions<V>) {
    if (!Number.isSafeInteger(options.max) || options.max < 1) throw new RangeError('An Lru needs a max of 1 or more.');
    this.#max = options.max;
    this.#expire = options.expire;
    this.#evicted = options.evicted;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (this.#expire !== undefined && entry.diesAt <= this.#expire.clock.now()) {
      this.#entries.delete(key);
      return undefined;
    }
    if (key !== this.#newest) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      this.#newest = key;
    }
    return entry.value;
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.#max) {
      const oldest = this.#entries.entries().next();
      if (!oldest.done) {
        const [first, { value: gone }] = oldest.value;
        this.#entries.delete(first);
        this.#evicted?.(gone);
      }
    }
    const expire = this.#expire;
    const diesAt = expire === undefined ? Number.POSITIVE_INFINITY : expire.clock.now() + expire.afterMs;
    this.#entries.set(key, { value, diesAt });
    this.#newest = key;
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }

  /** Those that are kept, the least recently used first. */
  values(): V[] {
    return [...this.#entries.values()].map(({ value }) => value);
  }

  clear(): void {
    this.#entries.clear();
  }
}
