import type { AuthorizationCodeGrantChecks, TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import type { Clock } from '../../core/clock.ts';
import type { HttpReply, HttpRequest } from '../../http/exchange.ts';
import { notice, seeOther } from '../browser/shell.ts';
import { type FailedOutcome, type IdpTokens, type InteractionDetails, OAuthError } from '../contracts.ts';
import { claimsOf } from './claims.ts';
import type { LoginFailureReason, OnLoginEvent } from './events.ts';
import { failureOf, problemOf } from './failures.ts';
import { type Claims, type Identity, identityOf } from './identity.ts';
import type { IdentityProvider } from './identity-provider.ts';
import type { OneTime } from './one-time.ts';
import type { Openid } from './openid.ts';
import { nameOfState, stateFor } from './relay.ts';
import { tokensOf } from './tokens.ts';

/** What the user consented to, before the login. */
export interface GivenConsent {
  readonly uid: string;
  readonly scopes: readonly string[];
  /** Of all that was shown. */
  readonly digest: string;
  /** Who gave it, where it was given earlier: keys of users. Absent where it was given just now. */
  readonly earlier?: readonly string[];
}

/** Between the redirect to the identity provider and its callback. */
export interface LoginState {
  readonly consent: GivenConsent;
  readonly nonce: string;
  readonly verifier?: string;
}

export type LoginResult =
  | { readonly kind: 'user'; readonly consent: GivenConsent; readonly identity: Identity; readonly tokens: IdpTokens }
  /** Nobody logged in, and the client may know. */
  | { readonly kind: 'failed'; readonly consent: GivenConsent; readonly outcome: FailedOutcome }
  /** Something that must not go anywhere. */
  | { readonly kind: 'page'; readonly reply: HttpReply };

export interface Login {
  /** Sends the browser to the identity provider. @throws OAuthError `temporarily_unavailable` (503). */
  begin(
    details: Pick<InteractionDetails, 'expiresAt' | 'prompt' | 'loginHint'>,
    consent: GivenConsent,
    requestId: string,
  ): Promise<HttpReply>;
  /** What the callback says. @returns the result, and the cookies to take away. */
  complete(
    request: HttpRequest,
    requestId: string,
  ): Promise<{ readonly result: LoginResult; readonly cookies: readonly string[] }>;
}

export interface LoginOptions {
  readonly provider: IdentityProvider;
  readonly openid: () => Promise<Openid>;
  readonly states: OneTime<LoginState>;
  /** The one redirect URI that we have at the identity provider. */
  readonly callback: string;
  /** The host that logins begin at, where the callback is another host's. */
  readonly host?: string | undefined;
  readonly clock: Clock;
  readonly onEvent: OnLoginEvent;
}

/** A state lives no longer (MCP, "Confused deputy"). */
const STATE_MS = 10 * 60_000;
const ONCE: readonly string[] = ['state', 'code', 'iss', 'error'];

type Tokens = TokenEndpointResponse & TokenEndpointResponseHelpers;

export function createLogin(options: LoginOptions): Login {
  const { provider, openid, states, callback, host, clock, onEvent } = options;

  const begin: Login['begin'] = async (details, consent, requestId) => {
    const { client, config } = await openid().catch((cause: unknown) => {
      onEvent({ kind: 'login_failed', reason: 'unreachable', requestId, problem: problemOf(cause) });
      const options = { status: 503, retryAfterSeconds: 10, cause };
      throw new OAuthError('temporarily_unavailable', 'The sign-in cannot be reached right now.', options);
    });
    const nonce = client.randomNonce();
    const verifier =
      (provider.pkce ?? config.serverMetadata().supportsPKCE()) ? client.randomPKCECodeVerifier() : undefined;
    const lifeMs = Math.min(STATE_MS, details.expiresAt - clock.now());
    const kept = { consent, nonce, ...(verifier === undefined ? {} : { verifier }) };
    const { name, cookie } = await states.keep(kept, Math.max(1, lifeMs));
    const challenge = verifier === undefined ? undefined : await client.calculatePKCECodeChallenge(verifier);
    const location = client.buildAuthorizationUrl(config, {
      ...provider.parameters,
      ...askedOf(provider, details, config.serverMetadata().scopes_supported),
      ...(challenge === undefined ? {} : { code_challenge: challenge, code_challenge_method: 'S256' }),
      response_type: 'code',
      redirect_uri: callback,
      state: stateFor(name, host),
      ...(provider.plain === undefined ? { nonce } : {}),
    });
    return seeOther(location.href, [cookie]);
  };

  /** @throws what `failureOf` reads. */
  const exchange = async (query: string, state: string, kept: LoginState): Promise<readonly [Claims, Tokens]> => {
    const known = await openid();
    const checks: AuthorizationCodeGrantChecks = {
      expectedState: state,
      ...(provider.plain === undefined ? { expectedNonce: kept.nonce, idTokenExpected: true } : {}),
      ...(kept.verifier === undefined ? {} : { pkceCodeVerifier: kept.verifier }),
    };
    // Checks `iss` before anything is sent (RFC 9207 §2.4). The URL is the configured one, whatever Host came.
    const tokens = await known.client.authorizationCodeGrant(known.config, new URL(`${callback}?${query}`), checks);
    return [await claimsOf(known, provider, tokens), tokens];
  };

  const complete = async (request: HttpRequest, requestId: string): Promise<readonly [LoginResult, string?]> => {
    const fail = (reason: LoginFailureReason, problem?: string): void =>
      onEvent({ kind: 'login_failed', reason, requestId, ...(problem === undefined ? {} : { problem }) });
    const query = new URLSearchParams(request.query);
    const state = query.get('state');
    if (state === null || ONCE.some((name) => query.getAll(name).length > 1)) {
      fail('state');
      return [{ kind: 'page', reply: brokenPage(requestId) }];
    }
    const name = nameOfState(state, host);
    const kept = name === undefined ? 'unknown' : await states.take(name, request);
    if (name === undefined || kept === 'unknown' || kept === 'foreign') {
      fail(kept === 'unknown' ? 'state' : 'foreign_browser');
      return [{ kind: 'page', reply: kept === 'unknown' ? usedPage(requestId) : foreignPage(requestId) }];
    }
    const { consent } = kept;
    const failed = (error: FailedOutcome['error'], description: string): readonly [LoginResult, string] => [
      { kind: 'failed', consent, outcome: { error, description } },
      name,
    ];
    try {
      const [claims, tokens] = await exchange(request.query, state, kept);
      const identity = identityOf(claims, provider);
      if (identity !== undefined)
        return [{ kind: 'user', consent, identity, tokens: tokensOf(tokens, provider, clock.now()) }, name];
      fail('no_identity');
      return failed('server_error', 'The sign-in did not say who the user is.');
    } catch (thrown) {
      const failure = failureOf(thrown);
      fail(failure.kind, problemOf(thrown));
      if (failure.kind === 'invalid') return [{ kind: 'page', reply: brokenPage(requestId) }, name];
      if (failure.kind === 'unreachable') {
        return failed('temporarily_unavailable', 'The sign-in cannot be reached right now.');
      }
      if (failure.error === 'access_denied') return failed('access_denied', 'The sign-in was refused or cancelled.');
      return failed('server_error', 'The sign-in failed.');
    }
  };

  return {
    begin,
    complete: async (request, requestId) => {
      const [result, name] = await complete(request, requestId);
      return { result, cookies: name === undefined ? [] : [states.forget(name)] };
    },
  };
}

/** What the identity provider's leg needs: its own scopes, and what was asked of Postern only by its meaning. */
function askedOf(
  provider: IdentityProvider,
  { prompt, loginHint }: Pick<InteractionDetails, 'prompt' | 'loginHint'>,
  offered: readonly string[] | undefined,
): { [name: string]: string } {
  const offline = offered?.includes('offline_access') ? ['offline_access'] : [];
  const openid = provider.plain === undefined ? ['openid'] : [];
  const scopes = new Set([...openid, ...(provider.scopes ?? ['profile', 'email', ...offline])]);
  const prompts = new Set(provider.parameters?.['prompt']?.split(' '));
  if (prompt.has('login')) prompts.add(provider.loginPrompt ?? 'login').delete('none');
  const hint = loginHint !== undefined && loginHint.length <= 254 ? loginHint : undefined;
  return {
    scope: [...scopes].join(' '),
    ...(prompts.size === 0 ? {} : { prompt: [...prompts].join(' ') }),
    ...(hint === undefined ? {} : { login_hint: hint }),
  };
}

function brokenPage(requestId: string): HttpReply {
  return notice({
    status: 400,
    title: 'The sign-in did not work',
    text: 'What came back from the sign-in does not belong to what was asked. Go back to the application and start again.',
    requestId,
  });
}

export function usedPage(requestId: string): HttpReply {
  return notice({
    status: 400,
    title: 'This sign-in is over',
    text: 'It was used already, or took longer than ten minutes. Go back to the application and start again.',
    requestId,
  });
}

export function foreignPage(requestId: string): HttpReply {
  return notice({
    status: 403,
    title: 'This sign-in began in another browser',
    text: 'A sign-in ends where it began. If somebody sent you this link, do not go on. Otherwise go back to the application and start again in this browser.',
    requestId,
  });
}
