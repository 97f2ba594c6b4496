import type { AdminRights } from '../core/admin.ts';
import type { Clock } from '../core/clock.ts';
import { PosternError } from '../core/errors.ts';
import { type Principal, principalKey } from '../core/principal.ts';
import { createFixedWindows } from '../lib/fixed-windows.ts';

export interface AdmissionOptions {
  readonly clock: Clock;
  /** How many requests somebody may make in a minute. */
  readonly perMinute: number;
}

const MINUTE_MS = 60_000;
/** However many keys a tenant makes, this many times as much as one of them. */
const OF_TENANT = 4;

/**
 * Counts a request of somebody, and of their tenant, at this node: what it protects is the node.
 * @param cost how many requests it is worth.
 * @throws PosternError `rate_limited`
 */
export type Admit = (principal: Principal, rights: AdminRights, cost: number) => void;

export function createAdmission({ clock, perMinute }: AdmissionOptions): Admit {
  const people = createFixedWindows({ clock, max: perMinute, windowMs: MINUTE_MS });
  const tenants = createFixedWindows({ clock, max: OF_TENANT * perMinute, windowMs: MINUTE_MS });
  return (principal, { tenant }, cost) => {
    // Who is refused takes nothing from the others of the tenant.
    const own = people.count(principalKey(principal), cost);
    const wait = own ?? (tenant === null ? undefined : tenants.count(tenant, cost));
    if (wait === undefined) return;
    const message = own === undefined ? 'Your tenant makes too many requests.' : 'You make too many requests.';
    throw new PosternError('rate_limited', { message, retryAfterSeconds: wait });
  };
}
