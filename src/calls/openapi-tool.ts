import type { ToolResult } from '../core/content.ts';
import { PosternError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { type Principal, principalKey } from '../core/principal.ts';
import type { RateLimitReading } from '../core/rate-limit.ts';
import type { UpstreamRequest, UpstreamResponse } from '../core/upstream.ts';
import { type Body, readBody } from '../lib/body.ts';
import { once } from '../lib/once.ts';
import type { SchemaCompiler } from '../lib/schema.ts';
import type { Sealer } from '../lib/seal.ts';
import { compilePages, type Pages, type Select } from '../openapi/pages/pages.ts';
import type { OperationPlan } from '../openapi/plan.ts';
import { compileRequest, type RequestBuilder } from '../openapi/request/request.ts';
import type { ResultLimits } from '../openapi/response/response.ts';
import type { OpenApiTool } from '../openapi/tools.ts';
import type { Callable, Run } from '../tools/callable.ts';
import { cleanFacts } from '../upstream/clean-text.ts';
import { type Credential, type CredentialConfig, compileCredential } from '../upstream/credential.ts';
import { type FillIdempotency, idempotencyOf } from '../upstream/idempotency.ts';
import type { Mapping, MappingInput, OnFault } from '../upstream/mapping.ts';
import { createNormaliser, inputOf, type MappedOperation, type Normalise } from '../upstream/normalise.ts';
import { partialFaults } from '../upstream/presets/graphql.ts';
import type { Preset } from '../upstream/presets.ts';
import type { ReadLimits } from '../upstream/rate-limit-expression.ts';
import {
  type RespondWith,
  rateLimitReply,
  respondsWithStatus,
  resultWithRateLimit,
  withRateLimit,
} from '../upstream/rate-limit-response.ts';
import { withoutSecrets } from '../upstream/redact.ts';
import { isIdempotent } from '../upstream/retry.ts';
import { namedFailure, type SendContext, send, type Upstream } from '../upstream/send.ts';

/** What all tools of one upstream share. */
export interface OpenApiParts {
  readonly upstream: Upstream;
  readonly baseUrl: string;
  readonly credential: CredentialConfig;
  readonly limits: ResultLimits;
  readonly schemas: SchemaCompiler;
  /** Seals cursors. */
  readonly seal: Sealer;
  readonly failures: {
    readonly preset?: Preset;
    /** The upstream's own expression. */
    readonly mapping?: Mapping;
    /** The expression of one operation. */
    mappingOf(operation: OpenApiTool): Mapping | undefined;
  };
  /** The compiled `fields` of one operation. */
  selectOf(operation: OpenApiTool): Select | undefined;
  /** The arguments of one operation that the server fills in. */
  boundOf(operation: OpenApiTool): readonly string[];
  /** As whom the API sees the calls of a principal. */
  identityOf(principal: Principal): string;
  readonly readLimits: ReadLimits;
  /** Whether an answer says that the token has ended, whatever its status. Default: 401 says it, and nothing else. */
  readonly isExpired?: (input: MappingInput) => boolean | Promise<boolean>;
  /** How a call that the API limits is answered. */
  readonly respondWith: RespondWith;
  readonly onFault: OnFault;
  readonly report: UpstreamNote;
}

/**
 * Hears what is nobody's failure and somebody should know: an expression that could not tell, a credential of the
 * operator that the API refuses.
 */
export type UpstreamNote = (what: 'mapping_fault' | 'credential_refused', upstream: string, detail: string) => void;

const NO_HEADERS: ReadonlyMap<string, readonly string[]> = new Map();

interface Prepared {
  readonly build: RequestBuilder;
  readonly credential: Credential;
  readonly pages: Pages;
  readonly normalise: Normalise;
  readonly mapped: MappedOperation;
  /** What its limits are looked up by: method and path. */
  readonly counted: string;
  readonly fill: FillIdempotency | undefined;
  readonly idempotent: boolean;
}

/**
 * One operation of an API as something that can be called. What a call needs is prepared with the first call: an API
 * has a thousand operations, and a server starts with all and is asked for ten.
 */
export function openApiCallable(operation: OpenApiTool, parts: OpenApiParts): Callable {
  const validate = parts.schemas.validator(() => operation.enforced);
  const prepared = once(() => prepare(operation, parts));
  return {
    tool: operation.tool,
    operation: operation.operation,
    headers: NO_HEADERS,
    interactive: false,
    check(args) {
      const problems = validate(args);
      return problems === undefined ? { args } : { problems };
    },
    run: (args, run) => callOperation(prepared(), parts, args, run),
    rehearse: (args, run) => rehearsal(prepared(), args, run),
  };
}

/** Asks an operation as it is: its whole answer, for the server itself. */
export type ReadOperation = (args: JsonObject, run: Run) => Promise<Body>;

/**
 * An operation that the server itself asks something, in the name of who calls: it is no tool for it.
 * @throws PosternError as a call does, `invalid_arguments` for arguments that do not fit.
 */
export function openApiReader(operation: OpenApiTool, parts: OpenApiParts): ReadOperation {
  const validate = parts.schemas.validator(() => operation.enforced);
  const prepared = once(() => prepare(operation, parts));
  return async (args, run) => {
    if (validate(args) !== undefined) throw new PosternError('invalid_arguments');
    const { body } = await exchange(prepared(), parts, prepared().build(args), run);
    return body;
  };
}

function prepare(operation: OpenApiTool, parts: OpenApiParts): Prepared {
  const { plan, tool } = operation;
  const { upstream, failures, baseUrl, limits, seal } = parts;
  const credential = compileCredential(parts.credential, plan);
  const fill = idempotencyOf(plan);
  return {
    credential,
    fill,
    idempotent: isIdempotent(plan.method, fill !== undefined),
    counted: operation.operation,
    build: compileRequest(plan, baseUrl),
    pages: compilePages(operation, {
      ...{ seal, baseUrl, limits },
      clock: upstream.clock,
      select: parts.selectOf(operation),
      filledIn: filledInQuery(plan, parts.boundOf(operation)),
    }),
    normalise: createNormaliser({
      upstream: upstream.name,
      credential: parts.credential.source.from,
      preset: failures.preset,
      mapping: failures.mapping,
      secrets: credential.secrets,
      onFault: parts.onFault,
      onCredentialRefused: () => parts.report('credential_refused', upstream.name, tool.name),
    }),
    mapped: {
      id: operation.operationId ?? tool.name,
      method: plan.method,
      path: plan.path,
      mapping: failures.mappingOf(operation),
    },
  };
}

/** The names that arguments have in the query, of those that are there. */
function filledInQuery({ parameters }: OperationPlan, bound: readonly string[]): string[] {
  return parameters.filter(({ key, in: place }) => place === 'query' && bound.includes(key)).map(({ name }) => name);
}

/** Whose a cursor is: of another account it would be a place in another list. */
function callerOf({ principal, connection }: Run): string {
  const key = principalKey(principal);
  return connection === undefined ? key : JSON.stringify([key, connection]);
}

/** The request that a call would send, but for its credential. */
function rehearsal({ pages, build }: Prepared, args: JsonObject, run: Run): JsonObject {
  const opened = pages.open(args, callerOf(run));
  const { method, url, headers, body } = pages.request(opened, build(opened.args));
  const sent = typeof body === 'string' ? body : body && `${body.byteLength} bytes`;
  return { method, url, headers: { ...headers }, ...(sent === undefined ? {} : { body: sent }) };
}

/** From checked arguments to a result, or to a failure that is thrown. */
async function callOperation(prepared: Prepared, parts: OpenApiParts, args: JsonObject, run: Run): Promise<ToolResult> {
  const { build, pages, mapped, fill } = prepared;
  const { requestId } = run;
  // 1. A cursor says which page, and the arguments say the rest.
  const opened = pages.open(args, callerOf(run));
  const built = pages.request(opened, build(opened.args));
  const request = fill === undefined ? built : fill(built, { requestId, tool: mapped.id, args });

  // 2. and 3. To the API and back; what it refuses is thrown.
  const { response, body, reading, secrets } = await exchange(prepared, parts, request, run);
  if (reading !== undefined) describeLimits(parts, run, reading);

  // 4. What is passed on of a success, and how to get the rest.
  let result: ToolResult;
  try {
    result = await pages.close(opened, request.url, response, body);
  } catch (thrown) {
    throw namedFailure(thrown, parts.upstream.name);
  }
  return resultWithRateLimit(withFaults(result, body, secrets), reading);
}

interface Exchanged {
  readonly response: UpstreamResponse;
  readonly body: Body;
  readonly reading: RateLimitReading | undefined;
  /** What was sent as a credential. */
  readonly secrets: readonly string[];
}

/** Sends a request, and reads of the answer whether it is a failure, and what it says of limits. */
async function exchange(
  prepared: Prepared,
  parts: OpenApiParts,
  request: UpstreamRequest,
  run: Run,
): Promise<Exchanged> {
  const { credential, normalise, mapped, counted, idempotent } = prepared;
  const { upstream } = parts;
  const { principal, requestId, conversation, connection } = run;
  // To the API and back, unless it is known to refuse.
  const call = { operation: counted, identity: parts.identityOf(principal) };
  const { signal } = conversation;
  const isExpired = expiredOf(parts, mapped, request);
  const context = { principal, credential, connection, requestId, signal, counted: call, idempotent, isExpired };
  const sent = await send(upstream, request, context);
  run.upstreamMs += sent.ms;
  if ('error' in sent) throw limited(parts, run, sent.error, sent.limits);
  const { secrets } = sent;
  const response = withoutSecrets(sent.response, secrets);
  run.upstreamStatus = response.status;

  // Is it a failure, whatever its status? And what does it say of limits?
  const body = readBody(response, request.headers['accept']);
  const now = upstream.clock.now();
  const normalised = normalise(response, body, mapped, now, secrets);
  const failure = normalised instanceof Promise ? await normalised : normalised;
  const read = parts.readLimits(response.headers, now, () => inputOf(response, body, mapped));
  const reading = read instanceof Promise ? await read : read;
  upstream.limiter?.learn(call, reading, failure);
  if (failure !== undefined) throw limited(parts, run, failure, reading);
  return { response, body, reading, secrets };
}

/** What the operator's expression is asked, before anybody else reads the answer. */
function expiredOf(
  { isExpired }: OpenApiParts,
  mapped: MappedOperation,
  { headers }: UpstreamRequest,
): SendContext['isExpired'] {
  return isExpired && ((response) => isExpired(inputOf(response, readBody(response, headers['accept']), mapped)));
}

/** A failure with what is known of limits in it, and in the response. */
function limited(parts: OpenApiParts, run: Run, error: PosternError, reading: RateLimitReading | undefined) {
  const failure = withRateLimit(error, reading);
  describeLimits(parts, run, reading, failure);
  return failure;
}

function describeLimits(
  { respondWith }: OpenApiParts,
  { principal, conversation, reply }: Run,
  reading: RateLimitReading | undefined,
  failure?: PosternError,
): void {
  const asStatus = respondsWithStatus(respondWith, { principal, client: conversation.client });
  const head = rateLimitReply({ reading, failure, asStatus });
  if (head !== undefined) reply.describe(head);
}

/** GraphQL answers in part: what failed beside the data is told beside the result. */
function withFaults(result: ToolResult, body: Body, secrets: readonly string[]): ToolResult {
  const faults = partialFaults(body);
  if (faults.length === 0) return result;
  const told = cleanFacts(
    faults.map(({ field, message }) => ({ field, message })),
    { secrets },
  );
  return told === undefined ? result : { ...result, _meta: { ...result._meta, 'postern/faults': told } };
}
