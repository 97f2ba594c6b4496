import type { Entrance } from '../../calls/enter.ts';
import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { Database } from '../../core/database.ts';
import { nearest } from '../../lib/nearest.ts';
import { durableCounts } from '../../quota/durable.ts';
import { createQuotas, type QuotaEvents } from '../../quota/quotas.ts';
import type { InFlightLimits, Limit, QuotaRules } from '../../quota/rules.ts';
import { type LimitStanding, standingOf } from '../../quota/standing.ts';
import type { Callable } from '../../tools/callable.ts';
import type { Config } from '../config/config.ts';
import type { Problem } from '../config/problem.ts';
import { UNLIMITED } from '../config/quotas.ts';
import { Secret } from '../config/secret.ts';
import { selectorTest, unfitting } from './toolsets.ts';

type QuotasConfig = Config['quotas'];
type LimitConfig = QuotasConfig['limits'][string];

export interface QuotaParts {
  readonly clock: Clock;
  readonly cache: Cache;
  readonly database: Database;
  /** The config that holds now. */
  readonly config: () => Config;
  readonly events: QuotaEvents;
}

/** Days and months that are counted in the database and have calls reserved. */
const RESERVES = 10_000;

/** What calls of a server are let in by. */
export interface ServedQuotas extends Entrance {
  /** How the limits stand for a tenant, or without one what they are. */
  standing(tenant: string | undefined): Promise<LimitStanding[]>;
  close(): Promise<void>;
}

/**
 * Counts in the cache, where that is Redis. Where it is memory, a process counts seconds by itself; days and months
 * would be forgotten with it, so they are counted in the database.
 */
export function createServedQuotas({ clock, cache, database, config, events }: QuotaParts): ServedQuotas {
  const shared = config().store.cache instanceof Secret;
  const durable = shared ? undefined : durableCounts(database.quotas, clock, RESERVES);
  let compiled: { readonly from: QuotasConfig; readonly text: string; readonly rules: QuotaRules } | undefined;
  /** Those of a config that says the same stay as they are, and what is known of their counts with them. */
  const rules = (): QuotaRules => {
    const { quotas: from } = config();
    if (compiled?.from === from) return compiled.rules;
    const text = JSON.stringify(from);
    compiled = { from, text, rules: compiled?.text === text ? compiled.rules : compileQuotas(from) };
    return compiled.rules;
  };
  return {
    quotas: createQuotas({ clock, rules, rates: shared ? cache : undefined, periods: durable ?? cache, events }),
    respondWith: () => config().quotas.respondWith,
    standing: (tenant) =>
      standingOf(rules().limits, tenant, clock.now(), async (key, endsAt, window) => {
        if (shared) return (await cache.increment(key, 0, endsAt - clock.now())).value;
        // Calls that are reserved are among them.
        return 'period' in window ? database.quotas.add(key, 0, endsAt) : undefined;
      }),
    close: async () => durable?.close(),
  };
}

/** What the config means. */
export function compileQuotas({ limits, inFlight, tenants }: QuotasConfig): QuotaRules {
  // Maps: whoever names a tenant must not meet what objects have by nature.
  const overrides = new Map(Object.entries(tenants));
  const common: InFlightLimits = { principal: numeral(inFlight.principal), tenant: numeral(inFlight.tenant) };
  const inFlights = new Map(
    [...overrides].map(([tenant, override]) => [tenant, override === UNLIMITED ? FREE : inFlightOf(override, common)]),
  );
  return {
    limits: Object.entries(limits).map(([name, limit]) => compileLimit(name, limit, overrides)),
    inFlightOf: (tenant) => inFlights.get(tenant) ?? common,
  };
}

type Override = QuotasConfig['tenants'][string];

const FREE: InFlightLimits = { principal: Number.POSITIVE_INFINITY, tenant: Number.POSITIVE_INFINITY };

function inFlightOf({ inFlight }: Exclude<Override, string>, common: InFlightLimits): InFlightLimits {
  return {
    principal: inFlight.principal === undefined ? common.principal : numeral(inFlight.principal),
    tenant: inFlight.tenant === undefined ? common.tenant : numeral(inFlight.tenant),
  };
}

function compileLimit(name: string, limit: LimitConfig, overrides: ReadonlyMap<string, Override>): Limit {
  const common = numeral(limit.calls);
  const own = new Map<string, number>();
  for (const [tenant, override] of overrides) {
    const calls = override === UNLIMITED ? UNLIMITED : new Map(Object.entries(override.limits)).get(name);
    if (calls !== undefined) own.set(tenant, numeral(calls));
  }
  const tests = limit.tools.map(selectorTest);
  return {
    name,
    per: [limit.per].flat(),
    window: limit.period === undefined ? { seconds: limit.windowSeconds ?? 1 } : { period: limit.period },
    covers: tests.length === 0 ? () => true : (tool) => tests.some((fits) => fits(tool)),
    callsOf: (tenant) => own.get(tenant) ?? common,
  };
}

function numeral(calls: number | typeof UNLIMITED): number {
  return calls === UNLIMITED ? Number.POSITIVE_INFINITY : calls;
}

/** What in the quotas can never mean anything. */
export function quotaProblems({ quotas: { limits, tenants } }: Config): Problem[] {
  const names = Object.keys(limits);
  return Object.entries(tenants).flatMap(([tenant, override]) => {
    if (override === UNLIMITED) return [];
    const unknown = Object.keys(override.limits).filter((name) => !names.includes(name));
    return unknown.map((name) => {
      const meant = nearest(name, names);
      const known = names.length === 0 ? 'one of quotas.limits, which has none' : `one of ${names.join(', ')}`;
      return {
        where: `quotas.tenants.${tenant}.limits.${name}`,
        found: `${name}, which is no limit`,
        wanted: meant === undefined ? known : `${meant}, perhaps; ${known}`,
      };
    });
  });
}

/** Selectors that fit no tool. */
export function quotaRemarks({ limits }: QuotasConfig, callables: readonly Callable[]): string[] {
  const selectors = Object.entries(limits).flatMap(([name, { tools }]) =>
    tools.map((selector, index) => ({ where: `quotas.limits.${name}.tools[${index}]`, selector })),
  );
  return unfitting(selectors, callables);
}
