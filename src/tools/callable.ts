import type { ToolResult } from '../core/content.ts';
import type { Conversation } from '../core/conversation.ts';
import type { JsonObject } from '../core/json.ts';
import type { Principal } from '../core/principal.ts';
import type { Tool } from '../core/tool.ts';
import type { Problem } from '../lib/schema.ts';

export type Checked = { readonly args: JsonObject } | { readonly problems: readonly Problem[] };

/** What a run may use, and what it reports back about its upstream for the call's record. */
export interface Run {
  readonly principal: Principal;
  readonly requestId: string;
  readonly conversation: Conversation;
  /** Milliseconds spent waiting for the upstream; the run adds to it. */
  upstreamMs: number;
  /** The last status the upstream answered with. */
  upstreamStatus: number | null;
}

/** A tool with its way of running: what a catalog holds. Made once, when the server starts. */
export interface Callable {
  readonly tool: Tool;
  /** The `Mcp-Param-*` headers that mirror arguments: lower-case name → path of property keys. Empty for most tools. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  /** Whether it asks the client things, so that a legacy client needs a session to use it. */
  readonly interactive: boolean;
  check(args: JsonObject): Checked | Promise<Checked>;
  run(args: JsonObject, run: Run): ToolResult | Promise<ToolResult>;
}
