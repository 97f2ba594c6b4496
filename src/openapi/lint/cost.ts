import type { Tool } from '../../core/tool.ts';

/** What a tool costs a model's context before it is ever called. */
export interface ToolCost {
  /** Of its entry in `tools/list`, as JSON in UTF-8. */
  readonly bytes: number;
  /** Estimated: {@link BYTES_PER_TOKEN} bytes are a token. */
  readonly tokens: number;
}

/** Measured over the tools of GitHub, Stripe and Kubernetes with the o200k tokeniser; other models are within 15 %. */
export const BYTES_PER_TOKEN = 4.6;

export function toolCost(tool: Tool): ToolCost {
  const { name, title, description, inputSchema, outputSchema, annotations, icons, _meta } = tool;
  const entry = { name, title, description, inputSchema, outputSchema, annotations, icons, _meta };
  const bytes = Buffer.byteLength(JSON.stringify(entry));
  return { bytes, tokens: Math.ceil(bytes / BYTES_PER_TOKEN) };
}
