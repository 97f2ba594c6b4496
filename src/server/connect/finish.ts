import type { Ticket } from '../../connections/ticket.ts';
import type { Cache } from '../../core/cache.ts';
import type { ConnectionRow } from '../../core/connections.ts';
import type { HttpReply } from '../../http/exchange.ts';
import { sha256 } from '../../lib/digest.ts';
import { randomSecret } from '../../oauth/browser/cookies.ts';
import { seeOther } from '../../oauth/browser/shell.ts';
import { connectedPage, type End, pendingPage } from './pages.ts';
import type { PendingAccounts } from './pending.ts';
import {
  keepWaiting,
  overReason,
  type Stored,
  WAITING_MS,
  type Waiting,
  type WaitingParts,
  whyNotWaiting,
} from './waiting.ts';

/** What became of a connect URL, for the log and the audit trail. */
export type ConnectEvent =
  | {
      readonly kind: 'connection_created' | 'connection_changed';
      readonly row: ConnectionRow;
      readonly requestId: string;
    }
  /** An account waits for its code; or was given up, because the code was wrong too often. */
  | {
      readonly kind: 'connection_pending' | 'connection_refused';
      readonly ticket: Pick<Ticket, 'tenant' | 'upstream' | 'name' | 'subject'>;
      readonly requestId: string;
    }
  | {
      readonly kind: 'connect_failed';
      readonly ticket: Pick<Ticket, 'tenant' | 'upstream'>;
      readonly reason: string;
      readonly requestId: string;
    };

export interface FinishParts extends WaitingParts {
  /** One that seals what it is given. */
  readonly cache: Cache;
  /** Where accounts wait for a code. */
  readonly pending: PendingAccounts;
  readonly happened: (event: ConnectEvent) => void;
}

/** What a browser has come back with. */
export interface Returned {
  readonly waiting: Waiting;
  /** Whether the user whose account it becomes has signed in on the way. */
  readonly signedIn: boolean;
  readonly requestId: string;
  readonly cookies: readonly string[];
}

/** The last step in the browser, and what whoever asked does then. @returns the page, or why nothing is kept. */
export async function finish(returned: Returned, parts: FinishParts): Promise<HttpReply | keyof typeof NOT_KEPT> {
  const { returnTo } = returned.waiting.ticket;
  if (returnTo !== null) return handBack(returned, returnTo, parts);
  return returned.signedIn ? keep(returned, parts) : wait(returned, parts);
}

/** The user has signed in whose account it becomes: it counts. */
async function keep({ waiting, requestId, cookies }: Returned, parts: FinishParts) {
  const stored = await keepWaiting(waiting, parts);
  if (!('row' in stored)) return stored.kind;
  parts.happened({ kind: `connection_${stored.kind}`, row: stored.row, requestId });
  return connectedPage(waiting.ticket, requestId, cookies);
}

/** Whoever has the URL has come: nothing counts before whoever asked has said the code that is shown here. */
async function wait({ waiting, requestId, cookies }: Returned, parts: FinishParts) {
  const why = await whyNotWaiting(waiting, parts);
  if (why !== undefined) return why;
  const code = await parts.pending.keep(waiting);
  if (code === undefined) return 'crowded';
  const { ticket } = waiting;
  parts.happened({ kind: 'connection_pending', ticket, requestId });
  return pendingPage(ticket, code, requestId, cookies);
}

/** The server of whoever asked knows who its user is, and takes the account over or leaves it. */
async function handBack({ waiting, cookies }: Returned, returnTo: string, { cache }: FinishParts): Promise<HttpReply> {
  const code = randomSecret();
  await cache.set(waitingKey(code), JSON.stringify(waiting), WAITING_MS);
  const url = new URL(returnTo);
  url.searchParams.set('code', code);
  return seeOther(url.href, cookies);
}

/**
 * Takes over what a browser was sent back with, once.
 * @param tenant whose server asks.
 * @returns nothing for a code that is unknown, used, ten minutes old, or of another tenant; or where the name is taken,
 *   or what it was for has ended.
 */
export async function takeOver(code: string, tenant: string, parts: FinishParts): Promise<Stored | undefined> {
  const taken = await parts.cache.take(waitingKey(code));
  const waiting = taken === undefined ? undefined : (JSON.parse(taken) as Waiting);
  if (waiting?.ticket.tenant !== tenant || (await overReason(waiting.ticket, parts)) !== undefined) return undefined;
  const stored = await keepWaiting(waiting, parts);
  return 'row' in stored ? stored : undefined;
}

/** What whoever opened it is told where nothing was kept, and why that is. */
export const NOT_KEPT = {
  taken: { end: 'taken', reason: 'the name is taken' },
  full: { end: 'full', reason: 'there may be no more accounts' },
  moved: { end: 'ticket', reason: 'the account is another one by now' },
  crowded: { end: 'crowded', reason: 'too many wait for their codes' },
} as const satisfies { readonly [kind: string]: { readonly end: End; readonly reason: string } };

function waitingKey(code: string): string {
  return `connect:waiting:${sha256(code)}`;
}
