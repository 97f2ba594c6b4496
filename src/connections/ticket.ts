import type { ConnectionOwner } from '../core/connections.ts';
import type { AskedBy } from '../core/pending-accounts.ts';
import type { Principal } from '../core/principal.ts';
import type { Sealer } from '../lib/seal.ts';
import type { Seen } from './keep.ts';
import type { Variables } from './variables.ts';

/** What a connect URL was given to: it is good for no longer than each of these is. */
export interface Holder {
  /** The id of an API key, or of one of the admin API. */
  readonly key?: string;
  readonly adminKey?: string;
  /** A login here, and the client that it was to. */
  readonly grant?: string;
  readonly client?: string;
}

/** What somebody came with, as far as it can end before its time. */
export function holderOf({ kind, subject, clientId, grantId, admin }: Principal): Holder {
  if (kind === 'key') return admin === undefined ? { key: subject } : { adminKey: subject };
  return {
    ...(grantId === undefined ? {} : { grant: grantId }),
    ...(clientId === undefined ? {} : { client: clientId }),
  };
}

/** What a connect URL carries. It is sealed: the URL names nobody, and nobody can make one or alter it. */
export interface Ticket extends ConnectionOwner {
  /** One account is connected by it. */
  readonly id: string;
  readonly tenant: string;
  readonly upstream: string;
  /** What the account will be called. */
  readonly name: string;
  /** What is known of what stands for the variables in the URLs of the upstream. */
  readonly variables: Variables;
  /** Who asks, as whoever opens the URL is told. */
  readonly asker: string;
  /** In what way it was asked for: where nobody signs in, whoever asked confirms the account in that way. */
  readonly askedBy: AskedBy;
  /** Where the browser goes in the end, with a code by which whoever asked takes the account over. */
  readonly returnTo: string | null;
  /** What it was given to. */
  readonly holder: Holder;
  /** The account of its name when it was made, which it replaces; no other one, and none that came later. */
  readonly replaces: Seen;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
}

export function sealTicket(ticket: Ticket, sealer: Sealer): string {
  return sealer.seal(JSON.stringify(ticket), contextOf(ticket.upstream));
}

/** @returns nothing for what is altered, of another upstream, or over. */
export function openTicket(sealed: string, upstream: string, sealer: Sealer, now: number): Ticket | undefined {
  const opened = sealer.open(sealed, contextOf(upstream));
  if (opened === undefined) return undefined;
  const ticket = JSON.parse(opened) as Ticket;
  return ticket.expiresAt > now ? ticket : undefined;
}

function contextOf(upstream: string): string {
  return JSON.stringify(['connect', upstream]);
}
