/** The library: everything a program needs to serve tools of its own. */

export type { Content, ResourceContents, ToolResult } from './core/content.ts';
export type {
  Answers,
  Elicitation,
  LogLevel,
  Question,
  SamplingMessage,
  SamplingRequest,
} from './core/conversation.ts';
export { type CallError, type CallErrorCode, type ErrorCode, type ErrorDetails, PosternError } from './core/errors.ts';
export type { Json, JsonObject, JsonSchema } from './core/json.ts';
export type { Principal } from './core/principal.ts';
export type { ToolAnnotations } from './core/tool.ts';
export { createPostern, type PosternOptions } from './create.ts';
export { type Config, type ConfigInput, defineConfig } from './server/config/config.ts';
export type { Notifier, Postern } from './server/postern.ts';
export type { HandlerContext } from './tools/context.ts';
export {
  type PromptDefinition,
  prompt,
  type ResourceDefinition,
  type ResourceTemplateDefinition,
  resource,
  resourceTemplate,
  type ToolDefinition,
  tool,
} from './tools/define.ts';
