import type { Clock } from '../core/clock.ts';
import { asPosternError, PosternError } from '../core/errors.ts';
import { type Principal, principalKey } from '../core/principal.ts';
import { corsHeaders, preflight } from '../http/cors.ts';
import { type HttpReply, type HttpRequest, json } from '../http/exchange.ts';
import { respond } from '../http/respond.ts';
import type { IdSource } from '../lib/ids.ts';
import type { Engine, RequestFacts } from '../protocol/engine.ts';
import type { Route } from './routes.ts';
import type { ServerCaller } from './service.ts';

export interface PipelineParts {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly routes: ReadonlyMap<string, Route>;
  /** @throws PosternError `refused_host`, `refused_origin`. */
  readonly guard: (request: HttpRequest) => void;
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
      // 2. Is it meant for us? Host and Origin, before anything is read.
      parts.guard(request);
      cors = corsHeaders(request);
      // 3. Is it anything we serve? What is not in the table is refused, whatever it looks like.
      const route = parts.routes.get(request.path);
      if (route === undefined) throw new PosternError('no_route');
      // 4. A preflight carries no credential, and a probe of health needs none.
      if (request.method === 'OPTIONS') reply = preflight(request, route.methods, cors);
      else if (!isProbe(request) && (route.kind === 'health' || route.kind === 'ready')) throw notTaken(route);
      else if (route.kind === 'health') reply = json(200, { status: 'ok' });
      else if (route.kind === 'ready') reply = await readiness(parts);
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

function serve(
  engine: Engine<ServerCaller>,
  kind: 'mcp' | 'sse' | 'messages',
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

function isProbe({ method }: HttpRequest): boolean {
  return method === 'GET' || method === 'HEAD';
}

function notTaken({ methods }: Route): PosternError {
  return new PosternError('method_not_allowed', { headers: { allow: methods } });
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
