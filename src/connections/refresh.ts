import type { Cache } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import type { ConnectionRow, ConnectionTable } from '../core/connections.ts';
import { oneNode, writeSurely } from '../lib/one-node.ts';
import { SingleFlight } from '../lib/single-flight.ts';
import { endOf, isRenewable, type Kept, type Renewable } from './credentials.ts';
import { openCredential, sealCredential } from './records.ts';
import type { Vault } from './vault.ts';

/** What a token endpoint answered. */
export type TokenAnswer =
  | {
      readonly kind: 'token';
      readonly accessToken: string;
      /** How long it lives, where that was said. */
      readonly seconds?: number;
      /** Nothing: the one that was used stays good (RFC 6749 §6). */
      readonly refreshToken?: string;
      readonly scopes?: readonly string[];
    }
  /** It said no, in the word of OAuth; `invalid_response` for an answer that does not hold. */
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'unreachable' };

/** Asks the token endpoint of an upstream. @param variables what stands for the variables in its URL. */
export type AskToken = (kept: Renewable, variables: ConnectionRow['variables']) => Promise<TokenAnswer>;

export type Refreshed =
  | { readonly kind: 'stands'; readonly row: ConnectionRow }
  /** It has to be connected again, or is gone. */
  | { readonly kind: 'ended' }
  | { readonly kind: 'unknown' }
  /** Only the operator can mend it. */
  | { readonly kind: 'ours' };

/** Refusals that are about the account; `invalid_client` is, where the client is the account's own. */
const ENDED: ReadonlySet<string> = new Set([
  'invalid_grant',
  'interaction_required',
  'login_required',
  'consent_required',
]);
const ENDED_CLIENT: ReadonlySet<string> = new Set(['invalid_client', 'unauthorized_client', 'access_denied']);

export interface RefreshParts {
  readonly table: ConnectionTable;
  readonly vault: Vault;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly ask: AskToken;
  /** Hears that a connection has to be connected again. */
  readonly lost: (row: ConnectionRow) => void;
  /** Hears of what only the operator can mend. */
  readonly refused: (why: string) => void;
}

/** Marks a version of a connection as one that is taken no more. */
export async function lose(row: ConnectionRow, { table, lost }: Pick<RefreshParts, 'table' | 'lost'>): Promise<void> {
  if (await table.needsReauth(row.id, row.version)) lost(row);
}

/** Another token for a version of a connection: one request for all calls and nodes that want it. */
export function createRefresh(parts: RefreshParts): (seen: ConnectionRow) => Promise<Refreshed> {
  const { table, cache, clock } = parts;
  const flights = new SingleFlight<string, Refreshed>();

  const renew = async ({ id, version }: ConnectionRow): Promise<Refreshed> => {
    const renewed = await oneNode<Refreshed>({ cache, clock, name: `connection:${id}` }, async (may) => {
      const now = await table.find(id);
      if (now === undefined || now.state === 'needs_reauth') return { kind: 'ended' };
      if (now.version !== version) return { kind: 'stands', row: now };
      return may ? refresh(now, parts) : undefined;
    });
    return renewed ?? { kind: 'unknown' };
  };
  return (seen) => flights.run(JSON.stringify([seen.id, seen.version]), () => renew(seen));
}

async function refresh(row: ConnectionRow, parts: RefreshParts): Promise<Refreshed> {
  const { table, vault, clock, ask, refused } = parts;
  const ours = (error: string): Refreshed => {
    refused(`connection ${row.id}: ${error}`);
    return { kind: 'ours' };
  };
  const kept = openCredential(vault, row);
  if (kept === undefined || !isRenewable(kept)) return ours('the vault does not open it');
  // With no refresh token there is nothing to ask with.
  const answer: TokenAnswer =
    kept.kind === 'oauth2' && kept.refreshToken === undefined
      ? { kind: 'refused', error: 'invalid_grant' }
      : await ask(kept, row.variables);
  if (answer.kind === 'unreachable') return { kind: 'unknown' };
  if (answer.kind === 'refused') {
    const ended = ENDED.has(answer.error) || (kept.kind !== 'oauth2' && ENDED_CLIENT.has(answer.error));
    if (!ended) return ours(answer.error);
    const newer = await overtaken(row, table);
    if (newer !== undefined) return { kind: 'stands', row: newer };
    await lose(row, parts);
    return { kind: 'ended' };
  }
  const next = { ...row, version: row.version + 1 };
  const fresh = renewed(kept, answer, clock.now());
  const write = {
    ...sealCredential(vault, next, fresh),
    scopes: answer.scopes ?? row.scopes,
    updatedAt: clock.now(),
    endsAt: endOf(fresh),
  };
  if (await writeSurely(clock, () => table.replace(row.id, row.version, write))) {
    return { kind: 'stands', row: { ...next, ...write } };
  }
  const newer = await overtaken(row, table);
  return newer === undefined ? { kind: 'ended' } : { kind: 'stands', row: newer };
}

/** What another node, or the operator, may have written meanwhile. */
async function overtaken({ id, version }: ConnectionRow, table: ConnectionTable): Promise<ConnectionRow | undefined> {
  const now = await table.find(id);
  return now === undefined || now.version === version ? undefined : now;
}

function renewed(kept: Renewable, answer: Extract<TokenAnswer, { kind: 'token' }>, now: number): Renewable {
  const { accessToken, seconds, refreshToken } = answer;
  const fresh = { accessToken, expiresAt: seconds === undefined ? undefined : now + seconds * 1000 };
  return kept.kind === 'oauth2'
    ? { ...kept, ...fresh, refreshToken: refreshToken ?? kept.refreshToken }
    : { ...kept, ...fresh };
}

/** What the vault keeps of the first answer of an account. */
export function credentialOf(answer: Extract<TokenAnswer, { kind: 'token' }>, now: number): Kept {
  const { refreshToken } = answer;
  return renewed({ kind: 'oauth2', ...(refreshToken === undefined ? {} : { refreshToken }) }, answer, now);
}
