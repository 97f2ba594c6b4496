import type { Account, Accounts, ConnectionRow } from '../core/connections.ts';
import { PosternError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { chosen } from './choose.ts';
import { heldOf, isRenewable, type Kept } from './credentials.ts';
import { openCredential } from './records.ts';
import { createRefresh, lose, type RefreshParts } from './refresh.ts';
import { cannotAsk, needsReauth, operatorsToMend } from './refusals.ts';

export interface AccountsOptions extends RefreshParts {
  /** The upstream's name in the config. */
  readonly upstream: string;
  /** Whether callers are shown an argument by which to choose. */
  readonly choose: boolean;
}

/** A token that ends while the call is under way is of no use; one that lives for less is used for half its life. */
const EARLY_MS = 30_000;
/** More of them nobody could choose from. */
const MOST = 100;

/** The connections of one upstream, for calls. */
export function createAccounts(options: AccountsOptions): Accounts {
  const { table, vault, clock, upstream } = options;
  const refresh = createRefresh(options);

  const usable = async ({ tenant, kind, subject, issuer, link }: Principal): Promise<ConnectionRow[]> => {
    // A link that was made for one account is used with no other, whoever's they are.
    if (link?.connectionId !== undefined) {
      const row = await table.find(link.connectionId);
      return row?.tenant === tenant && row.upstream === upstream ? [row] : [];
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
    refuse: async ({ id, version }) => {
      const row = await table.find(id);
      if (row !== undefined && row.version === version) await lose(row, options);
    },
  };
}

function spelled({ id, version, baseUrl }: ConnectionRow, kept: Kept): Account | undefined {
  const held = heldOf(kept);
  return held && { id, version, held, baseUrl };
}
