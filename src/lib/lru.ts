import type { Clock } from '../core/clock.ts';

export interface LruOptions {
  /** How many entries are kept; the least recently used one makes room. */
  readonly max: number;
  /** How long an entry lives from when it was set. Default: until it must make room. */
  readonly expire?: { readonly afterMs: number; readonly clock: Clock };
}

/** A bounded map that forgets what was used longest ago. */
export class Lru<K, V> {
  readonly #entries = new Map<K, { readonly value: V; readonly diesAt: number }>();
  readonly #max: number;
  readonly #expire: LruOptions['expire'];

  /** @throws RangeError when `max` is not a positive whole number. */
  constructor(options: LruOptions) {
    if (!Number.isSafeInteger(options.max) || options.max < 1) throw new RangeError('An Lru needs a max of 1 or more.');
    this.#max = options.max;
    this.#expire = options.expire;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (this.#expire !== undefined && entry.diesAt <= this.#expire.clock.now()) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.#max) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#entries.delete(oldest.value);
    }
    const expire = this.#expire;
    const diesAt = expire === undefined ? Number.POSITIVE_INFINITY : expire.clock.now() + expire.afterMs;
    this.#entries.set(key, { value, diesAt });
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
  }
}
