import type { KoaContextWithOIDC, Provider, Grant as ProviderGrant } from 'oidc-provider';
import type { Clock } from '../../core/clock.ts';
import type { Interactions } from '../contracts.ts';
import type { Grants } from '../storage/grants.ts';
import type { RefreshTokens, StoredRefresh } from '../storage/refresh-tokens.ts';
import { mintAccessToken } from './access-token.ts';
import type { ProviderParts } from './parts.ts';
import { invalidGrant, Refusal, refusing, tenantSuspended } from './refusal.ts';
import type { ResourceServers } from './resource-servers.ts';

export interface RefreshGrantParts {
  readonly grants: Grants;
  readonly refreshTokens: RefreshTokens;
  readonly resourceServers: ResourceServers;
  readonly clock: Clock;
  /** Whether nobody of a tenant may have anything for the time being. @throws PosternError `unavailable` */
  readonly suspended: ProviderParts['suspended'];
  /** Asks the identity provider. */
  readonly check: Interactions['check'];
  /** How long a token that was exchanged gives the same successor again, in milliseconds. */
  readonly graceMs: number;
  /** How long a token lives unused, in milliseconds. */
  readonly idleMs: number;
}

/** How long the identity provider's word is relied on, in milliseconds. */
const CHECK_MS = 60 * 60_000;

/** oidc-provider's own name for how an access token came about. */
const GRANT_TYPE = 'refresh_token';

/**
 * The refresh grant (RFC 6749 §6) with rotation (RFC 9700 §4.14.2) that forgives: clients refresh in several processes
 * at once, and lose answers. Within the grace the same successor is given again, whoever asks and on whatever node,
 * until the successor is used itself; after that, whoever comes with the old token is taken for a thief.
 *
 * Everything is looked at before anything is changed: a refresh that is refused costs nobody their grant.
 */
export function createRefreshGrant(provider: Provider, parts: RefreshGrantParts) {
  return (ctx: KoaContextWithOIDC): Promise<void> => refusing(() => refresh(provider, parts, ctx));
}

async function refresh(provider: Provider, parts: RefreshGrantParts, ctx: KoaContextWithOIDC): Promise<void> {
  const { refreshTokens, clock } = parts;
  const { client, params = {} } = ctx.oidc;
  const token = params['refresh_token'];
  if (typeof token !== 'string') throw new Refusal('invalid_request', "missing required parameter 'refresh_token'");
  const stored = await refreshTokens.find(token);
  if (client === undefined || stored === undefined) throw invalidGrant('refresh token not found');
  const { payload } = stored;
  if (payload.clientId !== client.clientId) throw invalidGrant('refresh token was given to another client');
  if (stored.expiresAt <= clock.now()) throw invalidGrant('refresh token is expired');
  const grant = await livingGrant(provider, ctx, payload.grantId);
  if (grant.accountId !== payload.accountId) throw invalidGrant('grant is of another account');
  const resource = resourceOf(stored, params['resource'], parts.resourceServers);
  const scope = scopeOf(stored, params['scope']);
  await checkTenant(parts, payload.grantId, resource);
  await askIdentityProvider(parts, payload.grantId);

  const successor = await rotate(parts, token, stored);
  ctx.body = {
    ...(await mintAccessToken(provider, ctx, {
      accountId: payload.accountId,
      grant,
      grantId: payload.grantId,
      gty: GRANT_TYPE,
      resource,
      server: parts.resourceServers.find(resource),
      scope,
    })),
    refresh_token: successor,
  };
}

async function livingGrant(provider: Provider, ctx: KoaContextWithOIDC, grantId: string): Promise<ProviderGrant> {
  const grant = await provider.Grant.find(grantId);
  if (grant === undefined || grant.clientId !== ctx.oidc.client?.clientId) throw invalidGrant('grant has ended');
  ctx.oidc.entity('Grant', grant);
  return grant;
}

/** A missing `resource` is that of the grant; another one is not to be had (RFC 8707 §2.2). */
function resourceOf({ payload }: StoredRefresh, asked: unknown, servers: ResourceServers): string {
  const resource = payload.resource ?? servers.main();
  if (asked !== undefined && asked !== resource) {
    throw new Refusal('invalid_target', 'resource is not that of the grant');
  }
  servers.find(resource);
  return resource;
}

/** A missing `scope` is that of the grant; more than that is not to be had (RFC 6749 §6). */
function scopeOf({ payload }: StoredRefresh, asked: unknown): ReadonlySet<string> {
  const granted = new Set(payload.scope?.split(' '));
  if (typeof asked !== 'string') return granted;
  const wanted = asked.split(' ');
  if (wanted.some((scope) => !granted.has(scope))) {
    throw new Refusal('invalid_scope', 'scope goes beyond what was granted');
  }
  return new Set(wanted);
}

/** A place may have become another tenant's since; and the tenant may be suspended, which costs nobody their login. */
async function checkTenant(
  { grants, resourceServers, suspended }: RefreshGrantParts,
  grantId: string,
  resource: string,
) {
  const grant = await grants.findBySecret(grantId);
  if (grant === undefined) throw invalidGrant('grant has ended');
  if (!resourceServers.serves(resource, grant.tenant))
    throw invalidGrant('resource is not for the tenant of the grant');
  if (await suspended(grant.tenant)) throw tenantSuspended();
}

/** A user who was locked out there is locked out here; an outage there ends nothing (rule 10). */
async function askIdentityProvider({ grants, clock, check }: RefreshGrantParts, grantId: string): Promise<void> {
  const gid = grants.gidOf(grantId);
  const grant = await grants.find(gid);
  if (grant === undefined) throw invalidGrant('grant has ended');
  if (clock.now() - grant.checkedAt < CHECK_MS) return;
  const answer = await check(gid);
  if (answer === 'stands') await grants.checked(gid);
  if (answer !== 'ended') return;
  await grants.end(gid, 'idp_refused');
  throw invalidGrant('the identity provider has ended this session');
}

/** @returns the token that follows. Of many that come with the same one, all get the same. */
async function rotate(parts: RefreshGrantParts, token: string, stored: StoredRefresh): Promise<string> {
  const { refreshTokens, grants, clock } = parts;
  const successor = refreshTokens.successor(token);
  const gid = grants.gidOf(stored.payload.grantId);
  // Before the old one is marked: whoever finds it marked must find the new one too.
  const issue = () => refreshTokens.issue(successor, stored.payload, gid, clock.now() + parts.idleMs);
  if (stored.consumedAt === undefined) {
    await issue();
    if (await refreshTokens.consume(token)) return successor;
  }
  const consumedAt = stored.consumedAt ?? (await refreshTokens.find(token))?.consumedAt ?? clock.now();
  const next = await refreshTokens.find(successor);
  const late = parts.graceMs === 0 || clock.now() - consumedAt > parts.graceMs;
  if (late || next === undefined || next.consumedAt !== undefined) {
    await grants.end(gid, 'refresh_reused');
    throw invalidGrant('refresh token was used before');
  }
  return successor;
}
