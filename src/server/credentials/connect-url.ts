import { seenAs } from '../../connections/keep.ts';
import { type Holder, sealTicket, type Ticket } from '../../connections/ticket.ts';
import { unfitVariable, type Variables } from '../../connections/variables.ts';
import type { Clock } from '../../core/clock.ts';
import type { ConnectionTable } from '../../core/connections.ts';
import { PosternError } from '../../core/errors.ts';
import type { AskedBy } from '../../core/pending-accounts.ts';
import { createIds } from '../../lib/ids.ts';
import { createSealer, deriveKey, type Sealer } from '../../lib/seal.ts';
import type { Config } from '../config/config.ts';
import { connectableOf, placesOf } from '../config/connections.ts';

const MINUTE_MS = 60_000;
const USUAL_MS = 60 * MINUTE_MS;
const LONGEST_MS = 24 * 60 * MINUTE_MS;

/** For whom an account is to be connected, and as what. */
export interface ConnectWish {
  readonly tenant: string;
  /** By its name in the config. */
  readonly upstream: string;
  /** What callers know the account by. One that has the name is connected anew. Default: `main`. */
  readonly name?: string;
  /** What stands for the variables in the URLs of the upstream. What is left out is asked of whoever opens the URL. */
  readonly variables?: Variables;
  /** The one user whose account it is to be. Default: every caller of the tenant may use it. */
  readonly user?: { readonly subject: string; readonly issuer: string };
  /** Who asks, as whoever opens the URL is told. Default: what the server is called. */
  readonly asker?: string;
  /** What the URL is given to, and is good no longer than. Default: nothing that could end. */
  readonly holder?: Holder;
  /** In what way it was asked for. Default: `command`. */
  readonly askedBy?: AskedBy;
  /** One of `credential.oauth.returnTo`. Default: the browser stays on a page that says how it went. */
  readonly returnTo?: string;
  /** How long the URL is good, in milliseconds: from a minute to a day. Default: an hour. */
  readonly ttlMs?: number;
}

/** @property expiresAt milliseconds since the epoch. */
export interface ConnectUrl {
  readonly url: string;
  readonly expiresAt: number;
}

export interface ConnectGround {
  readonly clock: Clock;
  /** At least 32 bytes. */
  readonly master: Uint8Array;
  /** Where it is looked up what is replaced. */
  readonly table: Pick<ConnectionTable, 'named'>;
}

type ConnectConfig = Pick<Config, 'server' | 'upstreams'>;

/** What connect URLs are sealed with. */
export function connectSealer(master: Uint8Array): Sealer {
  return createSealer([{ id: 'c1', secret: deriveKey(master, 'connect') }]);
}

/** The page at which an account of an upstream is begun to be connected. */
export function startPath(upstream: string): string {
  return `/connect/${upstream}/start`;
}

/**
 * A URL at which an account is connected, once: signed and sealed, so that whoever holds it can do just that. It replaces
 * the account that has the name now, or none.
 * @throws PosternError `invalid_params`: what is wrong with the wish, for whoever has it.
 */
export async function createConnectUrl(
  config: ConnectConfig,
  { clock, master, table }: ConnectGround,
  wish: ConnectWish,
): Promise<ConnectUrl> {
  const { tenant, upstream, name = 'main', variables = {}, user, ttlMs = USUAL_MS, holder = {} } = wish;
  const { title, name: called } = config.server;
  const url = refuseUnfit(config, { ...wish, name, variables, ttlMs });
  const owner = { subject: user?.subject ?? null, issuer: user?.issuer ?? null };
  const replaces = seenAs(await table.named({ tenant, upstream, name, ...owner }));
  const expiresAt = clock.now() + ttlMs;
  const ticket: Ticket = {
    ...{ id: createIds(clock)('connect'), tenant, upstream, name, variables, expiresAt, holder, replaces, ...owner },
    ...{ asker: wish.asker ?? title ?? called, returnTo: wish.returnTo ?? null },
    askedBy: wish.askedBy ?? 'command',
  };
  const sealed = sealTicket(ticket, connectSealer(master));
  return { url: `${new URL(url).origin}${startPath(upstream)}?ticket=${sealed}`, expiresAt };
}

/** @returns the URL of this server. @throws PosternError `invalid_params` */
function refuseUnfit(
  config: ConnectConfig,
  wish: ConnectWish & Required<Pick<ConnectWish, 'name' | 'variables' | 'ttlMs'>>,
): string {
  const { tenant, upstream, name, variables, user, returnTo, ttlMs } = wish;
  const { url } = config.server;
  const oauth = connectableOf(config.upstreams[upstream]);
  if (oauth === undefined) {
    const names = Object.keys(config.upstreams).filter((each) => connectableOf(config.upstreams[each]) !== undefined);
    throw unfit(`${names.join(', ') || 'No upstream'} can be connected by URL.`);
  }
  if (url === undefined) throw unfit('A URL can be made once server.url says where this server is.');
  if (!/^[\x21-\x7e]{1,100}$/.test(tenant)) throw unfit('A tenant is 1 to 100 printable characters without spaces.');
  if (!/^\P{Cc}{1,100}$/u.test(name)) throw unfit('A name has 1 to 100 characters, and no control characters.');
  if (user !== undefined && !(isText(user.subject) && isText(user.issuer)))
    throw unfit('A user has a subject and an issuer.');
  if (returnTo !== undefined && !oauth.returnTo.includes(returnTo)) {
    throw unfit('returnTo is none of the URLs in credential.oauth.returnTo.');
  }
  if (!(ttlMs >= MINUTE_MS && ttlMs <= LONGEST_MS)) throw unfit('A connect URL is good for a minute to a day.');
  const wrong = unfitVariable(variables, placesOf(config.upstreams[upstream]));
  if (wrong !== undefined) throw unfit(wrong);
  return url;
}

/** As {@link createConnectUrl}. @returns nothing where there is none to be had. */
export async function connectUrlOf(...wanted: Parameters<typeof createConnectUrl>): Promise<string | undefined> {
  try {
    return (await createConnectUrl(...wanted)).url;
  } catch (thrown) {
    if (thrown instanceof PosternError && thrown.code === 'invalid_params') return undefined;
    throw thrown;
  }
}

function isText(text: string): boolean {
  return /^\P{Cc}{1,500}$/u.test(text);
}

function unfit(message: string): PosternError {
  return new PosternError('invalid_params', { message });
}
