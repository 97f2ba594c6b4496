import type { ToolResult } from '../../core/content.ts';
import type { Conversation } from '../../core/conversation.ts';
import { PosternError } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Tool } from '../../core/tool.ts';
import { visibleText } from '../../lib/visible-text.ts';
import type { Callable, Run } from '../callable.ts';
import { type PolicyRules, policyOf } from './effects.ts';

/** A callable that does what the rules of the operator say of it, tenant by tenant. */
export function policedCallable(callable: Callable, rules: PolicyRules): Callable {
  const policy = policyOf(rules, callable.tool);
  if (policy.idle) return callable;
  return {
    ...callable,
    interactive: callable.interactive || policy.asks,
    closedTo: (tenant) => policy.for(tenant).effect === 'deny',
    run: async (args, run) => {
      const { effect } = policy.for(run.principal.tenant);
      if (effect === 'dryRun') return rehearsed(callable, args, run);
      if (effect === 'ask') await confirmed(callable.tool, args, run.conversation);
      return callable.run(args, run);
    },
  };
}

/** Characters of the arguments that a person is shown. */
const SHOWN_ARGUMENTS = 1_500;

/**
 * Has the person at the client agree to a call.
 * @throws PosternError `confirmation_required` where nobody can be asked, or did not agree; Suspended.
 */
async function confirmed(tool: Tool, args: JsonObject, conversation: Conversation): Promise<void> {
  const message = `Allow ${tool.title ?? tool.name}?\n\n${shown(args)}`;
  const question = {
    method: 'elicitation/create',
    params: { message, requestedSchema: { type: 'object', properties: {} } },
  } as const;
  if (!conversation.canAsk(question)) throw cannotAsk();
  const answers = await conversation.ask({ confirm: question });
  if (answers['confirm']?.['action'] === 'accept') return;
  throw new PosternError('confirmation_required', {
    message: 'The user did not agree to this call.',
    hint: 'Do not call again unless the user asks for it.',
  });
}

/** The model could say that the user agreed, so its word is not taken. */
function cannotAsk(): PosternError {
  return new PosternError('confirmation_required', {
    message: 'A person must confirm this call, and this client cannot ask one.',
    hint: 'Tell the user to do this in the product itself, or with a client that supports elicitation.',
  });
}

/** Line by line, and nothing that cannot be seen: what a person agrees to is what is sent. */
function shown(args: JsonObject): string {
  const text = visibleText(JSON.stringify(args, null, 2));
  return text.length <= SHOWN_ARGUMENTS ? text : `${text.slice(0, SHOWN_ARGUMENTS)}\n… (${text.length} characters)`;
}

/** What a call would do, as far as its kind of upstream can tell, and nothing done. */
async function rehearsed(callable: Callable, args: JsonObject, run: Run): Promise<ToolResult> {
  const would = callable.rehearse === undefined ? { arguments: args } : await callable.rehearse(args, run);
  const structuredContent = { dryRun: true, tool: callable.tool.name, would };
  const text = `Nothing was done: this server only tells what ${callable.tool.name} would do.`;
  return {
    content: [
      { type: 'text', text },
      { type: 'text', text: JSON.stringify(structuredContent) },
    ],
    structuredContent,
  };
}
