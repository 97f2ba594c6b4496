import type { ToolResult } from '../core/content.ts';
import type { Conversation, ReplyControl } from '../core/conversation.ts';
import type { JsonObject, JsonSchema } from '../core/json.ts';
import type { Principal } from '../core/principal.ts';
import type { Tool } from '../core/tool.ts';
import type { Problem } from '../lib/schema.ts';

/** @property schema what would have fitted, where the caller may not have been shown it. */
export type Checked =
  | { readonly args: JsonObject }
  | { readonly problems: readonly Problem[]; readonly schema?: JsonSchema };

/** A call that one tool makes of a call of another. */
export interface Delegation {
  readonly callable: Callable;
  /** Not checked yet. */
  readonly args: JsonObject;
}

/** What a run may use, and what it reports back about its upstream for the call's record. */
export interface Run {
  readonly principal: Principal;
  readonly requestId: string;
  readonly conversation: Conversation;
  /** The response that the result travels in. */
  readonly reply: ReplyControl;
  /** Milliseconds spent waiting for the upstream; the run adds to it. */
  upstreamMs: number;
  /** The last status the upstream answered with. */
  upstreamStatus: number | null;
  /** The account at the upstream that the caller has chosen, where they have several. */
  connection?: string;
}

/** A tool with its way of running: what a catalog holds. Made once, when the server starts. */
export interface Callable {
  readonly tool: Tool;
  /** The `Mcp-Param-*` headers that mirror arguments: lower-case name → path of property keys. Empty for most tools. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Whether it asks the client things, so that a legacy client needs a session to use it. */
  readonly interactive: boolean;
  /** Method and path of the operation behind it, such as `GET /pets/{id}`: it is searched, and shown to nobody. */
  readonly operation?: string;
  /** The argument by which callers choose among several accounts at its upstream, where it takes one. */
  readonly choice?: string;
  /** The argument that takes a code which is good once, where it takes one: it is in no record. */
  readonly secretArgument?: string;
  /** Whether it only finds or calls other tools, each of which is judged by itself. */
  readonly standIn?: true;
  check(args: JsonObject, principal: Principal): Checked | Promise<Checked>;
  /**
   * Where a call of this tool is a call of another: which, and with what. It takes the place of `run`, and comes before
   * policy: scopes, limits and the record of the call are those of the other tool.
   * @param args as `check` left them.
   * @throws PosternError which is a result, as when a run throws it.
   */
  delegate?(args: JsonObject, principal: Principal): Delegation | Promise<Delegation>;
  run(args: JsonObject, run: Run): ToolResult | Promise<ToolResult>;
  /** What `run` would do, and nothing done. Without it, nobody can tell more than the arguments. */
  rehearse?(args: JsonObject, run: Run): JsonObject | Promise<JsonObject>;
  /** Whether it does not exist for a tenant. Without it, it exists for all. */
  closedTo?(tenant: string): boolean;
}
