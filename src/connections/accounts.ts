import type { Account, Accounts, AskedOfCaller, ConnectionRow } from '../core/connections.ts';
import { PosternError } from '../core/errors.ts';
import { type Principal, principalKey } from '../core/principal.ts';
import { Lru } from '../lib/lru.ts';
import { MOST_OF_OWNER } from './add.ts';
import { chosen } from './choose.ts';
import { heldOf, isRenewable, type Kept } from './credentials.ts';
import { openCredential } from './records.ts';
import { createRefresh, lose, type RefreshParts } from './refresh.ts';
import { cannotAsk, needsReauth, operatorsToMend } from './refusals.ts';
import { type Holder, holderOf } from './ticket.ts';
import { filledIn, type Variables, variablesOf } from './variables.ts';

export interface AccountsOptions extends RefreshParts {
  /** The upstream's name in the config. */
  readonly upstream: string;
  /** Where accounts are that are nowhere else: with variables, which each account fills in. */
  readonly place?: string;
  /** Whether callers with several accounts choose by an argument. */
  readonly choose: boolean;
  /** Tells of the end of a connection. Default: a call that is under way goes on. */
  readonly watch?: (id: string, end: (reason: unknown) => void) => () => void;
  /** Makes a URL at which an account is connected. Default: there is none. */
  readonly connectUrl?: (wish: AccountWish) => Promise<string | undefined>;
  /** Where accounts wait that callers were told the URL of. Default: none do. */
  readonly pending?: PendingOfCalls;
  /** Who is told of it: keys and services of a tenant too, for the whole tenant; or users, each for themselves. */
  readonly offerTo?: 'callers' | 'users' | 'nobody';
}

/** An account that is to be connected. */
export interface AccountWish {
  readonly tenant: string;
  readonly upstream: string;
  readonly name?: string;
  readonly variables?: Variables;
  readonly user?: { readonly subject: string; readonly issuer: string };
  /** Who is told. */
  readonly holder: Holder;
}

/** Accounts that somebody connected at a URL that was told in a call, and that wait for their codes. */
export interface PendingOfCalls {
  waits(owner: AccountOwner): Promise<boolean>;
  /** @returns whether one counts from now on that has this code. */
  confirm(owner: AccountOwner, code: string, requestId: string): Promise<boolean>;
}

/** Whose accounts they are, and where. */
type AccountOwner = Pick<ConnectionRow, 'tenant' | 'upstream' | 'subject' | 'issuer'>;

/** A token that ends while the call is under way is of no use; one that lives for less is used for half its life. */
const EARLY_MS = 30_000;
/** Those of the tenant, and a user's own. */
const MOST = 2 * MOST_OF_OWNER;
/** What is known of somebody's accounts may be so old in what they are shown. */
const ASKED_MS = 5_000;
const KEPT_ASKED = 10_000;
const NO_NAMES: readonly string[] = [];

/** The connections of one upstream, for calls. */
export function createAccounts(options: AccountsOptions): Accounts {
  const { table, vault, clock, upstream } = options;
  const refresh = createRefresh(options);
  const known = new Lru<string, { readonly asked: AskedOfCaller; readonly until: number }>({ max: KEPT_ASKED });

  const usable = async ({ tenant, kind, subject, issuer, link }: Principal): Promise<ConnectionRow[]> => {
    // A link that was made for one account is used with no other, whoever's they are.
    if (link?.connectionId !== undefined) {
      const row = await table.find(link.connectionId);
      // Nor is it used with one of somebody who has not made it.
      return row?.tenant === tenant && row.upstream === upstream && row.subject === null ? [row] : [];
    }
    const owner = kind === 'user' ? { subject, issuer: issuer ?? null } : { subject: null, issuer: null };
    const rows = await table.usable({ tenant, upstream, limit: MOST, ...owner });
    // The first of a name is the user's own.
    return rows.filter(({ name }, index) => rows.findIndex((row) => row.name === name) === index);
  };

  const opened = (row: ConnectionRow): Kept => {
    const kept = openCredential(vault, row);
    if (kept !== undefined) return kept;
    options.refused(`connection ${row.id}: the vault does not open it`);
    throw operatorsToMend();
  };

  /** @returns nothing for an account whose token ends too soon, or that has none yet. */
  const accountOf = (row: ConnectionRow, earlyMs = EARLY_MS): Account | undefined => {
    const kept = opened(row);
    if (isRenewable(kept) && kept.expiresAt !== undefined) {
      const early = Math.min(earlyMs, Math.max(0, kept.expiresAt - row.updatedAt) / 2);
      if (kept.expiresAt - early <= clock.now()) return undefined;
    }
    return spelled(row, kept);
  };

  const placeOf = ({ id, baseUrl, variables }: ConnectionRow): string | null => {
    if (baseUrl !== null || options.place === undefined) return baseUrl;
    const place = filledIn(options.place, variables);
    if (place !== undefined) return place;
    options.refused(`connection ${id}: no value for ${variablesOf(options.place).join(', ')}`);
    throw operatorsToMend();
  };

  const spelled = (row: ConnectionRow, kept: Kept): Account | undefined => {
    const held = heldOf(kept);
    return held && { id: row.id, version: row.version, held, baseUrl: placeOf(row) };
  };

  const renewed = async (row: ConnectionRow, fallback: Account | undefined): Promise<Account> => {
    const result = await refresh(row);
    switch (result.kind) {
      case 'stands': {
        // It was written a moment ago: whatever it says of its end, there is none that is newer.
        const account = spelled(result.row, opened(result.row));
        if (account === undefined) throw needsReauth(row);
        return account;
      }
      case 'ended':
        throw needsReauth(row);
      case 'ours':
        throw operatorsToMend();
      case 'unknown':
        if (fallback !== undefined) return fallback;
        throw cannotAsk();
    }
  };

  const another = async (row: ConnectionRow, refused: Account): Promise<Account | undefined> => {
    if (row.version !== refused.version) return accountOf(row) ?? renewed(row, undefined);
    if (isRenewable(opened(row))) return renewed(row, undefined);
    await lose(row, options);
    return undefined;
  };

  const waits = async (principal: Principal): Promise<boolean> => {
    const owner = ownerFor(principal, options);
    return owner !== undefined && (await options.pending?.waits(owner)) === true;
  };

  return {
    accountFor: async (principal, name) => {
      const row = chosen(await usable(principal), name, options.choose);
      if (row.state === 'needs_reauth') throw needsReauth(row);
      return accountOf(row) ?? renewed(row, accountOf(row, 0));
    },
    renew: async (refused) => {
      const row = await table.find(refused.id);
      if (row === undefined || row.state === 'needs_reauth') return undefined;
      try {
        return await another(row, refused);
      } catch (thrown) {
        // What the API has answered says it as well, and is recorded.
        if (thrown instanceof PosternError && thrown.code === 'needs_reauth') return undefined;
        throw thrown;
      }
    },
    asked: async (principal) => {
      const key = JSON.stringify([principalKey(principal), principal.link?.connectionId]);
      const kept = known.get(key);
      if (kept !== undefined && kept.until > clock.now()) return kept.asked;
      // A list is no worse for want of them: whoever calls is told.
      const rows = options.choose ? await usable(principal).catch(() => []) : [];
      const asked = {
        names: rows.length > 1 ? rows.map(({ name }) => name) : NO_NAMES,
        waits: await waits(principal).catch(() => false),
      };
      known.set(key, { asked, until: clock.now() + ASKED_MS });
      return asked;
    },
    connectUrl: async (principal, name) => {
      const rows = await usable(principal);
      const only = name === undefined && rows.length > 1 ? undefined : rows[0];
      const row = name === undefined ? only : rows.find((each) => each.name === name);
      if (rows.length > 0 && row?.state !== 'needs_reauth') return undefined;
      const wish = wishOf(principal, row, options);
      return wish && options.connectUrl?.(wish);
    },
    waits,
    confirm: async (principal, code, requestId) => {
      const owner = ownerFor(principal, options);
      return owner !== undefined && (await options.pending?.confirm(owner, code, requestId)) === true;
    },
    watch: ({ id }, end) => options.watch?.(id, end) ?? (() => undefined),
    refuse: async ({ id, version }) => {
      const row = await table.find(id);
      if (row !== undefined && row.version === version) await lose(row, options);
    },
  };
}

/**
 * What a caller may connect: users what is theirs alone, and whoever has a credential of the tenant what is the tenant's.
 * A user who could replace the account of the tenant could read what the others write. A link only takes away.
 */
function wishOf(
  principal: Principal,
  row: ConnectionRow | undefined,
  options: AccountsOptions,
): AccountWish | undefined {
  // What is there was connected in another way, and is mended in that.
  if (row !== undefined && row.kind !== 'oauth2') return undefined;
  const owner = ownerFor(principal, options);
  if (owner === undefined) return undefined;
  const { tenant, upstream, subject, issuer } = owner;
  const wish = {
    tenant,
    upstream,
    holder: holderOf(principal),
    ...(row && { name: row.name, variables: row.variables }),
  };
  if (subject === null || issuer === null) return wish;
  const theirs = row === undefined || row.subject !== null;
  return theirs ? { ...wish, user: { subject, issuer } } : undefined;
}

/** Whose accounts a caller may connect, if any. */
function ownerFor(
  { tenant, kind, subject, issuer }: Principal,
  { upstream, offerTo = 'nobody' }: AccountsOptions,
): AccountOwner | undefined {
  if (kind === 'user') {
    return offerTo === 'nobody' || issuer === undefined ? undefined : { tenant, upstream, subject, issuer };
  }
  const offered = (kind === 'key' || kind === 'service') && offerTo === 'callers';
  return offered ? { tenant, upstream, subject: null, issuer: null } : undefined;
}
