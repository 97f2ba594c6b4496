import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/clock.ts';
import type { OAuthGrantRow, OAuthTables } from '../../core/oauth-tables.ts';
import type { IdpGrant, IdpGrants, IdpTokens, LoginOutcome } from '../contracts.ts';
import { endGrant } from './end-grant.ts';
import type { Revocations } from './revocations.ts';
import type { Secrets } from './secrets.ts';

/** What tokens may say of a user. */
export type UserClaims = LoginOutcome['login']['claims'];

/** A grant that is neither revoked nor expired. */
export interface Grant {
  /** The public id, the claim `gid`. */
  readonly gid: string;
  readonly tenant: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly claims: UserClaims;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly checkedAt: number;
}

export interface NewGrant {
  readonly tenant: string;
  readonly accountId: string;
  readonly clientId: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly claims: UserClaims;
  readonly idpTokens: IdpTokens | undefined;
}

/** Why a grant ended. */
export type EndReason = 'revoked' | 'refresh_reused' | 'code_replayed' | 'idp_refused' | 'user_changed';

export interface Grants extends IdpGrants {
  /** @returns the secret id by which codes and refresh tokens of it know it. It is stored nowhere. */
  create(grant: NewGrant): Promise<string>;
  /** @param secretId what {@link create} gave. */
  findBySecret(secretId: string): Promise<Grant | undefined>;
  gidOf(secretId: string): string;
  /** Gives a grant its whole life: its code was redeemed. Without that it ends within minutes. */
  activate(gid: string): Promise<void>;
  /** Ends a grant and all its tokens. Does nothing where it has ended. */
  end(gid: string, reason: EndReason): Promise<void>;
}

export interface GrantsParts {
  readonly tables: OAuthTables;
  readonly secrets: Secrets;
  readonly revocations: Revocations;
  readonly clock: Clock;
  /** How long a grant may live at the most, in milliseconds. */
  readonly maxMs: number;
  /** How long it waits for its code to be redeemed, in milliseconds. */
  readonly pendingMs: number;
  /** Hears of grants that ended before their time. */
  readonly ended: (gid: string, reason: EndReason) => void;
}

export function createGrants(parts: GrantsParts): Grants {
  const { tables, secrets, clock } = parts;
  const { grants } = tables;
  const gidOf = (secretId: string) => secrets.key('Grant', secretId);

  const living = async (gid: string): Promise<OAuthGrantRow | undefined> => {
    const row = await grants.find(gid);
    return row === undefined || row.revokedAt !== null || row.expiresAt <= clock.now() ? undefined : row;
  };

  return {
    gidOf,
    create: async (grant) => {
      const secretId = randomBytes(32).toString('base64url');
      const gid = gidOf(secretId);
      const now = clock.now();
      const { tenant, accountId, clientId, resource, scopes, claims, idpTokens } = grant;
      await grants.insert({
        ...{ id: gid, tenant, accountId, clientId, resource, scopes },
        claims: secrets.sealField(gid, 'claims', JSON.stringify(claims)),
        idp: idpTokens === undefined ? null : secrets.sealField(gid, 'idp', JSON.stringify(idpTokens)),
        version: 0,
        createdAt: now,
        expiresAt: now + parts.pendingMs,
        checkedAt: now,
        revokedAt: null,
        reason: null,
      });
      return secretId;
    },
    findBySecret: async (secretId) => {
      const row = await living(gidOf(secretId));
      return row === undefined ? undefined : toGrant(row, secrets);
    },
    activate: async (gid) => grants.extend(gid, clock.now() + parts.maxMs),
    end: async (gid, reason) => {
      if (await endGrant(parts, gid, reason)) parts.ended(gid, reason);
    },
    find: async (gid) => {
      const row = await living(gid);
      return row === undefined ? undefined : toIdpGrant(row, secrets);
    },
    replace: async (gid, version, tokens) => {
      const sealed = secrets.sealField(gid, 'idp', JSON.stringify(tokens));
      return grants.replaceIdp(gid, version, sealed, clock.now());
    },
    checked: (gid) => grants.checked(gid, clock.now()),
  };
}

function toGrant(row: OAuthGrantRow, secrets: Secrets): Grant {
  const { id: gid, tenant, accountId, clientId, resource, scopes, createdAt, expiresAt, checkedAt } = row;
  const claims = secrets.openField(gid, 'claims', row.claims);
  return {
    ...{ gid, tenant, accountId, clientId, resource, scopes, createdAt, expiresAt, checkedAt },
    claims: claims === undefined ? {} : (JSON.parse(claims) as UserClaims),
  };
}

function toIdpGrant(row: OAuthGrantRow, secrets: Secrets): IdpGrant {
  const { id: grantId, tenant, accountId, clientId, version, checkedAt, idp } = row;
  const opened = idp === null ? undefined : secrets.openField(grantId, 'idp', idp);
  const tokens = opened === undefined ? undefined : (JSON.parse(opened) as IdpTokens);
  return { grantId, tenant, accountId, clientId, tokens, version, checkedAt };
}
