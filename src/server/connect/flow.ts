import { authorizationUrl, createVerifier, readAnswer, stateOf } from '../../connections/authorization.ts';
import { credentialOf } from '../../connections/refresh.ts';
import { openTicket, type Ticket } from '../../connections/ticket.ts';
import { filledIn, unfitVariable, type Variables, variablesOf } from '../../connections/variables.ts';
import type { HttpReply, HttpRequest } from '../../http/exchange.ts';
import type { Sealer } from '../../lib/seal.ts';
import { type Cookies, createCookies } from '../../oauth/browser/cookies.ts';
import { createFormTokens, type FormTokens } from '../../oauth/browser/form-token.ts';
import { seeOther } from '../../oauth/browser/shell.ts';
import { createOneTime, type OneTime } from '../../oauth/login/one-time.ts';
import type { Visit } from '../../oauth/login/visits.ts';
import type { Config } from '../config/config.ts';
import { type ConnectableOAuth, connectableOf, placesOf } from '../config/connections.ts';
import { startPath } from '../credentials/connect-url.ts';
import { createFindEndpoints, type FindEndpoints } from '../credentials/oauth-endpoints.ts';
import { exchangeCode } from './exchange.ts';
import { type FinishParts, finish, NOT_KEPT } from './finish.ts';
import { type End, endPage, startPage } from './pages.ts';
import { overReason } from './waiting.ts';

/** Has users sign in where that can be done. */
export interface SignIn {
  /** Whether users of an issuer sign in here. */
  knows(issuer: string): boolean;
  /** Sends the browser to sign in; what comes of it comes to {@link ConnectFlow.signedIn}. @throws OAuthError */
  begin(about: string, requestId: string): Promise<HttpReply>;
}

export interface ConnectFlowParts extends FinishParts {
  readonly sealer: Sealer;
  /** The config that is served now. */
  readonly config: () => Config;
  /** Nothing where nobody signs in. */
  readonly signIn: () => SignIn | undefined;
}

/** Between the redirect to the authorization server of an upstream and its callback. */
interface Leaving {
  readonly ticket: Ticket;
  readonly verifier: string;
  /** Whether the user whose account it becomes has signed in on the way. */
  readonly signedIn: boolean;
}

/** What it takes at one origin. */
interface Desk {
  readonly origin: string;
  readonly cookies: Cookies;
  readonly forms: FormTokens;
  readonly states: OneTime<Leaving>;
}

/** A state lives no longer (MCP, "Confused deputy"). */
const STATE_MS = 10 * 60_000;
/** People go back and begin again; nobody does so often. */
const MOST_BEGINNINGS = 20;

/**
 * An account is connected in one browser, from the page that says whose it becomes to the answer of the authorization
 * server. Where it becomes one user's, that very user has to sign in, if that can be done; else whoever asked has the
 * last word: by the code that the browser is shown, or by the one that it is sent back with (`returnTo`).
 */
export class ConnectFlow {
  readonly #parts: ConnectFlowParts;
  readonly #find: FindEndpoints;

  constructor(parts: ConnectFlowParts) {
    this.#parts = parts;
    this.#find = createFindEndpoints(parts.clock);
  }

  /** 1. The page, and the answer to it. */
  async start(upstream: string, request: HttpRequest, requestId: string): Promise<HttpReply> {
    const { config } = this.#parts;
    const signIn = this.#parts.signIn();
    const sealed = new URLSearchParams(request.query).get('ticket') ?? '';
    const [ticket, oauth, desk] = [await this.#ticketOf(sealed, upstream), this.#oauth(upstream), this.#desk()];
    if (ticket === undefined || oauth === undefined || desk === undefined) return endPage('ticket', requestId);
    const { server } = config();
    const about = JSON.stringify(['connect', ticket.id]);
    const knows = ticket.issuer !== null && signIn?.knows(ticket.issuer) === true;
    const places = placesOf(config().upstreams[upstream]);
    const missing = variablesOf(...places).filter((name) => !Object.hasOwn(ticket.variables, name));
    const ask = (given?: Variables) =>
      startPage({
        ...{ ticket, requestId, missing, given, signIn: knows, ...desk.forms.issue(request, about) },
        serverName: server.title ?? server.name,
        host: hostOf(oauth, ticket.variables),
        action: `${startPath(upstream)}?ticket=${sealed}`,
      });
    if (request.method === 'GET') return ask();
    const form = await desk.forms.accept(request, about);
    if (form === undefined) return endPage('form', requestId);
    if (form.get('decision') !== 'connect') return endPage('cancelled', requestId);
    const given = Object.fromEntries(missing.map((name) => [name, form.get(`variable_${name}`)?.trim() ?? '']));
    if (unfitVariable(given, places) !== undefined) return ask(given);
    if (await this.#isTooOften(ticket)) return this.#failed('ticket', ticket, 'begun too often', requestId);
    if (knows && signIn !== undefined) return signIn.begin(JSON.stringify([upstream, sealed, given]), requestId);
    return this.#leave({ ticket: filled(ticket, given), signedIn: false }, oauth, desk, requestId);
  }

  /** 2. Who signed in, where somebody had to (security case 71). */
  async signedIn({ about, identity }: Visit, requestId: string): Promise<HttpReply> {
    const [upstream, sealed, given] = JSON.parse(about) as [string, string, Variables];
    const [ticket, oauth, desk] = [await this.#ticketOf(sealed, upstream), this.#oauth(upstream), this.#desk()];
    if (ticket === undefined || oauth === undefined || desk === undefined) return endPage('ticket', requestId);
    if (identity === undefined) return this.#failed('refused', ticket, 'sign-in', requestId);
    const same = identity.subject === ticket.subject && identity.tenants.some(({ id }) => id === ticket.tenant);
    if (!same) return this.#failed('person', ticket, 'another user', requestId);
    return this.#leave({ ticket: filled(ticket, given), signedIn: true }, oauth, desk, requestId);
  }

  /** 3. To the authorization server of the upstream. */
  async #leave(
    leaving: Omit<Leaving, 'verifier'>,
    oauth: ConnectableOAuth,
    { origin, states }: Desk,
    requestId: string,
  ): Promise<HttpReply> {
    const { ticket } = leaving;
    const found = await this.#find(oauth);
    if (found === undefined) return this.#failed('away', ticket, 'no metadata of the issuer', requestId);
    const endpoint = filledIn(found.authorizationEndpoint ?? '', ticket.variables);
    if (endpoint === undefined) return this.#failed('failed', ticket, 'no authorization endpoint', requestId);
    const verifier = createVerifier();
    const { name: state, cookie } = await states.keep({ ...leaving, verifier }, STATE_MS);
    const { clientId, scopes, parameters } = oauth;
    const redirectUri = callbackOf(origin, ticket.upstream);
    const location = authorizationUrl({ endpoint, clientId, scopes, parameters, redirectUri, state, verifier });
    return seeOther(location, [cookie]);
  }

  /** 4. What it says. */
  async callback(upstream: string, request: HttpRequest, requestId: string): Promise<HttpReply> {
    const query = new URLSearchParams(request.query);
    const state = stateOf(query);
    const [oauth, desk] = [this.#oauth(upstream), this.#desk()];
    if (state === undefined || oauth === undefined || desk === undefined) return endPage('invalid', requestId);
    const kept = await desk.states.take(state, request);
    if (kept === 'unknown') return endPage('used', requestId);
    if (kept === 'foreign') return endPage('browser', requestId);
    const { ticket, verifier, signedIn } = kept;
    const cookies = [desk.states.forget(state)];
    const fail = (end: End, reason: string) => this.#failed(end, ticket, reason, requestId, cookies);
    // Another authorization server has our state: it would be given the code of this one (RFC 9700 §4.4, security case 88).
    if (ticket.upstream !== upstream) return fail('invalid', 'the callback of another upstream');
    const over = await this.#over(ticket);
    if (over !== undefined) return fail('ticket', over);
    const found = await this.#find(oauth);
    if (found === undefined) return fail('away', 'no metadata of the issuer');
    const { tokenEndpoint, saysIssuer } = found;
    const answer = readAnswer(query, oauth.issuer, saysIssuer);
    if (answer.kind === 'invalid') return fail('invalid', 'an answer that does not hold');
    if (answer.kind === 'refused') return fail('refused', wordOf(answer.error));
    const { clock, cache } = this.#parts;
    const redirectUri = callbackOf(desk.origin, upstream);
    const code = { tokenEndpoint, code: answer.code, redirectUri, verifier, variables: ticket.variables };
    const given = await exchangeCode(oauth, code, clock);
    if (given.kind === 'unreachable') return fail('away', 'the token endpoint cannot be asked');
    if (given.kind === 'refused') return fail('failed', wordOf(given.error));
    // That may have taken as long as somebody else wanted.
    const late = await this.#over(ticket);
    if (late !== undefined) return fail('ticket', late);
    // Of two browsers that were sent the same URL, one connects its account, however late they come back.
    const lifeMs = Math.max(STATE_MS, ticket.expiresAt - clock.now());
    if (!(await cache.setIfAbsent(usedKey(ticket), 'used', lifeMs))) return fail('ticket', 'used');
    const scopes = given.scopes ?? oauth.scopes;
    const waiting = { ticket, kept: credentialOf(given, clock.now()), scopes };
    const ended = await finish({ waiting, signedIn, requestId, cookies }, this.#parts).catch(
      async (thrown: unknown) => {
        await cache.delete(usedKey(ticket));
        throw thrown;
      },
    );
    return typeof ended === 'string' ? fail(NOT_KEPT[ended].end, NOT_KEPT[ended].reason) : ended;
  }

  #failed(end: End, { tenant, upstream }: Ticket, reason: string, requestId: string, cookies: readonly string[] = []) {
    this.#parts.happened({ kind: 'connect_failed', ticket: { tenant, upstream }, reason, requestId });
    return endPage(end, requestId, cookies);
  }

  async #ticketOf(sealed: string, upstream: string): Promise<Ticket | undefined> {
    const { sealer, clock, cache } = this.#parts;
    const ticket = openTicket(sealed, upstream, sealer, clock.now());
    if (ticket === undefined || (await this.#over(ticket)) !== undefined) return undefined;
    return (await cache.get(usedKey(ticket))) === undefined ? ticket : undefined;
  }

  #over(ticket: Ticket): Promise<string | undefined> {
    return overReason(ticket, this.#parts);
  }

  /** Each beginning waits in the cache for minutes. */
  async #isTooOften({ id, expiresAt }: Ticket): Promise<boolean> {
    const { cache, clock } = this.#parts;
    const { value } = await cache.increment(`connect:begun:${id}`, 1, Math.max(1, expiresAt - clock.now()));
    return value > MOST_BEGINNINGS;
  }

  #oauth(upstream: string): ConnectableOAuth | undefined {
    return connectableOf(this.#parts.config().upstreams[upstream]);
  }

  /** Nothing where nobody knows by which name browsers come. */
  #desk(): Desk | undefined {
    const { cache, clock, sealer, config } = this.#parts;
    const { url } = config().server;
    if (url === undefined) return undefined;
    const { origin } = new URL(url);
    const cookies = createCookies(origin);
    const forms = createFormTokens({ origin, cookies, sealer, clock });
    return { origin, cookies, forms, states: createOneTime<Leaving>('connect', cache, cookies, clock) };
  }
}

/** Where the user allows it, as far as that is known before the form is filled in. */
function hostOf({ authorizationEndpoint, issuer }: ConnectableOAuth, variables: Variables): string {
  const template = authorizationEndpoint ?? issuer ?? '';
  return new URL(filledIn(template, variables) ?? template).host;
}

function filled(ticket: Ticket, given: Variables): Ticket {
  return { ...ticket, variables: { ...ticket.variables, ...given } };
}

function callbackOf(origin: string, upstream: string): string {
  return `${origin}/connect/${upstream}/callback`;
}

function usedKey({ id }: Ticket): string {
  return `connect:used:${id}`;
}

/** An error of somebody else's, as the log may have it. */
function wordOf(error: string): string {
  return /^[\w.-]{1,64}$/.test(error) ? error : 'an error of its own';
}
