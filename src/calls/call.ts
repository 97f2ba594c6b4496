import type { CallRecord } from '../core/call.ts';
import type { Clock } from '../core/clock.ts';
import type { ToolResult } from '../core/content.ts';
import { type Conversation, type ReplyControl, Suspended } from '../core/conversation.ts';
import { asPosternError, type ErrorCode, isCallError, PosternError } from '../core/errors.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import type { Principal } from '../core/principal.ts';
import type { IdSource } from '../lib/ids.ts';
import type { Pass } from '../quota/quotas.ts';
import type { Callable, Checked, Delegation, Run } from '../tools/callable.ts';
import { authorise } from '../tools/policy.ts';
import { failureResult } from '../upstream/result.ts';
import { type Entrance, enter } from './enter.ts';

/** What every call is made with; put together once. */
export interface CallParts {
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Takes the record of a finished call. Must not throw and must not wait. */
  record(call: CallRecord): void;
  /** What the record keeps of the arguments, as `observe.arguments` says. */
  describeArguments(args: JsonObject): string | null;
  /** Hears what a handler threw that was not meant for the caller. */
  onFault(error: PosternError, tool: string, requestId: string): void;
  /** What counts calls and limits them. Default: nothing does. */
  readonly entrance?: Entrance;
}

export interface Invocation {
  readonly callable: Callable;
  readonly principal: Principal;
  readonly requestId: string;
  readonly args: JsonObject;
  readonly conversation: Conversation;
  /** The response that the result travels in. */
  readonly reply: ReplyControl;
}

/**
 * One tool call, top to bottom. Refusals of policy are thrown, before the reply is admitted; every later failure is a result
 * with `isError` that a model can act on (MCP 2026-07-28, server/tools#error-handling).
 */
export function createCalls(parts: CallParts): (invocation: Invocation) => Promise<ToolResult> {
  return async (invocation) => {
    const { principal, requestId, conversation, reply } = invocation;
    const at = parts.clock.now();
    const begun = parts.clock.monotonic();
    const run: Run = { principal, requestId, conversation, reply, upstreamMs: 0, upstreamStatus: null };
    let called: Delegation = invocation;
    let code: string = 'ok';
    let pass: Pass | undefined;
    try {
      // 1. Does this tool stand in for another? Then everything below is about that one, its record too.
      if (invocation.callable.delegate !== undefined) called = await delegated(invocation);
      // 2. May this principal call it at all?
      const { tool } = called.callable;
      authorise(principal, called.callable);
      // 3. Has its caller, its tenant any left? What is refused here is counted nowhere.
      if (parts.entrance !== undefined) {
        const entering = enter(parts.entrance, { principal, tool, conversation, reply });
        pass = entering instanceof Promise ? await entering : entering;
      }
      reply.admit();
      // 4. Do the arguments fit? The model can mend them, so what is wrong is a result.
      const checked = called.callable.check(called.args, principal);
      const args = argumentsOf(checked instanceof Promise ? await checked : checked);
      // 5. Run it.
      const running = called.callable.run(args, run);
      const result = running instanceof Promise ? await running : running;
      if (result.isError === true) code = codeOf(result);
      return result;
    } catch (thrown) {
      if (thrown instanceof Suspended) {
        code = 'suspended';
        pass?.postponed();
        throw thrown;
      }
      const error = asPosternError(thrown);
      code = error.code;
      if (isRefusal(error.code)) throw error;
      if (error.code === 'internal') parts.onFault(error, called.callable.tool.name, requestId);
      return failureResult(error, requestId);
    } finally {
      pass?.leave();
      // 6. Whatever happened, there is a record of it.
      parts.record(recordOf(parts, called, run, { at, ms: parts.clock.monotonic() - begun, code }));
    }
  };
}

/** The call that a call stands for. Its own arguments say which, so they are checked first. */
async function delegated({ callable, args, principal }: Invocation): Promise<Delegation> {
  const { delegate } = callable;
  if (delegate === undefined) return { callable, args };
  return delegate(argumentsOf(await callable.check(args, principal)), principal);
}

function recordOf(
  parts: CallParts,
  { callable, args }: Delegation,
  { principal, requestId, conversation, upstreamMs, upstreamStatus }: Run,
  { at, ms, code }: Pick<CallRecord, 'at' | 'ms' | 'code'>,
): CallRecord {
  const { client } = conversation;
  return {
    id: parts.ids('call'),
    requestId,
    at,
    tenant: principal.tenant,
    subject: principal.subject,
    client: client.name === '' ? '' : `${client.name}/${client.version}`,
    tool: callable.tool.name,
    upstream: callable.tool.upstream,
    ms,
    upstreamMs,
    upstreamStatus,
    code,
    arguments: parts.describeArguments(withoutSecret(args, callable.secretArgument)),
  };
}

function withoutSecret(args: JsonObject, name: string | undefined): JsonObject {
  if (name === undefined || !Object.hasOwn(args, name)) return args;
  const { [name]: _, ...rest } = args;
  return rest;
}

function argumentsOf(checked: Checked): JsonObject {
  if ('args' in checked) return checked.args;
  const { schema } = checked;
  throw new PosternError('invalid_arguments', {
    message: checked.problems
      .slice(0, 5)
      .map(
        ({ pointer, expected, received }) =>
          `${pointer === '' ? 'arguments' : pointer}: ${expected}, received ${received}`,
      )
      .join('; '),
    hint: 'Correct the arguments and call again.',
    data: { problems: checked.problems.map((problem) => ({ ...problem })), ...(schema && { schema: schema as Json }) },
  });
}

/** Refusals decide the HTTP response or the JSON-RPC error, so they leave this file as they came. */
function isRefusal(code: ErrorCode): boolean {
  return code === 'insufficient_scope' || !isCallError(code);
}

/** The code a failed result carries, for the record. */
function codeOf(result: ToolResult): string {
  const structured = result.structuredContent;
  const error = isObject(structured) ? structured['error'] : undefined;
  return isObject(error) && typeof error['code'] === 'string' ? error['code'] : 'error';
}
