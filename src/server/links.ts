import type { Authenticate } from '../auth/authenticate.ts';
import { createLinkVerifier, type LinkPrincipal } from '../auth/link-verifier.ts';
import type { AdmitsTenant } from '../auth/verifier.ts';
import type { Cache } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import type { Database } from '../core/database.ts';
import { PosternError } from '../core/errors.ts';
import type { LinkRow } from '../core/links.ts';
import { isOfOAuth, type Principal } from '../core/principal.ts';
import type { HttpRequest } from '../http/exchange.ts';
import { createFollower } from '../lib/follower.ts';
import { createIds } from '../lib/ids.ts';
import { deriveKey } from '../lib/seal.ts';
import { expireLinks } from '../links/expiry.ts';
import { createLinks, type Links } from '../links/links.ts';
import { createLinkDigest } from '../links/token.ts';
import type { Config } from './config/config.ts';
import { sitesOf } from './routes/site.ts';

/** Where every node hears of links that are not what they were, by their ids. */
const CHANNEL = 'links';
const DAY_MS = 86_400_000;

export interface LinkGround {
  readonly database: Pick<Database, 'links' | 'connections'>;
  readonly cache: Cache;
  readonly clock: Clock;
  /** At least 32 bytes. */
  readonly master: Uint8Array;
}

/** The links of a config: made, shown, changed and ended. For commands, and for whoever else may. */
export function linksOf(config: Config, { database, cache, clock, master }: LinkGround): Links {
  const { methods, maxDays, permanent } = config.auth.links;
  return createLinks({
    ...{ table: database.links, connections: database.connections, clock, ids: createIds(clock) },
    digest: createLinkDigest(deriveKey(master, 'links')),
    rules: {
      ...{ methods, permanent, maxTtlMs: maxDays * DAY_MS, keys: config.auth.apiKeys },
      toolsets: Object.keys(config.toolsets),
    },
    endpoint: (tenant) => endpointOf(config, tenant),
    // Whoever does not hear of it reads it half a second later.
    changed: (id) => cache.publish(CHANNEL, id).catch(() => undefined),
  });
}

/** Where a tenant's own clients go. */
function endpointOf(config: Config, tenant: string): string {
  const { url, host, port, path } = config.server;
  const site = sitesOf(config).find((each) => each.tenant === tenant);
  const origin =
    site?.origin ?? url?.replace(/\/+$/, '') ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return `${origin}${site?.path ?? ''}${path}`;
}

/** Lets in who comes with a link. */
export interface LinkDoor {
  /**
   * @param token the last segment of the path.
   * @throws PosternError `link_invalid` before anything else is looked at; `missing_credential`, `invalid_token` for the key
   *   that a link requires; `invalid_request` for a credential that it does not; `rate_limited`, `unavailable`.
   */
  enter(token: string, request: HttpRequest, endpoint: LinkEndpoint): Principal | Promise<Principal>;
  close(): Promise<void>;
}

/** What of an endpoint decides who is let in. */
interface LinkEndpoint {
  readonly audience: string | undefined;
  readonly admits: AdmitsTenant | undefined;
}

export interface LinkDoorParts extends LinkGround {
  readonly authenticate: Authenticate;
  /** Hears of links that have ended by themselves. */
  readonly expired: (row: LinkRow) => void;
  /** Hears why it cannot be heard what other nodes do to links. */
  readonly failed: (thrown: unknown) => void;
}

/** For a config that accepts links. */
export async function openLinkDoor(config: Config, parts: LinkDoorParts): Promise<LinkDoor> {
  const { methods } = config.auth.links;
  const { database, cache, clock, authenticate } = parts;
  const digest = createLinkDigest(deriveKey(parts.master, 'links'));
  const verifier = createLinkVerifier({ table: database.links, digest, clock, methods });
  const follower = createFollower({
    ...{ cache, clock, channel: CHANNEL, everyMs: DAY_MS },
    // The verifier reads each link anew that is used, twice a second.
    read: async () => undefined,
    hear: verifier.forget,
    missed: verifier.forgetAll,
    failed: parts.failed,
  });
  await follower.start();
  const expiry = expireLinks({ table: database.links, clock, expired: parts.expired });
  const both = createPairs();

  const withKey = async (link: LinkPrincipal, request: HttpRequest, { audience, admits }: LinkEndpoint) => {
    const ours = (tenant: string) => tenant === link.tenant && admits?.(tenant) !== false;
    const key = await authenticate(request, audience, ours);
    if (key.kind === 'key' && ours(key.tenant)) return both(link, key);
    const reason = isOfOAuth(key) ? 'credential_unknown' : 'key_unknown';
    throw new PosternError('invalid_token', { message: `This link takes an API key (${reason}).`, data: { reason } });
  };
  const admit = (link: LinkPrincipal, request: HttpRequest, endpoint: LinkEndpoint) => {
    if (endpoint.admits?.(link.tenant) === false) throw new PosternError('link_invalid');
    if (link.link.requireKey) return withKey(link, request, endpoint);
    // Two credentials would be two callers, and a request has one.
    if (request.header('authorization') === undefined && request.header('x-api-key') === undefined) return link;
    throw new PosternError('invalid_request', {
      message: 'This link takes no other credential.',
      hint: 'Send neither Authorization nor X-Api-Key with it.',
    });
  };

  return {
    enter: (token, request, endpoint) => {
      const link = verifier.verify(token, request.address);
      return link instanceof Promise
        ? link.then((found) => admit(found, request, endpoint))
        : admit(link, request, endpoint);
    },
    close: async () => {
      await follower.close();
      await expiry.close();
    },
  };
}

/**
 * A link and the key that it came with, as one caller: it may do what both may. The same two are one object, as long as
 * both are known.
 */
function createPairs(): (link: LinkPrincipal, key: Principal) => Principal {
  const known = new WeakMap<Principal, WeakMap<Principal, Principal>>();
  return (link, key) => {
    const ofLink = known.get(link) ?? new WeakMap<Principal, Principal>();
    known.set(link, ofLink);
    const pair = ofLink.get(key) ?? {
      ...key,
      kind: link.kind,
      subject: `${link.subject}/${key.subject}`,
      link: link.link,
      expiresAt: earlier(link.expiresAt, key.expiresAt),
    };
    ofLink.set(key, pair);
    return pair;
  };
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}
