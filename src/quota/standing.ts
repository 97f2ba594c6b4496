import { countOf } from './meters.ts';
import type { Limit } from './rules.ts';
import type { Window } from './window.ts';

/** How a limit stands for a tenant. */
export interface LimitStanding {
  readonly name: string;
  readonly per: Limit['per'];
  readonly window: Window;
  /** `Infinity` for any number. */
  readonly calls: number;
  /** Calls of the tenant in the window that is now; nothing where that is not one count, or nobody has it. */
  readonly used: number | null;
  /** When that window ends, in milliseconds since the epoch. */
  readonly endsAt: number | null;
}

/** Reads a count. @returns nothing where no node but the one that counts knows it. */
export type ReadCount = (key: string, endsAt: number, window: Window) => Promise<number | undefined>;

/**
 * How limits stand for a tenant. Only a count of the tenant as a whole is told: of its callers, clients and tools there is
 * any number, each with a count of its own.
 * @param tenant without it, what the limits are and nobody's use.
 */
export async function standingOf(
  limits: readonly Limit[],
  tenant: string | undefined,
  now: number,
  read: ReadCount,
): Promise<LimitStanding[]> {
  return Promise.all(
    limits.map(async (limit) => {
      const { name, per, window } = limit;
      const calls = limit.callsOf(tenant ?? '');
      const said = { name, per, window, calls };
      if (tenant === undefined || per.some((part) => part !== 'tenant')) return { ...said, used: null, endsAt: null };
      const { key, endsAt } = countOf(limit, ofTenant(tenant, per.length), now);
      const used = await read(key, endsAt, window);
      return { ...said, used: used ?? null, endsAt: used === undefined ? null : endsAt };
    }),
  );
}

/** As `countedFor` names it. */
function ofTenant(tenant: string, parts: number): string {
  const part = `${tenant.length}:${tenant}`;
  return part.repeat(parts + 1);
}
