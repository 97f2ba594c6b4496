import type { Conversation, ReplyControl } from '../core/conversation.ts';
import type { Principal } from '../core/principal.ts';
import type { Tool } from '../core/tool.ts';
import type { Pass, Quotas } from '../quota/quotas.ts';
import type { Refused } from '../quota/refusal.ts';
import {
  type RespondWith,
  rateLimitReply,
  respondsWithStatus,
  withRateLimit,
} from '../upstream/rate-limit-response.ts';

/** What calls are let in by. */
export interface Entrance {
  readonly quotas: Quotas;
  /** How a call that is not let in is answered. */
  respondWith(): RespondWith;
}

interface Entering {
  readonly principal: Principal;
  readonly tool: Tool;
  readonly conversation: Conversation;
  readonly reply: ReplyControl;
}

/**
 * Lets a call in.
 * @throws PosternError `rate_limited`, `quota_exceeded`, with the numbers; the reply has them too.
 */
export function enter(entrance: Entrance, entering: Entering): Pass | Promise<Pass> {
  const found = entrance.quotas.admit(entering.principal, entering.tool);
  const passed = (outcome: Pass | Refused): Pass => {
    if ('leave' in outcome) return outcome;
    throw refused(entrance, entering, outcome);
  };
  return found instanceof Promise ? found.then(passed) : passed(found);
}

function refused(entrance: Entrance, { principal, conversation, reply }: Entering, { error, reading }: Refused) {
  const failure = withRateLimit(error, reading);
  const asStatus = respondsWithStatus(entrance.respondWith(), { principal, client: conversation.client });
  reply.admit();
  const head = rateLimitReply({ reading, failure, asStatus });
  if (head !== undefined) reply.describe(head);
  return failure;
}
