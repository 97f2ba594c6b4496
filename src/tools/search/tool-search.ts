import type { Searchable } from './searchable.ts';
import type { SynonymGroups } from './thesaurus.ts';
import type { Found, ToolIndex } from './tool-index.ts';

/** Looks for tools by what they do. One for everything a server serves: each caller finds what it may call. */
export interface ToolSearch {
  /** The best first; of two that are equally good, by name. */
  find(query: string, allowed: (name: string) => boolean, limit: number): Promise<readonly Found[]>;
}

/** The index is made with the first search: most servers never make one, and none starts the later for it. */
export function createToolSearch(tools: readonly Searchable[], synonyms: SynonymGroups = []): ToolSearch {
  let building: Promise<ToolIndex> | undefined;
  const build = async (): Promise<ToolIndex> => {
    const { buildToolIndex } = await import('./tool-index.ts');
    return buildToolIndex(tools, synonyms);
  };
  return {
    async find(query, allowed, limit) {
      building ??= build();
      const index = await building;
      return index.search(query, allowed, limit);
    },
  };
}
