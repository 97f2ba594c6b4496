import type { Clock } from '../core/clock.ts';
import type { Principal } from '../core/principal.ts';
import type { Tool } from '../core/tool.ts';
import { type Asker, createAsker } from './asker.ts';
import type { Counts } from './counts.ts';
import { InFlight } from './in-flight.ts';
import { createMeters, type Meter, usedOf } from './meters.ts';
import { crowded, type Refused, usedUp } from './refusal.ts';
import type { QuotaRules } from './rules.ts';

/** Which kind of limit: calls in some seconds, in a day or month, or at the same time. */
export type QuotaKind = 'rate' | 'period' | 'in_flight';

/** A count that has come to its end. */
export interface QuotaReached {
  readonly kind: Exclude<QuotaKind, 'in_flight'>;
  /** The limit's name in the config. */
  readonly limit: string;
  readonly tenant: string;
  /** Who made the call that was refused first. */
  readonly subject: string;
  readonly calls: number;
  /** When there is more, in milliseconds since the epoch. */
  readonly endsAt: number;
}

export interface QuotaEvents {
  /** Hears of every call that is refused. */
  refused(kind: QuotaKind, tenant: string): void;
  /** Hears once of each count and window that is used up, on each node that refuses a call for it. */
  reached(event: QuotaReached): void;
  /** Hears that a shared count could not be asked, so that this process counts by itself for a while. */
  unshared(thrown: unknown): void;
}

export interface QuotasOptions {
  readonly clock: Clock;
  /** The rules that hold now. Asked for every call. */
  readonly rules: () => QuotaRules;
  /** Counts of windows of seconds. */
  readonly rates: Counts;
  /** Counts of days and months: what a restart must not forget. */
  readonly periods: Counts;
  readonly events: QuotaEvents;
  /** How many counts this process knows. Default 100,000. */
  readonly maxMeters?: number;
}

/** A call that is let in. */
export interface Pass {
  /** It has ended, however. Once. */
  leave(): void;
  /** It has ended with a question to its caller, and will be made again with the answer: of a day or month it takes nothing. */
  postponed(): void;
}

export interface Quotas {
  /** Counts a call that may be made otherwise. Does not reject for want of a store. */
  admit(principal: Principal, tool: Tool): Pass | Refused | Promise<Pass | Refused>;
}

/**
 * Lets calls in, as the rules say. A call that one limit refuses is counted by none: first this process looks at what it
 * knows, at once, and only a call that passes there is counted where all nodes do, in all counts at the same time.
 * So no limit is exceeded, whatever calls come together, and a caller that goes on after its limit costs next to nothing.
 */
export function createQuotas({ clock, rules, rates, periods, events, maxMeters = 100_000 }: QuotasOptions): Quotas {
  const inFlight = new InFlight();
  const meters = createMeters(clock, maxMeters);
  const ofRates = createAsker(rates, clock, events.unshared);
  const ofPeriods = createAsker(periods, clock, events.unshared);
  const askerOf = ({ limit }: Meter): Asker => ('period' in limit.window ? ofPeriods : ofRates);

  const refuse = (ended: readonly Meter[], all: readonly Meter[], { tenant, subject }: Principal): Refused => {
    for (const meter of ended) {
      const { limit, calls, endsAt } = meter;
      const kind = kindOf(meter);
      events.refused(kind, tenant);
      if (meter.told) continue;
      meter.told = true;
      events.reached({ kind, limit: limit.name, tenant, subject, calls, endsAt });
    }
    return usedUp(ended, all, clock.now());
  };

  const askAll = async (asked: readonly Meter[]): Promise<readonly Meter[]> => {
    const answers = await Promise.all(asked.map((meter) => askerOf(meter).ask(meter)));
    return asked.filter((_, index) => answers[index] === false);
  };

  return {
    admit(principal, tool) {
      const now = rules();
      const left = inFlight.enter(principal, now.inFlightOf(principal.tenant));
      if (typeof left !== 'function') {
        events.refused('in_flight', principal.tenant);
        return crowded(left);
      }
      const counted = meters.of(now, principal, tool);
      if (counted.length === 0) return { leave: left, postponed: () => undefined };
      const ended = counted.filter((meter) => usedOf(meter) >= meter.calls);
      if (ended.length > 0) {
        left();
        return refuse(ended, counted, principal);
      }
      const pass: Pass = { leave: left, postponed: () => takeBack(counted.filter(isPeriod)) };
      const asked = counted.filter((meter) => askerOf(meter).awake());
      for (const meter of counted) if (!asked.includes(meter)) askerOf(meter).countHere(meter);
      if (asked.length === 0) return pass;
      return askAll(asked).then((refusing) => {
        if (refusing.length === 0) return pass;
        left();
        // Other nodes have used it up meanwhile; the counts that had room get the call back.
        takeBack(counted.filter((meter) => !refusing.includes(meter)));
        return refuse(refusing, counted, principal);
      });
    },
  };
}

function takeBack(counted: readonly Meter[]): void {
  for (const meter of counted) meter.owed -= 1;
}

function isPeriod({ limit }: Meter): boolean {
  return 'period' in limit.window;
}

function kindOf(meter: Meter): QuotaReached['kind'] {
  return isPeriod(meter) ? 'period' : 'rate';
}
