import type { Clock } from '../core/clock.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import type { Brand } from './browser/brand.ts';
import type { FormTokens } from './browser/form-token.ts';
import { notice, refusedForm, seeOther } from './browser/shell.ts';
import { type Approvals, consentDigest } from './consent/approvals.ts';
import type { Consent } from './consent/consent.ts';
import type { IdpTokens, InteractionDetails, InteractionFlow } from './contracts.ts';
import type { LoginEvent, OnLoginEvent } from './login/events.ts';
import { type Identity, userKey } from './login/identity.ts';
import type { IdentityProvider } from './login/identity-provider.ts';
import { foreignPage, type Login, usedPage } from './login/login.ts';
import type { OneTime } from './login/one-time.ts';
import { servedTenants, shownUser, tenantPage } from './login/tenant-page.ts';

/** Where a user is asked what is left after the login. */
export const CONTINUE_PATH = '/oauth/login/continue';

/** Who logged in, while something is still to be asked. */
export interface Pending {
  readonly uid: string;
  readonly identity: Identity;
  readonly tokens: IdpTokens;
  /** Whether the user consented to what this digest is of, as this user. */
  readonly consented: string | undefined;
}

const PENDING_MS = 10 * 60_000;

interface StepsOptions {
  readonly flow: InteractionFlow;
  readonly provider: IdentityProvider;
  readonly forms: FormTokens;
  readonly login: Login;
  readonly consent: Consent;
  readonly approvals: Approvals;
  readonly pending: OneTime<Pending>;
  readonly brand?: Brand | undefined;
  readonly clock: Clock;
  readonly onEvent: OnLoginEvent;
}

/** The steps of an interaction, in order. Between them the browser is elsewhere; what is known waits in the cache. */
export class InteractionSteps {
  readonly #options: StepsOptions;

  constructor(options: StepsOptions) {
    this.#options = options;
  }

  /** 1. The question, unless this browser has answered it before. */
  async start(details: InteractionDetails, request: HttpRequest, requestId: string): Promise<HttpReply> {
    const { approvals, consent, login, flow } = this.#options;
    const { uid } = details;
    const given = { uid, scopes: scopeNames(details), digest: consentDigest(details) };
    const question = { details, action: flow.path(uid) };
    if (isRead(request)) {
      const earlier = approvals.find(request, details);
      if (earlier.length === 0) return consent.ask(question, request, requestId);
      return login.begin(details, { ...given, earlier }, requestId);
    }
    if (request.method !== 'POST') return wrongMethod('GET, HEAD, POST', requestId);
    const decision = await consent.decide(question, request, requestId);
    if (decision === 'approve') return login.begin(details, given, requestId);
    return decision === 'deny' ? this.#deny(details, requestId) : decision;
  }

  handle(request: HttpRequest, requestId: string): Promise<HttpReply> {
    if (request.path === CONTINUE_PATH) return this.#continue(request, requestId);
    return request.method === 'GET'
      ? this.#callback(request, requestId)
      : Promise.resolve(wrongMethod('GET', requestId));
  }

  /** 2. The identity provider's answer. */
  async #callback(request: HttpRequest, requestId: string): Promise<HttpReply> {
    const { login, flow, provider } = this.#options;
    const { result, cookies } = await login.complete(request, requestId);
    if (result.kind === 'page') return result.reply;
    if (result.kind === 'failed') {
      return withCookies(await flow.finish(result.consent.uid, result.outcome, requestId), cookies);
    }
    const { consent, identity, tokens } = result;
    const details = await flow.details(consent.uid);
    if (details === undefined) return withCookies(usedPage(requestId), cookies);
    const same = consent.earlier === undefined || consent.earlier.includes(userKey(provider, identity));
    const consented = same ? consent.digest : undefined;
    const reply = await this.#next(details, { uid: details.uid, identity, tokens, consented }, request, requestId);
    return withCookies(reply, cookies);
  }

  /** 3. What is left to ask, each on its own page; then the end. */
  async #next(
    details: InteractionDetails,
    pending: Pending,
    request: HttpRequest,
    requestId: string,
    chosen?: string,
  ): Promise<HttpReply> {
    const { clock, onEvent } = this.#options;
    const tenants = servedTenants(pending.identity, details.resource);
    const tenant = chosen ?? (tenants.length === 1 ? tenants[0]?.id : undefined);
    if (tenants.length === 0) onEvent(noTenant(pending.identity, requestId));
    if (tenant !== undefined && pending.consented === consentDigest(details)) {
      return this.#finish(details, pending, tenant, request, requestId);
    }
    const lifeMs = Math.max(1, Math.min(PENDING_MS, details.expiresAt - clock.now()));
    const { name, cookie } = await this.#options.pending.keep(pending, lifeMs);
    return seeOther(`${CONTINUE_PATH}?id=${name}`, [cookie]);
  }

  async #continue(request: HttpRequest, requestId: string): Promise<HttpReply> {
    const { pending, flow, provider, forms, consent, brand } = this.#options;
    if (!isRead(request) && request.method !== 'POST') return wrongMethod('GET, HEAD, POST', requestId);
    const id = new URLSearchParams(request.query).get('id') ?? '';
    const found = await pending.peek(id, request);
    if (found === 'foreign') return foreignPage(requestId);
    const details = found === 'unknown' ? undefined : await flow.details(found.uid);
    if (found === 'unknown' || details === undefined) return usedPage(requestId);
    const action = `${CONTINUE_PATH}?id=${id}`;
    const { identity } = found;
    const ours = { id, details, requestId };
    const { resource } = details;
    const tenants = servedTenants(identity, resource);
    if (tenants.length > 0 && found.consented !== consentDigest(details)) {
      const user = { shown: shownUser(identity), key: userKey(provider, identity) };
      const question = { details, action, user };
      if (isRead(request)) return consent.ask(question, request, requestId);
      const decision = await consent.decide(question, request, requestId);
      return typeof decision === 'string' ? this.#decided(decision, undefined, request, ours) : decision;
    }
    const about = JSON.stringify(['tenant', id]);
    if (isRead(request)) {
      return tenantPage({ identity, resource, brand, action, requestId, ...forms.issue(request, about) });
    }
    const form = await forms.accept(request, about);
    if (form === undefined) return refusedForm(requestId, 403);
    const tenant = tenants.find((one) => one.id === form.get('tenant'))?.id;
    return this.#decided(form.get('decision') ?? 'tenant', tenant, request, ours);
  }

  /** Takes what was waiting, so that of two answers one counts, and does what the user said. */
  async #decided(
    decision: string,
    tenant: string | undefined,
    request: HttpRequest,
    {
      id,
      details,
      requestId,
    }: { readonly id: string; readonly details: InteractionDetails; readonly requestId: string },
  ): Promise<HttpReply> {
    const { pending, login } = this.#options;
    if (decision === 'tenant' && tenant === undefined) return refusedForm(requestId, 403);
    const taken = await pending.take(id, request);
    if (taken === 'unknown' || taken === 'foreign') return usedPage(requestId);
    const cookies = [pending.forget(id)];
    if (decision === 'deny') return withCookies(await this.#deny(details, requestId), cookies);
    const digest = consentDigest(details);
    if (decision === 'switch') {
      const { uid } = details;
      const fresh = { ...details, prompt: new Set([...details.prompt, 'login' as const]) };
      // Whoever logs in now is asked again: the answer was another account's.
      const given = { uid, scopes: scopeNames(details), digest, earlier: [] };
      return withCookies(await login.begin(fresh, given, requestId), cookies);
    }
    return withCookies(await this.#next(details, { ...taken, consented: digest }, request, requestId, tenant), cookies);
  }

  async #finish(
    details: InteractionDetails,
    { identity, tokens }: Pending,
    tenant: string,
    request: HttpRequest,
    requestId: string,
  ): Promise<HttpReply> {
    const { flow, approvals, provider } = this.#options;
    const outcome = {
      login: { accountId: identity.subject, tenant, claims: identity.claims },
      consentedScopes: scopeNames(details),
      idpTokens: tokens,
    };
    const remembered = approvals.remember(request, details, userKey(provider, identity));
    const reply = await flow.finish(details.uid, outcome, requestId);
    return withCookies(reply, remembered === undefined ? [] : [remembered]);
  }

  #deny({ uid, client }: InteractionDetails, requestId: string): Promise<HttpReply> {
    const { flow, onEvent } = this.#options;
    onEvent({ kind: 'consent_denied', clientId: client.metadata.client_id, requestId });
    return flow.finish(uid, { error: 'access_denied', description: 'The user did not allow it.' }, requestId);
  }
}

function noTenant({ overflow, tenants }: Identity, requestId: string): LoginEvent {
  const many = overflow === undefined ? undefined : `the claim ${overflow} has too many values for the token`;
  const others = tenants.length === 0 ? undefined : 'none of the tenants of the user is served there';
  const problem = many === undefined && others === undefined ? {} : { problem: many ?? others };
  return { kind: 'login_failed', reason: 'no_tenant', requestId, ...problem };
}

function scopeNames({ scopes }: InteractionDetails): readonly string[] {
  return scopes.map(({ name }) => name);
}

function isRead({ method }: HttpRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

function withCookies(reply: HttpReply, cookies: readonly string[]): HttpReply {
  return cookies.length === 0 ? reply : { ...reply, cookies: [...(reply.cookies ?? []), ...cookies] };
}

function wrongMethod(allow: string, requestId: string): HttpReply {
  const headers = { allow };
  return notice({
    status: 405,
    title: 'This page does not take that',
    text: 'Go back to the application and start again.',
    requestId,
    headers,
  });
}
