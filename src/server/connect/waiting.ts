import type { Kept } from '../../connections/credentials.ts';
import { isAsSeen, type KeepParts, type KeptAccount, keepAccount, whyNotKept } from '../../connections/keep.ts';
import type { ConnectionWish } from '../../connections/make.ts';
import type { Ticket } from '../../connections/ticket.ts';
import { createIds } from '../../lib/ids.ts';
import type { IsGood } from './holders.ts';

/** How long an account waits for whoever asked, by whichever code. */
export const WAITING_MS = 10 * 60_000;

/** An account that was connected at a connect URL, and is not kept yet. */
export interface Waiting {
  readonly ticket: Ticket;
  readonly kept: Kept;
  readonly scopes: readonly string[];
}

/** An account that is kept now. */
export type Stored = Extract<KeptAccount, { readonly kind: 'created' | 'changed' }>;

export interface WaitingParts extends KeepParts {
  /** Whether a tenant is suspended. @throws PosternError `unavailable` */
  readonly suspended: (tenant: string) => Promise<boolean>;
  /** Whether what a URL was given to is good still. */
  readonly isGood: IsGood;
}

/** Why a URL is good no more, although its time is not over (security case 59): asked with each step. */
export async function overReason(
  ticket: Ticket,
  { suspended, isGood, table }: Pick<WaitingParts, 'suspended' | 'isGood' | 'table'>,
): Promise<string | undefined> {
  if (await suspended(ticket.tenant)) return 'the tenant is suspended';
  if (!(await isGood(ticket.holder))) return 'what it was given to has ended';
  return isAsSeen(await table.named(ticket), ticket.replaces) ? undefined : 'the account is another one by now';
}

/** Has an account count that waited. */
export function keepWaiting(waiting: Waiting, parts: KeepParts): Promise<KeptAccount> {
  return keepAccount(wishOf(waiting, parts), waiting.kept, parts, waiting.ticket.replaces);
}

/** Why {@link keepWaiting} would not, so that nobody waits for nothing. */
export function whyNotWaiting(waiting: Waiting, parts: KeepParts): ReturnType<typeof whyNotKept> {
  return whyNotKept(wishOf(waiting, parts), waiting.kept, parts, waiting.ticket.replaces);
}

function wishOf({ ticket, scopes }: Waiting, { clock }: KeepParts): ConnectionWish {
  const { tenant, upstream, name, subject, issuer, variables } = ticket;
  return { id: createIds(clock)('con'), tenant, upstream, name, subject, issuer, variables, baseUrl: null, scopes };
}
