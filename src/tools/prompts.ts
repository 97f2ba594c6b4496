import type { SamplingMessage } from '../core/conversation.ts';
import { PosternError } from '../core/errors.ts';
import type { HandlerContext } from './context.ts';
import type { Completer, PromptDefinition, PromptReturn } from './define.ts';
import { type Page, pagedList } from './pages.ts';

/** What `prompts/get` answers with. */
export interface PromptMessages {
  readonly description?: string;
  readonly messages: readonly SamplingMessage[];
}

/** The prompts of an endpoint. */
export interface Prompts {
  readonly empty: boolean;
  /** Whether any of them asks the client things. */
  readonly interactive: boolean;
  list(cursor: string | undefined): Page;
  /** @throws PosternError `unknown_prompt`; `invalid_params` when a required argument is missing. */
  get(name: string, args: { readonly [name: string]: string }, context: HandlerContext): Promise<PromptMessages>;
  /** @throws PosternError `unknown_prompt`. */
  completer(prompt: string, argument: string): Completer | undefined;
}

/** @throws Error when two prompts share a name. */
export function createPrompts(definitions: readonly PromptDefinition[]): Prompts {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  if (byName.size < definitions.length) throw new Error('Two prompts share a name.');
  const list = pagedList(definitions, { keyOf: ({ name }) => name, show: shown });

  function find(name: string): PromptDefinition {
    const definition = byName.get(name);
    if (definition !== undefined) return definition;
    throw new PosternError('unknown_prompt', /^[\w.-]{1,64}$/.test(name) ? { message: `Unknown prompt: ${name}` } : {});
  }

  return {
    empty: definitions.length === 0,
    interactive: definitions.some(({ interactive }) => interactive === true),
    list: (cursor) => list.page(cursor),
    async get(name, args, context) {
      const definition = find(name);
      requireArguments(definition, args);
      return messagesOf(definition, await definition.get(args, context));
    },
    completer: (name, argument) => find(name).arguments?.find((candidate) => candidate.name === argument)?.complete,
  };
}

function shown({ get: _, interactive: __, arguments: args, ...rest }: PromptDefinition): object {
  return { ...rest, arguments: args?.map(({ complete: _completer, ...argument }) => argument) };
}

function requireArguments(definition: PromptDefinition, args: { readonly [name: string]: string }): void {
  const missing = definition.arguments?.filter(({ name, required }) => required === true && args[name] === undefined);
  if (missing === undefined || missing.length === 0) return;
  throw new PosternError('invalid_params', {
    message: `${definition.name} requires ${missing.map(({ name }) => name).join(', ')}.`,
  });
}

function messagesOf(definition: PromptDefinition, returned: PromptReturn): PromptMessages {
  const { description } = definition;
  if (typeof returned === 'string') {
    return { description, messages: [{ role: 'user', content: { type: 'text', text: returned } }] };
  }
  return 'messages' in returned ? { description, ...returned } : { description, messages: returned };
}
