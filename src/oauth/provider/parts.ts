import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import type { ClientDirectory, Interactions, ProtectedResources } from '../contracts.ts';
import type { OwnTokens } from '../keys/own-tokens.ts';
import type { Grants } from '../storage/grants.ts';
import type { RefreshTokens } from '../storage/refresh-tokens.ts';
import type { Revocations } from '../storage/revocations.ts';
import type { Secrets } from '../storage/secrets.ts';

/** How long things live, in seconds. */
export interface Lifetimes {
  readonly accessToken: number;
  /** A refresh token that is not used. */
  readonly refreshIdle: number;
  /** A grant, used or not. */
  readonly grantMax: number;
  /** How long a refresh token that was used gives the same successor again; 0 for never. */
  readonly refreshGrace: number;
}

/** Between the code and its redemption, and between the first page and the last one, in seconds. */
export const CODE_SECONDS = 60;
export const INTERACTION_SECONDS = 15 * 60;
/** How far clocks may be apart, in seconds. */
export const SKEW_SECONDS = 30;

export interface ProviderParts {
  /** The bare origin. */
  readonly issuer: string;
  readonly directory: ClientDirectory;
  readonly resources: ProtectedResources;
  readonly grants: Grants;
  readonly refreshTokens: RefreshTokens;
  readonly revocations: Revocations;
  readonly tokens: OwnTokens;
  readonly secrets: Secrets;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  readonly check: Interactions['check'];
  /** Whether nobody of a tenant may have anything for the time being. @throws PosternError `unavailable` */
  readonly suspended: (tenant: string) => Promise<boolean>;
  /** Hears of what went wrong inside, under the id of the request where there is one. */
  readonly failed: (thrown: unknown, requestId: string | undefined) => void;
}
