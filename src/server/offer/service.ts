import type { Invocation } from '../../calls/call.ts';
import type { ToolResult } from '../../core/content.ts';
import { type Conversation, Suspended } from '../../core/conversation.ts';
import { PosternError } from '../../core/errors.ts';
import { isObject, type JsonObject } from '../../core/json.ts';
import type { Principal } from '../../core/principal.ts';
import type { Tool } from '../../core/tool.ts';
import type {
  CacheHint,
  Caller,
  Change,
  Completion,
  Features,
  Implementation,
  ListPage,
  McpService,
} from '../../protocol/service.ts';
import type { Quotas } from '../../quota/quotas.ts';
import { createContext } from '../../tools/context.ts';
import type { Page } from '../../tools/pages.ts';
import { withRateLimit } from '../../upstream/rate-limit-response.ts';
import { stepUpResult } from '../routes/step-up.ts';
import type { Lease } from './lease.ts';
import type { Offer, View } from './offer.ts';
import type { Running } from './running.ts';

/** A caller as the server knows it; the engine sees the key and the expiry. */
export interface ServerCaller extends Caller {
  readonly principal: Principal;
  /** What the caller is served from. */
  readonly lease: Lease;
  /** Whether the credential is no longer good. @throws PosternError `unavailable` where that cannot be told. */
  readonly gone?: () => Promise<boolean>;
  /** Of the HTTP request, or of the line over stdio. */
  readonly requestId: string;
}

export interface ServiceParts {
  readonly implementation: Implementation;
  /** What is served now. */
  readonly offer: () => Offer;
  readonly call: (invocation: Invocation) => Promise<ToolResult>;
  /** What reads of resources and prompts are let in by, as calls are. */
  readonly quotas: Quotas;
  readonly changes: Changes;
  /** Knows the calls under way. */
  readonly running: Running<ServerCaller>;
  /** Whether legacy clients get a session to hear of changes by. */
  readonly announces: boolean;
}

/** Where changes are told and heard. */
export interface Changes {
  tell(change: Change): void;
  listen(listener: (change: Change) => void): () => void;
}

export function createChanges(): Changes {
  const listeners = new Set<(change: Change) => void>();
  return {
    tell: (change) => {
      for (const listener of listeners) listener(change);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** What a caller sees depends on what it may do, so nobody may keep it for somebody else. */
const PRIVATE: CacheHint = { ttlMs: 0, cacheScope: 'private' };

/** At most this many values in one completion (MCP, server/utilities/completion). */
const COMPLETIONS_MAX = 100;

/** What the engine serves: whatever each caller's view has. */
export function createService(parts: ServiceParts): McpService<ServerCaller> {
  const context = (caller: ServerCaller, conversation: Conversation) =>
    createContext(caller.principal, caller.requestId, conversation);
  const resourcesOf = ({ lease }: ServerCaller) => lease.view.offer.resources;
  const promptsOf = ({ lease }: ServerCaller) => lease.view.offer.prompts;

  return {
    implementation: parts.implementation,
    get instructions() {
      return parts.offer().config.server.instructions;
    },
    features: ({ lease, principal }) => featuresFor(principal, lease.view.offer),
    interactive: ({ lease, principal }) => {
      const { offer, catalog } = lease.view;
      const { resources, prompts, subscribe } = featuresFor(principal, offer);
      if (parts.announces || subscribe) return true;
      if ((resources && offer.resources.interactive) || (prompts && offer.prompts.interactive)) return true;
      return catalog.interactive(principal);
    },

    listTools: async ({ lease, principal }, cursor) => {
      const { catalog, offer } = lease.view;
      // Nobody else waits for who has accounts to choose from.
      const choices = offer.choices === undefined ? undefined : await offer.choices(principal);
      return asListPage(catalog.list(principal, cursor, choices));
    },
    toolFacts: ({ lease }, name) => lease.view.catalog.find(name),
    callTool: (caller, name, args: JsonObject, conversation, reply) =>
      held(parts.running, caller, conversation, ({ catalog, endpoint }) => {
        const { principal, requestId } = caller;
        const called = parts.call({ callable: catalog.find(name), principal, requestId, args, conversation, reply });
        if (endpoint.resource === undefined) return called;
        return called.catch((thrown) => {
          const asked = stepUpResult(thrown, principal, endpoint, requestId);
          if (asked === undefined) throw thrown;
          reply.admit();
          return asked;
        });
      }),

    listResources: async (caller, cursor) => asListPage(resourcesOf(caller).list(cursor)),
    listResourceTemplates: async (caller, cursor) => asListPage(resourcesOf(caller).listTemplates(cursor)),
    readResource: (caller, uri, conversation) =>
      counted(parts, caller, conversation, READING, async ({ offer }) => ({
        contents: await offer.resources.read(uri, context(caller, conversation)),
        cache: PRIVATE,
      })),

    listPrompts: async (caller, cursor) => asListPage(promptsOf(caller).list(cursor)),
    getPrompt: (caller, name, args, conversation) =>
      counted(parts, caller, conversation, PROMPTING, ({ offer }) =>
        offer.prompts.get(name, args, context(caller, conversation)),
      ),

    async complete(caller, ref, argument, others): Promise<Completion> {
      const completer =
        ref.type === 'ref/prompt'
          ? promptsOf(caller).completer(ref.name, argument.name)
          : resourcesOf(caller).completer(ref.uri, argument.name);
      const values = completer === undefined ? [] : await completer(argument.value, others);
      return {
        values: values.slice(0, COMPLETIONS_MAX),
        total: values.length,
        hasMore: values.length > COMPLETIONS_MAX,
      };
    },

    onChange: (listener) => parts.changes.listen(listener),
  };
}

function featuresFor({ link }: Principal, { features, linkFeatures }: Offer): Features {
  return link === undefined ? features : linkFeatures;
}

/** Runs on what is served when it begins, and keeps that until it has ended, however long after its request. */
async function held<T>(
  running: Running<ServerCaller>,
  caller: ServerCaller,
  conversation: Conversation,
  run: (view: View) => Promise<T>,
): Promise<T> {
  // Who has waited, for a body, a session or in a line, may have lost their credential meanwhile.
  const standing = caller.stands?.();
  if (standing !== undefined) await standing;
  const { lease } = caller;
  const view = lease.enter();
  const call = running.enter(caller, conversation);
  try {
    if (call.ended !== undefined) throw call.ended;
    const result = await run(view);
    if (call.ended !== undefined && !isFailed(result)) throw call.ended;
    return result;
  } catch (thrown) {
    throw thrown instanceof PosternError ? thrown : (call.ended ?? thrown);
  } finally {
    running.leave(call);
    lease.leave();
  }
}

/** Why a call failed may be told to whom nothing else is: that may be what ended it, such as `needs_reauth`. */
function isFailed(result: unknown): boolean {
  return isObject(result) && result['isError'] === true;
}

/** Counted as calls of tools that have nothing a limit could select them by. */
const READING = standIn('resources/read');
const PROMPTING = standIn('prompts/get');

function standIn(name: string): Tool {
  return {
    name,
    description: '',
    inputSchema: { type: 'object' },
    annotations: {},
    scopes: [],
    tags: [],
    upstream: '',
  };
}

/** As {@link held}, once there is room. @throws PosternError `rate_limited`, `quota_exceeded`, with the numbers. */
async function counted<T>(
  { quotas, running }: Pick<ServiceParts, 'quotas' | 'running'>,
  caller: ServerCaller,
  conversation: Conversation,
  what: Tool,
  run: (view: View) => Promise<T>,
): Promise<T> {
  const pass = await quotas.admit(caller.principal, what);
  if (!('leave' in pass)) throw withRateLimit(pass.error, pass.reading);
  try {
    return await held(running, caller, conversation, run);
  } catch (thrown) {
    if (thrown instanceof Suspended) pass.postponed();
    throw thrown;
  } finally {
    pass.leave();
  }
}

function asListPage(page: Page): ListPage {
  return { ...page, cache: PRIVATE };
}
