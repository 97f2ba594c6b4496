import { PosternError } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import { holds } from '../core/principal.ts';
import { visibleText } from '../lib/visible-text.ts';
import type { HandlerContext } from '../tools/context.ts';
import type { PromptDefinition, ResourceDefinition } from '../tools/define.ts';
import type { ForeignResources } from '../tools/resources.ts';
import { type ContentRules, passOnContents, passOnMessages } from '../upstream/mcp/content.ts';
import type { ListedPrompt, ListedResource, ListedTemplate } from '../upstream/mcp/listed.ts';
import { legalName } from '../upstream/mcp/offer.ts';
import { askUpstream, type McpRequest, type McpTarget } from '../upstream/mcp/request.ts';
import type { UriMap } from '../upstream/mcp/uris.ts';

/** What the resources and prompts of one MCP server share. */
export interface McpOfferParts {
  readonly target: McpTarget;
  readonly rules: ContentRules;
  readonly uris: UriMap;
  /** Stands before the names of prompts. */
  readonly prefix: string;
  /** What a caller must hold to read or to get any of them. */
  readonly scopes: readonly string[];
}

/** What is offered, and what could not be. */
export interface Offered<T> {
  readonly offered: readonly T[];
  readonly warnings: readonly string[];
}

/** @throws PosternError `insufficient_scope`, or the failure of the upstream. */
async function ask(
  parts: McpOfferParts,
  request: McpRequest,
  context: HandlerContext,
): Promise<{ readonly result: JsonObject; readonly rules: ContentRules }> {
  const { target, scopes } = parts;
  if (!holds(context.principal, scopes)) {
    throw new PosternError('insufficient_scope', {
      message: `This requires the scope ${scopes.join(' ')}.`,
      data: { requiredScopes: [...scopes] },
    });
  }
  const by = { principal: context.principal, requestId: context.requestId, conversation: context };
  const asked = await askUpstream(target, request, by);
  if (asked.result === undefined) throw asked.failure ?? new PosternError('internal');
  return { result: asked.result, rules: { ...parts.rules, secrets: asked.secrets } };
}

async function read(parts: McpOfferParts, ours: string, context: HandlerContext) {
  const uri = parts.uris.toTheirs(ours);
  if (uri === undefined) throw new PosternError('unknown_resource', { data: { uri: ours } });
  try {
    const { result, rules } = await ask(parts, { method: 'resources/read', params: { uri } }, context);
    return passOnContents(result, rules);
  } catch (thrown) {
    // By the URI that the caller knows.
    if (!(thrown instanceof PosternError) || thrown.code !== 'unknown_resource') throw thrown;
    throw new PosternError('unknown_resource', { data: { uri: ours }, cause: thrown });
  }
}

interface Described {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
}

/** What a stranger says of a thing, fit to be listed. */
function described({ title, description, mimeType }: Omit<Described, 'name'>): Omit<Described, 'name'> {
  return {
    title: title === undefined ? undefined : visibleText(title).slice(0, 200),
    description: description === undefined ? undefined : visibleText(description).slice(0, 4_000),
    mimeType: mimeType === undefined ? undefined : visibleText(mimeType).slice(0, 200),
  };
}

export function mcpResources(listed: readonly ListedResource[], parts: McpOfferParts): Offered<ResourceDefinition> {
  const warnings: string[] = [];
  const byUri = new Map<string, ResourceDefinition>();
  for (const resource of listed) {
    const uri = parts.uris.toOurs(resource.uri);
    if (uri === undefined || uri !== visibleText(uri) || byUri.has(uri)) {
      warnings.push(
        `${parts.target.name}: the resource ${shortly(resource.uri)} is left out: no absolute URI of its own`,
      );
      continue;
    }
    byUri.set(uri, {
      uri,
      name: visibleText(resource.name).slice(0, 200),
      ...described(resource),
      size: resource.size,
      interactive: true,
      read: (ours, context) => read(parts, ours, context),
    });
  }
  return { offered: [...byUri.values()], warnings };
}

/** Whatever has a URI of this server, listed or not, and its templates as they are listed. */
export function mcpForeign(listed: readonly ListedTemplate[], parts: McpOfferParts): ForeignResources {
  const templates = listed.flatMap((template) => {
    const uriTemplate = parts.uris.toOurs(template.uriTemplate);
    if (uriTemplate === undefined || uriTemplate !== visibleText(uriTemplate)) return [];
    return [{ uriTemplate, name: visibleText(template.name).slice(0, 200), ...described(template) }];
  });
  return {
    templates,
    claims: (uri) => parts.uris.toTheirs(uri) !== undefined,
    read: (uri, context) => read(parts, uri, context),
  };
}

export function mcpPrompts(listed: readonly ListedPrompt[], parts: McpOfferParts): Offered<PromptDefinition> {
  const warnings: string[] = [];
  const byName = new Map<string, PromptDefinition>();
  for (const prompt of listed) {
    const name = `${parts.prefix}${legalName(prompt.name)}`;
    if (name.length > 128 || byName.has(name)) {
      warnings.push(`${parts.target.name}: the prompt ${shortly(prompt.name)} is left out: no name of its own`);
      continue;
    }
    byName.set(name, {
      name,
      ...described(prompt),
      interactive: true,
      arguments: prompt.arguments?.map((argument) => ({
        name: argument.name,
        ...described(argument),
        required: argument.required,
      })),
      get: async (args, context) => {
        const params = { name: prompt.name, arguments: { ...args } };
        const { result, rules } = await ask(parts, { method: 'prompts/get', params }, context);
        return passOnMessages(result, rules);
      },
    });
  }
  return { offered: [...byName.values()], warnings };
}

function shortly(text: string): string {
  return JSON.stringify(visibleText(text).slice(0, 80));
}
