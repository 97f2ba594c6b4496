import type { Cache } from '../core/cache.ts';
import { sha256 } from '../lib/digest.ts';

/**
 * Has one node do what all of them come to, once in a time.
 * @param what what it is; of any length.
 */
export function onceOfAll(cache: Cache, what: readonly string[], ttlMs: number, work: () => void): void {
  // Where the nodes do not hear of each other, each of them does it.
  cache.setIfAbsent(`once:${sha256(JSON.stringify(what))}`, '1', ttlMs).then((first) => first && work(), work);
}
