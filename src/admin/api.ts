import type { z } from 'zod';
import { ADMIN_READ, ADMIN_WRITE, type AdminRights } from '../core/admin.ts';
import { PosternError } from '../core/errors.ts';
import type { Principal } from '../core/principal.ts';
import { type HttpReply, type HttpRequest, json } from '../http/exchange.ts';
import type { Audited } from '../observe/audit-log.ts';
import { parseJson } from '../protocol/json-rpc.ts';
import { requireJson } from '../protocol/media-type.ts';
import type { Admit } from './admission.ts';
import type { Once } from './idempotency.ts';
import type { Answered, Asked, Operation } from './operation.ts';
import { API_PATH, createRouter } from './router.ts';

export interface AdminApiParts {
  readonly operations: readonly Operation[];
  readonly admit: Admit;
  readonly once: Once;
  /** Writes a row of the audit trail. Does not reject. */
  readonly note: (event: Audited) => Promise<void>;
}

export interface AdminApi {
  /**
   * Answers a request of somebody who is known.
   * @param stands whether they still are, when the body is there. @throws PosternError
   * @throws PosternError
   */
  handle(
    request: HttpRequest,
    principal: Principal,
    requestId: string,
    stands?: () => void | Promise<void>,
  ): Promise<HttpReply>;
  /** The methods of a path; nothing for one that leads nowhere. */
  methodsOf(path: string): string | undefined;
}

/** The largest body, in bytes, and the deepest, in levels: nothing that fits a schema here is near to it. */
const BODY_BYTES = 256 * 1024;
const BODY_DEPTH = 16;
/** What is sent where there is no body. */
const NOTHING = new Uint8Array();
/** Answers are about what somebody may see, and some hold what is shown once. */
const HEADERS = { 'cache-control': 'no-store' };

/** Every request to the admin API, top to bottom, but for who sends it. */
export function createAdminApi({ operations, admit, once, note }: AdminApiParts): AdminApi {
  const router = createRouter(operations);
  return {
    methodsOf: (path) => {
      const found = router.match('', path);
      return found !== undefined && 'allow' in found ? found.allow : undefined;
    },
    handle: async (request, principal, requestId, stands) => {
      // 1. May they be here at all?
      const rights = rightsOf(principal);
      // 2. Is there such an operation?
      const match = router.match(request.method, request.path);
      if (match === undefined) throw new PosternError('no_route');
      if ('allow' in match) throw new PosternError('method_not_allowed', { headers: { allow: match.allow } });
      const { operation, id } = match;
      admit(principal, rights, operation.cost ?? 1);
      // 3. May they do that?
      if (operation.right === 'write' && rights.role === 'auditor') throw lacking(ADMIN_WRITE);
      // 4. Does what they send fit?
      const key = request.header('idempotency-key');
      if (key !== undefined && operation.idempotent !== true) throw notAgain();
      const ifMatch = request.header('if-match');
      if (operation.ifMatch === 'required' && ifMatch === undefined) throw new PosternError('precondition_required');
      const query = readQuery(operation, request.query);
      const sent = await bodyOf(operation, request);
      // Whoever takes their time over it may have lost their credential meanwhile.
      await stands?.();
      const body = operation.body && fitting(operation.body.schema, sent && parseJson(sent, BODY_DEPTH), 'The body');
      const asked: Asked = {
        ...{ principal, rights, requestId, id, query, body },
        ifMatch: operation.ifMatch === undefined ? undefined : ifMatch,
        note: ({ tenant, ...event }) => note({ ...event, ...actorOf(principal), ...tenantOf(tenant), requestId }),
      };
      // 5. Do it; what comes again is answered again.
      const answer = async () => replyOf(operation, await operation.run(asked));
      if (key === undefined) return answer();
      return once({ principal, route: `${operation.method} ${request.path}`, body: sent ?? NOTHING, key }, answer);
    },
  };
}

/** Whoever sends a key relies upon it: where it would mean nothing, that is better said than found out. */
function notAgain(): PosternError {
  const errors = [{ field: 'Idempotency-Key', message: 'is for POST' }];
  return new PosternError('invalid_arguments', { message: 'Idempotency-Key is for POST.', data: { errors } });
}

/** @throws PosternError `insufficient_scope` */
function rightsOf({ admin }: Principal): AdminRights {
  if (admin !== undefined) return admin;
  throw lacking(ADMIN_READ);
}

function lacking(scope: string): PosternError {
  const data = { requiredScopes: [scope] };
  return new PosternError('insufficient_scope', { message: `This takes the scope ${scope}.`, data });
}

/** Whoever it is, it is somebody at the admin API. */
function actorOf({ subject }: Principal): Pick<Audited, 'actorKind' | 'actor'> {
  return { actorKind: 'admin', actor: subject };
}

function tenantOf(tenant: string | null): Pick<Audited, 'tenant'> {
  return tenant === null ? {} : { tenant };
}

/** @throws PosternError `invalid_arguments` */
function readQuery({ query }: Operation, text: string): unknown {
  const given = new URLSearchParams(text);
  const names = [...given.keys()];
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw unfit([{ field: twice, message: 'once at the most' }], 'The query');
  const unknown = query === undefined ? names[0] : undefined;
  if (unknown !== undefined) throw unfit([{ field: unknown, message: 'there is no such parameter' }], 'The query');
  return query && fitting(query, Object.fromEntries(given), 'The query');
}

/** @throws PosternError `unsupported_media_type`, `body_too_large` */
async function bodyOf({ body }: Operation, request: HttpRequest): Promise<Uint8Array | undefined> {
  if (body === undefined) return undefined;
  requireJson(request);
  return request.read(BODY_BYTES);
}

/** @throws PosternError `invalid_arguments`, which says where and never what was found. */
function fitting<T>(schema: z.ZodType<T>, given: unknown, what: string): T {
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  const errors = read.error.issues.slice(0, 10).map((issue) => ({
    field: issue.path.map(String).join('.'),
    message: issue.message.slice(0, 200),
  }));
  throw unfit(errors, what);
}

function unfit(errors: { readonly field: string; readonly message: string }[], what: string): PosternError {
  const said = errors.slice(0, 3).map(({ field, message }) => (field === '' ? message : `${field}: ${message}`));
  return new PosternError('invalid_arguments', {
    message: `${what} does not fit: ${said.join('; ')}.`,
    data: { errors: errors.map((error) => ({ ...error })) },
  });
}

/** What the schema knows of an answer, and nothing else of it. */
function replyOf({ answer }: Operation, { body, etag, location }: Answered): HttpReply {
  const headers = {
    ...HEADERS,
    ...(etag === undefined ? {} : { etag }),
    ...(location === undefined ? {} : { location: API_PATH + location }),
  };
  if (answer.body === undefined) return { status: answer.status, headers, body: null };
  return json(answer.status, answer.body.schema.parse(body), headers);
}
