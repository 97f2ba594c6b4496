import type { Icon, ResourceContents, ToolResult } from '../core/content.ts';
import type { SamplingMessage } from '../core/conversation.ts';
import type { Json } from '../core/json.ts';
import type { ToolAnnotations } from '../core/tool.ts';
import type { HandlerContext } from './context.ts';
import type { Inferred, SchemaInput } from './schema-input.ts';

type Awaitable<T> = T | Promise<T>;

interface Named {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly icons?: readonly Icon[];
  readonly _meta?: { readonly [key: string]: Json };
}

/** What a handler may return: text, a JSON value (sent as text and as `structuredContent`), or a whole result. */
export type ToolReturn = string | Json | ToolResult | { readonly [key: string]: unknown };

/** A tool written by hand. */
export interface ToolDefinition<Input extends SchemaInput = SchemaInput> extends Named {
  readonly description: string;
  /** The arguments; none without it. */
  readonly input?: Input;
  /** The shape of `structuredContent`: an object. A result that does not fit is an internal error, not the caller's. */
  readonly output?: SchemaInput;
  readonly annotations?: ToolAnnotations;
  /** Every scope a caller must hold. Default: none. */
  readonly scopes?: readonly string[];
  readonly tags?: readonly string[];
  /** Set it when `run` asks the client something: legacy clients then get the session this takes. Default false. */
  readonly interactive?: boolean;
  /**
   * Whether what a call is about belongs to who calls. Asked before `run`; unless it is true, the call is answered as
   * one about something that does not exist. Default: everything belongs to everybody who may call.
   */
  owns?(args: Inferred<Input>, context: HandlerContext): Awaitable<boolean>;
  run(args: Inferred<Input>, context: HandlerContext): Awaitable<ToolReturn>;
}

export interface ResourceDefinition extends Named {
  readonly uri: string;
  readonly mimeType?: string;
  /** Bytes, where known. */
  readonly size?: number;
  /** As of a tool: set it when `read` asks the client something. Default false. */
  readonly interactive?: boolean;
  read(uri: string, context: HandlerContext): Awaitable<ResourceReturn>;
}

/** Text, bytes, or contents in full. */
export type ResourceReturn = string | Uint8Array | ResourceContents | readonly ResourceContents[];

export interface ResourceTemplateDefinition extends Named {
  /** RFC 6570, level 1: `acme://tickets/{id}`. A variable never matches a slash. */
  readonly uriTemplate: string;
  readonly mimeType?: string;
  /** As of a tool: set it when `read` asks the client something. Default false. */
  readonly interactive?: boolean;
  read(uri: string, variables: { readonly [name: string]: string }, context: HandlerContext): Awaitable<ResourceReturn>;
  /** Completes a variable: what it may be, given what is typed so far. */
  readonly complete?: { readonly [variable: string]: Completer };
}

export interface PromptArgument {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly complete?: Completer;
}

export interface PromptDefinition extends Named {
  readonly arguments?: readonly PromptArgument[];
  /** As of a tool: set it when `get` asks the client something. Default false. */
  readonly interactive?: boolean;
  get(args: { readonly [name: string]: string }, context: HandlerContext): Awaitable<PromptReturn>;
}

/** Text becomes one message of the user. */
export type PromptReturn =
  | string
  | readonly SamplingMessage[]
  | { readonly description?: string; readonly messages: readonly SamplingMessage[] };

/** @param others the values already chosen for other arguments. */
export type Completer = (value: string, others: { readonly [name: string]: string }) => Awaitable<readonly string[]>;

/** Declares a tool; its arguments are typed by `input`. */
export function tool<const Input extends SchemaInput>(definition: ToolDefinition<Input>): ToolDefinition<Input> {
  return definition;
}

/** Declares something a client can read at a fixed URI. */
export function resource(definition: ResourceDefinition): ResourceDefinition {
  return definition;
}

/** Declares a family of resources whose URIs have variables. */
export function resourceTemplate(definition: ResourceTemplateDefinition): ResourceTemplateDefinition {
  return definition;
}

/** Declares a prompt that a person can pick. */
export function prompt(definition: PromptDefinition): PromptDefinition {
  return definition;
}
