import type { Cache } from '../../core/cache.ts';
import type { Clock } from '../../core/clock.ts';
import { PosternError } from '../../core/errors.ts';
import { isObject } from '../../core/json.ts';
import { type Principal, principalKey } from '../../core/principal.ts';
import { sha256 } from '../../lib/digest.ts';
import { SingleFlight } from '../../lib/single-flight.ts';
import { type CallerTokens, type IdentityToken, type IdentityTokens, YOUNG_MS } from './caller-tokens.ts';
import { cannotAsk, loginIsOver, noLogin, ofIdentity } from './refusals.ts';

/** What came of asking a token endpoint for a token in the place of another (RFC 8693 §2.2). */
export type Exchanged =
  | { readonly kind: 'token'; readonly token: string; readonly seconds: number | undefined }
  /** @property error its code in OAuth. */
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'unreachable' };

export interface ExchangeOptions {
  /** Asks the token endpoint. Never rejects. */
  readonly ask: (subjectToken: string) => Promise<Exchanged>;
  /** Names what is asked for, and of whom: what was exchanged for something else is not found under it. */
  readonly wish: string;
  /** For callers who have logged in here. Without it, they have nothing to exchange. */
  readonly identity: IdentityTokens | undefined;
  /** The issuers whose tokens are exchanged as they were presented. */
  readonly issuers: ReadonlySet<string>;
  /** Whether a grant was revoked. */
  readonly isEnded: (grantId: string) => boolean;
  /** Shared by all nodes, and sealed. */
  readonly cache: Pick<Cache, 'get' | 'set' | 'delete'>;
  readonly clock: Clock;
  /** Hears that the token endpoint refuses this server, and why: only the operator can mend that. */
  readonly refused: (error: string) => void;
}

export interface ExchangeCredential extends CallerTokens {
  tokenFor(principal: Principal): Promise<string>;
  /** Forgets what was got for a grant. */
  drop(grantId: string): Promise<void>;
}

/** A token that ends while the call is under way is of no use. */
const EARLY_MS = 30_000;
/** How long a token is kept whose end nobody tells. */
const UNTOLD_SECONDS = 60 + EARLY_MS / 1000;

/** The user's token is no longer good, or was not to begin with (RFC 8693 §2.2.2, OpenID Connect Core §3.1.2.6). */
const LOGIN: ReadonlySet<string> = new Set([
  'invalid_grant',
  'invalid_request',
  'invalid_token',
  'interaction_required',
  'login_required',
  'consent_required',
]);
/** It is good, and does not get its user what is asked for. */
const POLICY: ReadonlySet<string> = new Set(['access_denied', 'invalid_target', 'invalid_scope']);

interface Kept {
  readonly tenant: string;
  readonly caller: string;
  readonly token: string;
  /** Milliseconds since the epoch: when it was got, and until when it is used. */
  readonly at: number;
  readonly until: number;
}

/** A token that the authorization server gives in the place of the user's (RFC 8693). */
export function exchangeCredential(options: ExchangeOptions): ExchangeCredential {
  const { cache, clock, wish } = options;
  const flights = new SingleFlight<string, string>();
  const grantKey = (grantId: string): string => `exchange:${sha256(JSON.stringify([wish, 'grant', grantId]))}`;

  const keyOf = (principal: Principal): string => {
    const { grantId, presented, issuer } = principal;
    if (grantId !== undefined && options.identity !== undefined) return grantKey(grantId);
    if (presented === undefined || issuer === undefined || !options.issuers.has(issuer)) throw noLogin();
    return `exchange:${sha256(JSON.stringify([wish, 'token', sha256(presented.reveal())]))}`;
  };

  /** Without an answer of the store, it is as if nothing were kept. */
  const find = async (key: string, principal: Principal): Promise<Kept | undefined> => {
    const text = await cache.get(key).catch(() => undefined);
    const kept: unknown = text === undefined ? undefined : JSON.parse(text);
    if (!isObject(kept) || kept['tenant'] !== principal.tenant || kept['caller'] !== principalKey(principal)) {
      return undefined;
    }
    return (kept['until'] as number) > clock.now() ? (kept as unknown as Kept) : undefined;
  };

  const exchange = async (key: string, principal: Principal): Promise<string> => {
    const { subject, result } = await asked(principal, options);
    if (result.kind !== 'token') throw failureOf(result, options);
    const { grantId, tenant } = principal;
    if (grantId !== undefined && options.isEnded(grantId)) throw loginIsOver();
    const at = clock.now();
    const end = at + (result.seconds ?? UNTOLD_SECONDS) * 1000;
    const until = Math.min(end, subject.expiresAt ?? Number.POSITIVE_INFINITY) - EARLY_MS;
    const kept: Kept = { tenant, caller: principalKey(principal), token: result.token, at, until };
    if (until > at) await cache.set(key, JSON.stringify(kept), Math.ceil(until - at)).catch(() => undefined);
    return result.token;
  };

  return {
    tokenFor: async (principal) => {
      const key = keyOf(principal);
      return (await find(key, principal))?.token ?? flights.run(key, () => exchange(key, principal));
    },
    renew: async (principal, refused) => {
      const key = keyOf(principal);
      const before = await find(key, principal);
      if (before?.token === refused && before.at + YOUNG_MS > clock.now()) return undefined;
      return flights.run(key, async () => {
        const now = await find(key, principal);
        return now === undefined || now.token === refused ? exchange(key, principal) : now.token;
      });
    },
    drop: (grantId) => cache.delete(grantKey(grantId)),
  };
}

/** Asks once; and once more where the identity provider has another token in the place of one that is no longer good. */
async function asked(
  principal: Principal,
  options: ExchangeOptions,
): Promise<{ readonly subject: IdentityToken; readonly result: Exchanged }> {
  const subject = await subjectOf(principal, options);
  const result = await options.ask(subject.token);
  const { grantId } = principal;
  if (result.kind !== 'refused' || !LOGIN.has(result.error) || grantId === undefined) return { subject, result };
  const next = await subjectOf(principal, options, subject.token);
  return { subject: next, result: await options.ask(next.token) };
}

async function subjectOf(
  { grantId, presented, expiresAt }: Principal,
  { identity }: ExchangeOptions,
  refused?: string,
): Promise<IdentityToken> {
  if (grantId !== undefined && identity !== undefined) {
    try {
      return await identity.tokenFor(grantId, refused);
    } catch (thrown) {
      throw ofIdentity(thrown);
    }
  }
  if (presented === undefined) throw noLogin();
  return { token: presented.reveal(), ...(expiresAt === undefined ? {} : { expiresAt }) };
}

function failureOf(result: Exclude<Exchanged, { kind: 'token' }>, { refused }: ExchangeOptions): PosternError {
  if (result.kind === 'unreachable') return cannotAsk('The authorization server of the API cannot be asked right now.');
  const cause = new Error(`token exchange: ${result.error}`);
  // It may be about what we asked as well, and then it is not the user who can mend it.
  if (result.error === 'invalid_request') refused(result.error);
  if (LOGIN.has(result.error)) return loginIsOver(cause);
  if (POLICY.has(result.error)) {
    const message = 'The authorization server gives this user no access to the API.';
    return new PosternError('forbidden', { message, data: { reason: result.error }, cause });
  }
  refused(result.error);
  return new PosternError('upstream_error', {
    message: 'The authorization server of the API gives this server no token.',
    hint: 'Only the operator of this server can fix this; do not retry.',
    retryable: false,
    cause,
  });
}
