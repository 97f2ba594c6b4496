import type { Icon } from './content.ts';
import type { Json, JsonSchema } from './json.ts';
import type { MethodClass } from './method-class.ts';

/** Hints about what a tool does (MCP `ToolAnnotations`). Clients choose whom to ask before a call by them. */
export interface ToolAnnotations {
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly idempotentHint?: boolean;
  readonly openWorldHint?: boolean;
}

/** What a model can call. Data only: how it runs is the business of its upstream. */
export interface Tool {
  /** `^[A-Za-z0-9_-]{1,64}$`, unique within an endpoint. */
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  /** What the client and the model are shown. The root is `type: object`. */
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  readonly annotations: ToolAnnotations;
  /** Every scope a caller must hold. Empty: anyone who may use the endpoint. */
  readonly scopes: readonly string[];
  readonly tags: readonly string[];
  /** Of which class its calls are for links, where that is not what its HTTP method says. */
  readonly methodClass?: MethodClass;
  /** The name of the upstream that runs it. */
  readonly upstream: string;
  readonly icons?: readonly Icon[];
  readonly _meta?: { readonly [key: string]: Json };
}
