import type { Clock } from '../core/clock.ts';
import type { Principal } from '../core/principal.ts';
import type { Tool } from '../core/tool.ts';
import { type Asker, createAsker } from './asker.ts';
import type { Counts } from './counts.ts';
import { InFlight } from './in-flight.ts';
import { createMeters, hasRoom, type Meter } from './meters.ts';
import { OWN_ASKER } from './own-asker.ts';
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
  /** Counts of windows of seconds, where processes share them. Default: this one counts by itself. */
  readonly rates?: Counts;
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
 * Lets calls in, as the rules say. First this process looks at what it knows, at once; a call that passes there is
 * counted where all nodes count, in all its counts at the same time. Where one of them has no room the others get it back.
 * So no limit is exceeded, whatever calls come together; what is refused uses nothing up; and a caller that goes on
 * after its limit costs next to nothing.
 */
export function createQuotas({ clock, rules, rates, periods, events, maxMeters = 100_000 }: QuotasOptions): Quotas {
  const inFlight = new InFlight();
  const meters = createMeters(clock, maxMeters);
  const ofRates = rates === undefined ? OWN_ASKER : createAsker(rates, clock, events.unshared);
  const ofPeriods = createAsker(periods, clock, events.unshared);
  const askerOf = (meter: Meter): Asker => (isPeriod(meter) ? ofPeriods : ofRates);
  const giveBack = (counted: readonly Meter[]): void => {
    for (const meter of counted) askerOf(meter).giveBack(meter);
  };

  const refuse = (ended: readonly Meter[], all: readonly Meter[], { tenant, subject }: Principal): Refused => {
    for (const meter of ended) {
      const { limit, calls, endsAt } = meter;
      const kind = isPeriod(meter) ? 'period' : 'rate';
      events.refused(kind, tenant);
      if (meter.told) continue;
      meter.told = true;
      events.reached({ kind, limit: limit.name, tenant, subject, calls, endsAt });
    }
    return usedUp(ended, all, clock.now());
  };

  /** @returns those that have no room, at once where no count has to be asked. */
  const count = (counted: readonly Meter[]): readonly Meter[] | Promise<readonly Meter[]> => {
    const answers = counted.map((meter) => askerOf(meter).count(meter));
    const ended = (rooms: readonly boolean[]) => counted.filter((_, index) => rooms[index] === false);
    return answers.every((answer) => typeof answer === 'boolean') ? ended(answers) : Promise.all(answers).then(ended);
  };

  return {
    admit(principal, tool) {
      const now = rules();
      const leave = inFlight.enter(principal, now.inFlightOf(principal.tenant));
      if (typeof leave !== 'function') {
        events.refused('in_flight', principal.tenant);
        return crowded(leave);
      }
      const counted = meters.of(now, principal, tool);
      if (counted.length === 0) return { leave, postponed: () => undefined };
      const known = counted.filter((meter) => !hasRoom(meter) && !askerOf(meter).mayAskAgain(meter));
      if (known.length > 0) {
        leave();
        return refuse(known, counted, principal);
      }
      const decide = (ended: readonly Meter[]): Pass | Refused => {
        if (ended.length === 0) return { leave, postponed: () => giveBack(counted.filter(isPeriod)) };
        leave();
        giveBack(counted);
        return refuse(ended, counted, principal);
      };
      const failed = (thrown: unknown): never => {
        leave();
        throw thrown;
      };
      const found = count(counted);
      return found instanceof Promise ? found.then(decide, failed) : decide(found);
    },
  };
}

function isPeriod({ limit }: Meter): boolean {
  return 'period' in limit.window;
}
