import type { Clock } from '../core/clock.ts';
import { asPosternError, PosternError } from '../core/errors.ts';
import { type Principal, principalKey } from '../core/principal.ts';
import { corsHeaders, openCorsHeaders, preflight } from '../http/cors.ts';
import { type HttpReply, type HttpRequest, json } from '../http/exchange.ts';
import type { Guard } from '../http/guard.ts';
import { respond } from '../http/respond.ts';
import type { IdSource } from '../lib/ids.ts';
import type { Engine, RequestFacts } from '../protocol/engine.ts';
import { type CallerRoute, isOpen, type OpenRoute, type Route, type Routes } from './routes.ts';
import type { ServerCaller } from './service.ts';

export interface PipelineParts {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly routes: Routes;
  readonly guard: Guard;
  /** @throws PosternError `missing_credential`, `invalid_token`, `unavailable`. */
  readonly authenticate: (request: HttpRequest) => Principal | Promise<Principal>;
  readonly engine: Engine<ServerCaller>;
  /** Whether the stores answer. */
  readonly ready: () => Promise<boolean>;
  /** Hears of every request, once its reply is known. */
  readonly observe: (request: HttpRequest, reply: HttpReply, seen: Seen) => void;
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
    // 1. A name for this request, in every answer and every line about it.
    const requestId = parts.ids('req');
    const seen: Seen = { requestId, ms: 0, principal: undefined, error: undefined, facts: {} };
    let cors: { readonly [name: string]: string } = {};
    let reply: HttpReply;
    try {
      // 2. Is it meant for us? Its headers, its Host and the page that asks, before anything is read.
      const route = parts.routes(request.path);
      cors = pass(parts.guard, request, route);
      // 3. Is it anything we serve? What is not in the table is refused, whatever it looks like.
      if (route === undefined) throw new PosternError('no_route');
      // 4. A preflight carries no credential; a probe of health and a public document need none.
      if (request.method === 'OPTIONS') reply = preflight(request, route.methods, cors);
      else if (isOpen(route)) reply = await serveOpen(parts, request, route);
      else {
        // 5. Who calls? Before method, version and session are looked at.
        const known = parts.authenticate(request);
        const principal = known instanceof Promise ? await known : known;
        seen.principal = principal;
        const key = principalKey(principal);
        const stillValid = () => stands(parts, request, key);
        const caller = { key, expiresAt: principal.expiresAt, stillValid, principal, requestId };
        // 6. What do they want? Era, method, tool, policy, arguments and call are the engine's, in this order.
        reply = await serve(parts.engine, route.kind, request, caller, seen.facts);
      }
    } catch (thrown) {
      // 7. The one place where something thrown becomes a response.
      seen.error = asPosternError(thrown);
      reply = respond(seen.error, requestId);
    }
    Object.assign(reply.headers, cors);
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

async function serveOpen(parts: PipelineParts, { method }: HttpRequest, route: OpenRoute): Promise<HttpReply> {
  if (method !== 'GET' && method !== 'HEAD') {
    throw new PosternError('method_not_allowed', { headers: { allow: route.methods } });
  }
  switch (route.kind) {
    case 'health':
      return json(200, { status: 'ok' });
    case 'ready':
      return readiness(parts);
    case 'well-known':
      // API keys are found in no document; a client that looks for one learns so, whatever page it runs in.
      throw new PosternError('no_route');
  }
}

/** Whether a credential is still good for the same caller. That it cannot be told right now ends nothing. */
async function stands(parts: PipelineParts, request: HttpRequest, key: string): Promise<boolean> {
  try {
    return principalKey(await parts.authenticate(request)) === key;
  } catch (thrown) {
    return asPosternError(thrown).code === 'unavailable';
  }
}

async function readiness(parts: PipelineParts): Promise<HttpReply> {
  const ready = await parts.ready();
  return json(ready ? 200 : 503, { status: ready ? 'ready' : 'not ready' }, { 'cache-control': 'no-store' });
}
