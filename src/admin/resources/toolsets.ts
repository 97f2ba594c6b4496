import { z } from 'zod';
import type { Operation } from '../operation.ts';

export interface ServedToolset {
  readonly name: string;
  /** The names of its tools, as far as they exist for the tenant. */
  readonly tools: readonly string[];
}

const toolset = z.object({ name: z.string(), tools: z.array(z.string()) });

/** @param toolsets of the config that holds now; for one tenant, or for all. */
export function toolsetsOperation(toolsets: (tenant: string | undefined) => readonly ServedToolset[]): Operation {
  return {
    ...{ id: 'list_toolsets', method: 'GET', path: '/toolsets', tag: 'toolsets', right: 'read' },
    summary: 'List the toolsets of the config, and the tools in each',
    answer: { status: 200, body: { name: 'Toolsets', schema: z.object({ items: z.array(toolset) }) } },
    run: async ({ rights }) => ({ body: { items: toolsets(rights.tenant ?? undefined) } }),
  };
}
