import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import { type Breaker, createBreaker } from '../../upstream/breaker.ts';
import type { UpstreamState } from '../../upstream/gate.ts';
import { createLimiter, type Limiter } from '../../upstream/limiter.ts';
import type { UpstreamConfig } from '../config/config.ts';

/** The states of all upstreams, by their names: they outlive the offers that are swapped. */
export interface UpstreamStates {
  /** A circuit whose settings have changed begins anew, closed. */
  of(name: string, circuit?: UpstreamConfig['circuit']): UpstreamState;
  /** How many tenants have a circuit that is not closed: `circuits_open{upstream}`, where there is one. */
  counters(): { readonly [name: string]: number };
  close(): Promise<void>;
}

/** As many as a config names, and no more: names that are gone cost next to nothing and may come back. */
export function createUpstreamStates({
  cache,
  clock,
  degraded,
}: {
  readonly cache: Cache;
  readonly clock: Clock;
  /** Hears of an upstream that fails the calls of a tenant, so that they are held back. */
  readonly degraded?: (upstream: string, tenant: string) => void;
}): UpstreamStates {
  const limiters = new Map<string, Limiter>();
  const breakers = new Map<string, { readonly settings: string; readonly breaker: Breaker }>();
  return {
    of(name, circuit) {
      const limiter = limiters.get(name) ?? createLimiter({ upstream: name, cache, clock });
      limiters.set(name, limiter);
      const settings = JSON.stringify(circuit);
      const known = breakers.get(name);
      if (known !== undefined && known.settings === settings) return { limiter, breaker: known.breaker };
      const breaker = createBreaker({
        upstream: name,
        clock,
        ...circuit,
        opened: (tenant) => degraded?.(name, tenant),
      });
      breakers.set(name, { settings, breaker });
      return { limiter, breaker };
    },
    counters: () =>
      Object.fromEntries(
        [...breakers].flatMap(([name, { breaker }]) => {
          const open = breaker.states().filter(({ state }) => state !== 'closed').length;
          return open === 0 ? [] : [[`circuits_open{${name}}`, open]];
        }),
      ),
    async close() {
      await Promise.all([...limiters.values()].map((limiter) => limiter.close()));
    },
  };
}
