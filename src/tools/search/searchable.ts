import type { Tool } from '../../core/tool.ts';

/** What is searched of a tool besides what clients are shown. */
export interface Searchable {
  readonly tool: Tool;
  /** Method and path of the operation behind it, where there is one: `GET /pets/{id}`. */
  readonly operation?: string;
}
