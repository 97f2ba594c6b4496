import type { Clock } from '../core/clock.ts';
import type { Principal } from '../core/principal.ts';
import type { Tool } from '../core/tool.ts';
import { sha256 } from '../lib/digest.ts';
import { Lru } from '../lib/lru.ts';
import { countedFor, type Limit, type QuotaRules } from './rules.ts';
import { spanAt } from './window.ts';

/** What this process knows of one count in one window. */
export interface Meter {
  readonly limit: Limit;
  /** What the count is kept under. */
  readonly key: string;
  /** When the window ends, in milliseconds since the epoch. */
  readonly endsAt: number;
  /** How long the whole window is, in milliseconds. */
  readonly windowMs: number;
  /** How many calls there may be in the window. */
  calls: number;
  /** What the count was when it was last asked. */
  value: number;
  /** Calls that the count is being asked about: they may all be admitted. */
  asked: number;
  /** Calls that the count has not heard of, because it could not be asked; below zero, calls to give back. */
  owed: number;
  /** When a count that was used up is asked again, since others may have given back: on the monotonic clock. */
  askAgainAt: number;
  /** Whether somebody was told that this window is used up. */
  told: boolean;
}

/** Whether there is room for a call, as far as this process can tell. */
export function hasRoom({ value, asked, owed, calls }: Meter): boolean {
  return value + asked + owed < calls;
}

export interface Meters {
  /** The counts that a call goes to, each in the window that is now. Empty for most calls of most configs. */
  of(rules: QuotaRules, principal: Principal, tool: Tool): readonly Meter[];
}

const NONE: readonly Meter[] = [];

/** @param max counts that are known; what is known of those used longest ago is forgotten here and asked again. */
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
    const { key, endsAt, windowMs } = countOf(limit, whose, now);
    const unknown = { value: 0, asked: 0, owed: 0, askAgainAt: Number.NEGATIVE_INFINITY, told: false };
    const meter: Meter = { limit, key, endsAt, windowMs, calls, ...unknown };
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

/** What is counted under which key in the window that is now, and how long. */
export function countOf(
  { name, window }: Limit,
  whose: string,
  now: number,
): Pick<Meter, 'key' | 'endsAt' | 'windowMs'> {
  // A digest: subjects are of any length, and nobody's business who looks at keys.
  const digest = sha256(whose);
  const { label, endsAt, ms: windowMs } = spanAt(window, now, phaseOf(digest));
  return { key: `quota:${name}:${label}:${digest}`, endsAt, windowMs };
}

/** A number from 0 to 1 that is the same on every node. */
function phaseOf(digest: string): number {
  return Buffer.from(digest, 'base64url').readUInt32BE() / 2 ** 32;
}
