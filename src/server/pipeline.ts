import type { Authenticate } from '../auth/authenticate.ts';
import type { Clock } from '../core/clock.ts';
import { asPosternError, PosternError } from '../core/errors.ts';
import { isOfOAuth, type Principal } from '../core/principal.ts';
import type { ChallengedResource } from '../http/challenge.ts';
import { corsHeaders, openCorsHeaders, preflight } from '../http/cors.ts';
import { type HttpReply, type HttpRequest, json } from '../http/exchange.ts';
import type { Guard } from '../http/guard.ts';
import { respond } from '../http/respond.ts';
import type { IdSource } from '../lib/ids.ts';
import type { Engine, RequestFacts } from '../protocol/engine.ts';
import { HttpCaller } from './http-caller.ts';
import type { LinkDoor } from './links.ts';
import type { Facade } from './oauth/facade.ts';
import { Lease } from './offer/lease.ts';
import type { Offer, View } from './offer/offer.ts';
import type { ServerCaller } from './offer/service.ts';
import { asksToolset, narrowingOf } from './offer/toolsets.ts';
import { Credential } from './revoked/credential.ts';
import type { Suspensions } from './revoked/suspensions.ts';
import type { Endpoint } from './routes/endpoints.ts';
import { type CallerRoute, isOpen, type OpenRoute, type Route } from './routes/routes.ts';
import type { Site } from './routes/site.ts';

type DoorRoute = NonNullable<ReturnType<Facade['route']>>;

/** Answers in its own words at paths of its own, such as the authorization server. */
export interface Door {
  /** What a path leads to, if it leads here. @param site the tenant whose host was asked. */
  route(path: string, site?: Site): DoorRoute | undefined;
  /** Never rejects. What it learns of the request it writes into `seen`. */
  handle(request: HttpRequest, requestId: string, site: Site | undefined, seen: Seen): Promise<HttpReply>;
}

export interface PipelineParts {
  readonly clock: Clock;
  readonly ids: IdSource;
  /** What is served now. A request asks once, and keeps what it is told. */
  readonly offer: () => Offer;
  /** @throws PosternError `missing_credential`, `invalid_token`, `unavailable`. */
  readonly authenticate: Authenticate;
  /** Lets in who comes with a link, where links are accepted. */
  readonly links?: Pick<LinkDoor, 'enter'>;
  /** Whether somebody who was let in is suspended. @throws PosternError as {@link Suspensions.check}. */
  readonly suspended: Suspensions['check'];
  /** Told that somebody has come who may stay. */
  readonly came: () => void;
  readonly engine: Engine<ServerCaller>;
  /** The authorization server, where there is one in this process, and what else has paths of its own. Asked in order. */
  readonly doors: readonly Door[];
  /** Which stores answer. */
  readonly ready: () => Promise<Readiness>;
  /** Hears of every request, once its reply is known. */
  readonly observe: (request: HttpRequest, reply: HttpReply, seen: Seen) => void;
}

/** Whether each of the stores does what it is there for. */
export interface Readiness {
  readonly database: boolean;
  readonly cache: boolean;
}

/** What the pipeline learned of a request by the time it answered. */
export interface Seen {
  readonly requestId: string;
  /** Milliseconds from the request's head to the reply's. */
  ms: number;
  principal: Principal | undefined;
  /** Why it was refused, if it was. */
  error: PosternError | undefined;
  /** What the engine made of it. */
  readonly facts: RequestFacts;
}

/** Every request, top to bottom. */
export function createPipeline(parts: PipelineParts): (request: HttpRequest) => Promise<HttpReply> {
  return async (request) => {
    const begun = parts.clock.monotonic();
    const offer = parts.offer();
    offer.backing.hold.enter();
    // 1. A name for this request, in every answer and every line about it.
    const requestId = parts.ids('req');
    const seen: Seen = { requestId, ms: 0, principal: undefined, error: undefined, facts: {} };
    let cors: { readonly [name: string]: string } = {};
    let about: { readonly [name: string]: string } = {};
    let challenged: Endpoint | undefined;
    let lease: Lease | undefined;
    let reply: HttpReply;
    try {
      // 2. Is it meant for us? Its headers, its Host and the page that asks, before anything is read.
      const host = request.header('host');
      const site = offer.sites.atHost(host ?? '');
      const route = behindDoor(parts.doors, request.path, site) ?? offer.routes(request.path, host);
      cors = route?.kind === 'door' ? passDoor(offer.guard, request, route) : pass(offer.guard, request, route);
      // 3. Is it anything we serve? What is not in the table is refused, whatever it looks like.
      if (route === undefined) throw new PosternError('no_route');
      // 4. A preflight carries no credential; a probe of health and a public document need none.
      if (request.method === 'OPTIONS') reply = preflight(request, route.methods, cors);
      else if (route.kind === 'door') reply = await route.door.handle(request, requestId, site, seen);
      else if (isOpen(route)) reply = await serveOpen(parts, request, route);
      else {
        const { endpoint, link } = route;
        // No login mends a link, so none is pointed at.
        if (link === undefined) challenged = endpoint;
        const lifetime = endpoint.lifetimeHeaders(parts.clock.now());
        about = link === undefined ? lifetime : withLinkHeaders(lifetime);
        // 5. Who calls? Before method, version and session are looked at.
        const known = callerAt(parts, request, route);
        const principal = known instanceof Promise ? await known : known;
        parts.came();
        seen.principal = principal;
        if (link !== undefined) checkMethod(request, route);
        // 6. What is there for them? The endpoint's tools, narrowed by toolsets.
        const view = viewOf(offer, route, request.query, principal);
        lease = new Lease(parts.offer, laterView(request, principal));
        lease.enter(view);
        // Whoever takes their time is asked for it again.
        const credential = new Credential(principal, () => callerAt(parts, request, route), parts.clock, begun);
        const caller = new HttpCaller(credential, requestId, lease, view.key);
        // 7. What do they want? Era, method, tool, policy, arguments and call are the engine's, in this order.
        reply = await serve(parts.engine, route.kind, request, caller, seen.facts);
      }
    } catch (thrown) {
      // 8. The one place where something thrown becomes a response.
      seen.error = asPosternError(thrown);
      reply = respond(seen.error, requestId, challengedBy(challenged, seen.principal));
    } finally {
      lease?.leave();
      offer.backing.hold.leave();
    }
    Object.assign(reply.headers, cors, about);
    reply.headers['x-request-id'] = requestId;
    seen.ms = parts.clock.monotonic() - begun;
    parts.observe(request, reply, seen);
    return reply;
  };
}

/**
 * Passes a request that is meant for us, or throws.
 * @returns the headers that let the page that asked read the reply.
 */
function pass(guard: Guard, request: HttpRequest, route: Route | undefined): { readonly [name: string]: string } {
  guard.checkHeaders(request);
  // Whoever looks after a server knows its address and no name, and learns here whether it is well and nothing else.
  if (route?.kind === 'health' || route?.kind === 'ready') return {};
  guard.checkHost(request);
  if (route?.kind === 'well-known') return openCorsHeaders();
  guard.checkOrigin(request);
  return corsHeaders(request);
}

/** What a path leads to behind one of the doors. */
function behindDoor(doors: readonly Door[], path: string, site: Site | undefined) {
  for (const door of doors) {
    const route = door.route(path, site);
    if (route !== undefined) return { kind: 'door' as const, door, ...route };
  }
  return undefined;
}

/**
 * As {@link pass}, for a door. Its pages are sent to by browsers from elsewhere, and look at the origin
 * of their forms themselves; what programs ask there, they may ask from any page: no cookie counts.
 */
function passDoor(guard: Guard, request: HttpRequest, { open }: DoorRoute): { readonly [name: string]: string } {
  guard.checkHeaders(request);
  guard.checkHost(request);
  return open ? openCorsHeaders() : {};
}

/** A link is a credential: no page that it leads to may pass it on, nobody may keep what is behind it, or find it. */
const LINK_HEADERS = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex' };

/** Most endpoints have no others. */
function withLinkHeaders(others: { readonly [name: string]: string }): { readonly [name: string]: string } {
  for (const _ in others) return { ...others, ...LINK_HEADERS };
  return LINK_HEADERS;
}

/** Who calls at a route: who has its link, or whom the headers name, with what is allowed there; nobody who is suspended. */
function callerAt(parts: PipelineParts, request: HttpRequest, route: CallerRoute): Principal | Promise<Principal> {
  const known = knownAt(parts, request, route);
  return known instanceof Promise
    ? known.then((found) => standing(found, parts, route))
    : standing(known, parts, route);
}

function standing(
  known: Principal,
  { suspended }: PipelineParts,
  { endpoint }: CallerRoute,
): Principal | Promise<Principal> {
  const principal = endpoint.confine(known);
  const asked = suspended(principal);
  return asked instanceof Promise ? asked.then(() => principal) : principal;
}

function knownAt(
  { authenticate, links }: PipelineParts,
  request: HttpRequest,
  { endpoint, link }: CallerRoute,
): Principal | Promise<Principal> {
  if (link === undefined) return authenticate(request, endpoint.audience, endpoint.admits);
  if (links === undefined) throw new PosternError('no_route');
  return links.enter(link, request, endpoint);
}

/** @throws PosternError `method_not_allowed` */
function checkMethod({ method }: HttpRequest, { methods }: CallerRoute): void {
  if (method === 'POST' || methods.split(', ').includes(method)) return;
  throw new PosternError('method_not_allowed', { headers: { allow: methods } });
}

/** What a refusal is a challenge for. Who has come with a key or a link has nothing to gain from a token. */
function challengedBy(
  endpoint: Endpoint | undefined,
  principal: Principal | undefined,
): ChallengedResource | undefined {
  return principal === undefined || isOfOAuth(principal) ? endpoint?.resource?.challenge : undefined;
}

/**
 * What a caller is served at a route.
 * @throws PosternError for a toolset that is not there, or not for this caller.
 */
function viewOf(offer: Offer, { kind, endpoint }: CallerRoute, query: string, principal: Principal): View {
  const narrowing = narrowingOf(endpoint, principal, query, offer.toolsets);
  // Its messages come to another URL, which the client is told without the toolset.
  if (kind !== 'mcp' && asksToolset(query)) throw new PosternError('invalid_request', { message: NOT_OVER_SSE });
  return offer.view(endpoint, narrowing);
}

const NOT_OVER_SSE = 'toolset is not served over HTTP+SSE.';

/** What the same path and query lead to in any offer. */
function laterView(request: HttpRequest, principal: Principal): (offer: Offer) => View {
  const { path, query } = request;
  const host = request.header('host');
  return (offer) => {
    const route = offer.routes(path, host);
    if (route === undefined || isOpen(route)) throw new PosternError('no_route');
    return viewOf(offer, route, query, principal);
  };
}

function serve(
  engine: Engine<ServerCaller>,
  kind: CallerRoute['kind'],
  request: HttpRequest,
  caller: ServerCaller,
  facts: RequestFacts,
): Promise<HttpReply> {
  switch (kind) {
    case 'mcp':
      return engine.handle(request, caller, facts);
    case 'sse':
      return engine.handleSse(request, caller, facts);
    case 'messages':
      return engine.handleMessages(request, caller, facts);
  }
}

const DOCUMENT_HEADERS = { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' };

async function serveOpen(parts: PipelineParts, { method }: HttpRequest, route: OpenRoute): Promise<HttpReply> {
  if (method !== 'GET' && method !== 'HEAD') {
    throw new PosternError('method_not_allowed', { headers: { allow: route.methods } });
  }
  switch (route.kind) {
    case 'health':
      return json(200, { status: 'ok' });
    case 'ready':
      return readiness(parts);
    case 'well-known': {
      const document = typeof route.document === 'function' ? route.document() : route.document;
      // API keys are found in no document; a client that looks for one learns so, whatever page it runs in.
      if (document === undefined) throw new PosternError('no_route');
      return { status: 200, headers: { ...DOCUMENT_HEADERS }, body: document };
    }
  }
}

async function readiness(parts: PipelineParts): Promise<HttpReply> {
  const { database, cache } = await parts.ready();
  const ready = database && cache;
  const word = (answers: boolean) => (answers ? 'ok' : 'out');
  const body = { status: ready ? 'ready' : 'not ready', database: word(database), cache: word(cache) };
  return json(ready ? 200 : 503, body, { 'cache-control': 'no-store' });
}
