import type { Json } from './json.ts';

/** Hints for the client about who should see a piece of content (MCP `Annotations`). */
export interface ContentAnnotations {
  readonly audience?: readonly ('user' | 'assistant')[];
  /** From 0, least, to 1, most important. */
  readonly priority?: number;
  /** ISO 8601. */
  readonly lastModified?: string;
}

interface Described {
  readonly annotations?: ContentAnnotations;
  readonly _meta?: { readonly [key: string]: Json };
}

export interface TextContent extends Described {
  readonly type: 'text';
  readonly text: string;
}

/** `data` is base64. */
export interface ImageContent extends Described {
  readonly type: 'image';
  readonly data: string;
  readonly mimeType: string;
}

/** `data` is base64. */
export interface AudioContent extends Described {
  readonly type: 'audio';
  readonly data: string;
  readonly mimeType: string;
}

export interface ResourceContents {
  readonly uri: string;
  readonly mimeType?: string;
  readonly text?: string;
  /** Base64. */
  readonly blob?: string;
  readonly _meta?: { readonly [key: string]: Json };
}

export interface EmbeddedResource extends Described {
  readonly type: 'resource';
  readonly resource: ResourceContents;
}

export interface ResourceLink extends Described {
  readonly type: 'resource_link';
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
}

/** One piece of what a tool or prompt returns (MCP `ContentBlock`). */
export type Content = TextContent | ImageContent | AudioContent | EmbeddedResource | ResourceLink;

/** What a tool call returns. A failed call is a result too: `isError` with text that a model can act on. */
export interface ToolResult {
  readonly content: readonly Content[];
  /** The same facts as `content`, as JSON; clients show the model one or the other. */
  readonly structuredContent?: Json;
  readonly isError?: boolean;
  readonly _meta?: { readonly [key: string]: Json };
}

export interface Icon {
  readonly src: string;
  readonly mimeType?: string;
  readonly sizes?: readonly string[];
  readonly theme?: 'light' | 'dark';
}
