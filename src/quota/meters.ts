import type { Clock } from '../core/clock.ts';
import type { Principal } from '../core/principal.ts';
import type { Tool } from '../core/tool.ts';
import { sha256 } from '../lib/digest.ts';
import { Lru } from '../lib/lru.ts';
import { countedFor, type Limit, type QuotaRules } from './rules.ts';
import { spanAt } from './window.ts';

/** What this process knows of one count. */
export interface Meter {
  readonly limit: Limit;
  /** How many calls there may be in the window. */
  calls: number;
  /** What the count was when it was last asked. */
  value: number;
  /** Calls of this process that the count is being asked about: they may all be admitted. */
  asked: number;
  /** Calls of this process that the count has not heard of, because it could not be asked; below zero, calls to take back. */
  owed: number;
  /** When the window ends, in milliseconds since the epoch. Before the count has said so: if it begins now. */
  endsAt: number;
  /** How long the whole window is, in milliseconds. */
  windowMs: number;
  /** What the count is kept under. */
  key: string;
  /** Whether somebody was told that this window is used up. */
  told: boolean;
}

/** How many calls the window has seen, as far as this process can tell; never too few of its own. */
export function usedOf({ value, asked, owed }: Meter): number {
  return value + asked + owed;
}

export interface Meters {
  /** The counts that a call goes to, each in the window that is now. Empty for most calls of most configs. */
  of(rules: QuotaRules, principal: Principal, tool: Tool): readonly Meter[];
}

const NONE: readonly Meter[] = [];

/**
 * @param max counts that are known; what is known of those used longest ago is forgotten here and asked again.
 */
export function createMeters(clock: Clock, max: number): Meters {
  const meters = new Lru<string, Meter>({ max });

  const meterOf = (limit: Limit, calls: number, whose: string): Meter => {
    const name = `${limit.name} ${whose}`;
    const known = meters.get(name);
    const now = clock.now();
    // A limit of that name from another config may have another window.
    if (known !== undefined && known.limit === limit && known.endsAt > now) {
      known.calls = calls;
      return known;
    }
    const { label, endsAt, ms } = spanAt(limit.window, now);
    // A digest: subjects are of any length, and nobody's business who looks at keys.
    const key = `quota:${limit.name}:${label}:${sha256(whose)}`;
    const meter = { limit, calls, value: 0, asked: 0, owed: 0, endsAt, windowMs: ms, key, told: false };
    meters.set(name, meter);
    return meter;
  };

  return {
    of({ limits }, principal, tool) {
      if (limits.length === 0) return NONE;
      const found: Meter[] = [];
      for (const limit of limits) {
        const calls = limit.callsOf(principal.tenant);
        if (calls === Number.POSITIVE_INFINITY || !limit.covers(tool)) continue;
        const whose = countedFor(limit, principal, tool);
        if (whose !== undefined) found.push(meterOf(limit, calls, whose));
      }
      return found;
    },
  };
}
