import type { Ticket } from '../../connections/ticket.ts';
import { createUserCode, digestOfUserCode, readUserCode, shownUserCode } from '../../connections/user-code.ts';
import type { VaultPlace } from '../../connections/vault.ts';
import type { ConnectionName } from '../../core/connections.ts';
import type { AskedBy, PendingAccount } from '../../core/pending-accounts.ts';
import { constantTimeEqual } from '../../lib/digest.ts';
import { deriveKey } from '../../lib/seal.ts';
import { keepWaiting, overReason, type Stored, WAITING_MS, type Waiting, type WaitingParts } from './waiting.ts';

export interface PendingParts extends WaitingParts {
  /** At least 32 bytes. */
  readonly master: Uint8Array;
}

/** Whose account it becomes, and where. */
export type PendingOwner = Pick<ConnectionName, 'tenant' | 'upstream' | 'subject' | 'issuer'>;

/** @property ended accounts that were given up, because this was one wrong code too many. */
export type Confirmed = Stored | { readonly kind: 'unknown'; readonly ended: readonly Ticket[] };

/**
 * Accounts that were connected by somebody of whom nothing is known but that they had the URL. Each counts once whoever
 * asked for it says its code, which the browser was shown: so whoever sends the URL to somebody else has no account of
 * theirs, and whoever finds the URL has foisted none on anybody (security case 71).
 */
export interface PendingAccounts {
  /** @returns the code, as it is shown; nothing where too many wait already. */
  keep(waiting: Waiting): Promise<string | undefined>;
  /** Whether one waits that was asked for in a call. */
  waits(owner: PendingOwner): Promise<boolean>;
  /**
   * Has the account count that has this code, once.
   * @param code in whatever spelling.
   * @param askedBy among those alone that were asked for so. Default: all of this owner.
   * @returns `unknown` for a code that is wrong, used, or ten minutes old, and all the same where nothing waits.
   */
  confirm(owner: PendingOwner, code: string, askedBy?: AskedBy): Promise<Confirmed>;
}

/** Wrong codes that an account stands, from whomever. */
const TRIES = 5;
/** How many of one owner may wait at an upstream: each was a URL that somebody was given. */
const MOST_WAITING = 20;

export function createPending(parts: PendingParts): PendingAccounts {
  const { table, vault, clock } = parts;
  const { pending } = table;
  const key = deriveKey(parts.master, 'connect-codes');

  const opened = ({ sealed, ...row }: PendingAccount): Waiting | undefined => {
    const text = vault.open(sealed, placeOf(row));
    return text === undefined ? undefined : (JSON.parse(text) as Waiting);
  };
  /** Whether it could count still. */
  const stands = async (row: PendingAccount): Promise<boolean> => {
    const waiting = opened(row);
    return waiting !== undefined && (await overReason(waiting.ticket, parts)) === undefined;
  };
  const giveUp = async (tried: readonly PendingAccount[]): Promise<readonly Ticket[]> => {
    const ended: Ticket[] = [];
    for (const row of tried) {
      const ticket = row.tries >= TRIES && (await pending.delete(row.id)) ? opened(row)?.ticket : undefined;
      if (ticket !== undefined) ended.push(ticket);
    }
    return ended;
  };

  return {
    keep: async (waiting) => {
      const { id, tenant, upstream, subject, issuer, askedBy } = waiting.ticket;
      const owner = { tenant, upstream, subject, issuer };
      const now = clock.now();
      await pending.forget(now);
      if ((await pending.list({ ...owner, now, limit: MOST_WAITING })).length >= MOST_WAITING) return undefined;
      const code = createUserCode();
      const { sealed } = vault.seal(JSON.stringify(waiting), placeOf({ id, tenant }));
      const digest = digestOfUserCode(key, id, code);
      const row = { id, ...owner, askedBy, digest, sealed, tries: 0, expiresAt: now + WAITING_MS };
      return (await pending.insert(row)) ? shownUserCode(code) : undefined;
    },
    waits: async (owner) => {
      const query = { ...ownerOf(owner), askedBy: 'call', now: clock.now(), limit: MOST_WAITING } as const;
      for (const row of await pending.list(query)) if (await stands(row)) return true;
      return false;
    },
    confirm: async (owner, typed, askedBy) => {
      const code = readUserCode(typed);
      if (code === undefined) return { kind: 'unknown', ended: [] };
      const asked = askedBy === undefined ? {} : { askedBy };
      const tried = await pending.tried({ ...ownerOf(owner), ...asked, now: clock.now(), most: TRIES });
      const right = tried.filter(({ id, digest }) => constantTimeEqual(digestOfUserCode(key, id, code), digest));
      const [row] = right;
      if (row === undefined) return { kind: 'unknown', ended: await giveUp(tried) };
      await pending.spare(tried.filter((each) => each !== row).map(({ id }) => id));
      const waiting = (await pending.delete(row.id)) ? opened(row) : undefined;
      if (waiting === undefined || (await overReason(waiting.ticket, parts)) !== undefined) return NOTHING;
      const stored = await keepWaiting(waiting, parts);
      return 'row' in stored ? stored : NOTHING;
    },
  };
}

const NOTHING = { kind: 'unknown', ended: [] } as const;

function ownerOf({ tenant, upstream, subject, issuer }: PendingOwner): PendingOwner {
  return { tenant, upstream, subject, issuer };
}

function placeOf({ id, tenant }: Pick<PendingAccount, 'id' | 'tenant'>): VaultPlace {
  return { tenant, connection: id, field: 'pending', version: 1 };
}
