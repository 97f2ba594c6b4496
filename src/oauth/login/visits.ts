import type { Clock } from '../../core/clock.ts';
import type { HttpReply, HttpRequest } from '../../http/exchange.ts';
import { CALLBACK_PATH } from './callback-path.ts';
import type { Identity } from './identity.ts';
import type { Login, LoginState } from './login.ts';
import type { OneTime } from './one-time.ts';
import { nameOfState } from './relay.ts';

/** Somebody who signed in for another reason than that a client asked for it. */
export interface Visit {
  /** What {@link Visits.visit} was given. */
  readonly about: string;
  /** Nothing where nobody signed in. */
  readonly identity: Identity | undefined;
}

export type OnVisit = (visit: Visit, requestId: string) => Promise<HttpReply>;

export interface Visits {
  /**
   * Sends the browser to the identity provider; the answer, which comes to the same browser, goes to whoever hears of
   * visits. @throws OAuthError `temporarily_unavailable` (503).
   */
  visit(about: string, requestId: string): Promise<HttpReply>;
}

const LIFE_MS = 10 * 60_000;

export interface VisitsOptions {
  readonly login: Login;
  readonly states: OneTime<LoginState>;
  readonly clock: Clock;
  /** Without it, nobody visits. */
  readonly onVisit: OnVisit | undefined;
}

/** Both kinds of logins have the one callback that the identity provider knows; their states are kept apart. */
export function createVisits({ login, states, clock, onVisit }: VisitsOptions): Visits & {
  /** @returns nothing for a request that is no answer to a visit. */
  answer(request: HttpRequest, requestId: string): Promise<HttpReply | undefined>;
} {
  return {
    visit: (about, requestId) =>
      login.begin(
        { expiresAt: clock.now() + LIFE_MS, prompt: new Set(), loginHint: undefined },
        { uid: about, scopes: [], digest: '' },
        requestId,
      ),
    answer: async (request, requestId) => {
      if (onVisit === undefined || request.path !== CALLBACK_PATH || request.method !== 'GET') return undefined;
      const name = nameOfState(new URLSearchParams(request.query).get('state') ?? '', undefined);
      if (name === undefined || (await states.peek(name, request)) === 'unknown') return undefined;
      const { result, cookies } = await login.complete(request, requestId);
      if (result.kind === 'page') return result.reply;
      const identity = result.kind === 'user' ? result.identity : undefined;
      const reply = await onVisit({ about: result.consent.uid, identity }, requestId);
      return { ...reply, cookies: [...(reply.cookies ?? []), ...cookies] };
    },
  };
}
