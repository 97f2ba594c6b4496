import type { Provider } from 'oidc-provider';
import type { Cache } from '../core/cache.ts';
import type { Clock } from '../core/clock.ts';
import type { OAuthTables } from '../core/oauth-tables.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import { once } from '../lib/once.ts';
import type { ClientDirectory, IdpGrants, InteractionFlow, Interactions, ProtectedResources } from './contracts.ts';
import { createDoor, type Door, type DoorParts } from './door/door.ts';
import type { KeySet } from './keys/key-set.ts';
import { openSigningKeys, tokenLifeMs } from './keys/open-keys.ts';
import { createOwnTokens } from './keys/own-tokens.ts';
import type { SigningKeys } from './keys/signing-keys.ts';
import { createFlow } from './provider/flow.ts';
import { CODE_SECONDS, INTERACTION_SECONDS, type Lifetimes, type ProviderParts } from './provider/parts.ts';
import { createProvider } from './provider/provider.ts';
import { createGrants, type EndReason } from './storage/grants.ts';
import { startPruning } from './storage/pruning.ts';
import { createRefreshTokens } from './storage/refresh-tokens.ts';
import { createRevocations, type Revocations } from './storage/revocations.ts';
import { createSecrets } from './storage/secrets.ts';

export interface FacadeParts {
  /** The bare origin: what `iss` says, byte for byte, everywhere. */
  readonly issuer: string;
  readonly resources: ProtectedResources;
  /** Whether MCP is spoken at a path, for the documents that clients look for beside it. */
  readonly isEndpoint: (path: string) => boolean;
  readonly directory: ClientDirectory;
  /** Makes what talks to the user, of what that needs. */
  readonly interactions: (flow: InteractionFlow, idpGrants: IdpGrants) => Interactions;
  readonly tables: OAuthTables;
  readonly cache: Cache;
  readonly clock: Clock;
  /** At least 32 bytes, the same on all nodes. */
  readonly master: Uint8Array;
  readonly lifetimes: Lifetimes;
  /**
   * The facade whose keys it signs with, whose revocations it follows and who can read its grants: for an issuer beside
   * another one. It must be open for as long.
   */
  readonly main?: Pick<Facade, 'issuer' | 'shared'>;
  /** How long a key signs, in days. */
  readonly keyDays: number;
  /** Something that speaks Node's messages below a path of its own: the identity provider of `--dev`. */
  readonly beside?: DoorParts['beside'];
  /** Hears of what went wrong inside, under the id of the request where there is one. */
  readonly failed: (thrown: unknown, requestId: string | undefined) => void;
  /** Hears of grants that ended before their time. */
  readonly ended?: (gid: string, reason: EndReason) => void;
  /** Whether nobody of a tenant may have anything for the time being. Default: nobody's. @throws PosternError `unavailable` */
  readonly suspended?: (tenant: string) => Promise<boolean>;
}

/** An authorization server in this process. */
export interface Facade {
  readonly issuer: string;
  /** What a path leads to, if it leads here. */
  readonly route: Door['route'];
  /** Answers a request at one of its paths. Never rejects. */
  handle(request: HttpRequest, requestId: string): Promise<HttpReply>;
  /** What the resource server checks its tokens by: its keys now, and what was revoked. */
  readonly localIssuer: {
    readonly issuer: string;
    keys(): KeySet['public'];
    isRevoked(grantId: string | undefined, tokenId: string | undefined): boolean;
  };
  /** The identity provider's tokens, by the claim `gid`. */
  readonly idpGrants: IdpGrants;
  /** What other issuers of this server have in common with it. */
  readonly shared: Shared;
  close(): Promise<void>;
}

interface Shared {
  readonly keys: SigningKeys;
  readonly revocations: Revocations;
}

/**
 * Starts the facade: reads what was revoked, and the keys.
 * @throws PosternError `unavailable` when the database does not answer.
 */
export async function createFacade(parts: FacadeParts): Promise<Facade> {
  const { issuer, tables, cache, clock, directory, lifetimes, master, main } = parts;
  const secrets = createSecrets(master, issuer, main?.issuer);
  const shared = main?.shared ?? openShared(parts);
  const { keys, revocations } = shared;
  const grants = createGrants({
    ...{ tables, secrets, revocations, clock },
    maxMs: lifetimes.grantMax * 1000,
    pendingMs: (INTERACTION_SECONDS + CODE_SECONDS) * 1000,
    ended: parts.ended ?? (() => undefined),
  });
  const refreshTokens = createRefreshTokens(tables.refreshTokens, secrets, clock);
  const tokens = createOwnTokens(issuer, keys, clock);

  const suspended = parts.suspended ?? (async () => false);
  let interactions: Interactions | undefined;
  const providerParts: ProviderParts = {
    ...{ issuer, directory, grants, refreshTokens, revocations, tokens, secrets, cache, clock, lifetimes },
    resources: parts.resources,
    suspended,
    check: async (gid) => interactions?.check(gid) ?? 'unknown',
    failed: parts.failed,
  };
  const provider = currentProvider(providerParts, () => keys.current());
  const flow = createFlow({
    ...{ provider, directory, grants, cache, secrets, clock, suspended },
    resources: parts.resources,
    interactionMs: INTERACTION_SECONDS * 1000,
    grantMs: lifetimes.grantMax * 1000,
  });
  interactions = parts.interactions(flow, grants);
  const door = createDoor({
    ...{ issuer, directory, provider, flow, interactions, cache },
    resources: parts.resources,
    isEndpoint: parts.isEndpoint,
    keys: () => keys.current().public,
    beside: parts.beside,
    failed: parts.failed,
  });
  const stop = main === undefined ? await start(parts, shared) : async () => undefined;

  return {
    issuer,
    route: door.route,
    handle: door.handle,
    localIssuer: { issuer, keys: () => keys.current().public, isRevoked: revocations.isRevoked },
    idpGrants: grants,
    shared,
    close: once(async () => {
      await Promise.all([stop(), interactions?.close(), directory.close()]);
    }),
  };
}

function openShared({ issuer, tables, cache, clock, master, ...parts }: FacadeParts): Shared {
  const failed = (thrown: unknown) => parts.failed(thrown, undefined);
  const { accessToken: accessTokenSeconds } = parts.lifetimes;
  const tokenMs = tokenLifeMs(accessTokenSeconds);
  return {
    revocations: createRevocations({ table: tables.revocations, cache, clock, tokenMs, failed }),
    keys: openSigningKeys({
      ...{ issuer, tables, cache, clock, master, failed, accessTokenSeconds },
      keyDays: parts.keyDays,
    }),
  };
}

/** @returns what ends it. */
async function start(
  { tables, clock, failed }: FacadeParts,
  { keys, revocations }: Shared,
): Promise<() => Promise<void>> {
  await Promise.all([revocations.start(), keys.start()]);
  const stopPruning = startPruning(tables, clock, (thrown) => failed(thrown, undefined));
  return async () => {
    stopPruning();
    await Promise.all([keys.close(), revocations.close()]);
  };
}

/** The provider of the keys that there are now: another set makes another provider, for half a millisecond. */
function currentProvider(parts: ProviderParts, keys: () => KeySet): () => Promise<Provider> {
  let made: { readonly keys: KeySet; readonly provider: Promise<Provider> } | undefined;
  return () => {
    const now = keys();
    if (made?.keys !== now) made = { keys: now, provider: createProvider(parts, now) };
    return made.provider;
  };
}
