import type { Config } from '../config/config.ts';
import type { LoadedMcpUpstream, McpSurroundings } from '../mcp/upstream.ts';
import type { Sources } from '../upstreams/sources.ts';
import { type ApiSurroundings, type LoadedUpstream, loadUpstream } from '../upstreams/upstreams.ts';
import { Hold } from './hold.ts';

/** What the tools of an offer run on. It outlives the offer while calls that began with it go on. */
export interface Backing {
  readonly upstreams: readonly LoadedUpstream[];
  readonly mcpUpstreams: readonly LoadedMcpUpstream[];
  readonly hold: Hold;
  /** The files and URLs it was made of. */
  readonly sources: Sources;
}

/**
 * Makes every upstream of a config ready, or none.
 * @throws DocumentError, StartError: those of the first upstream, in their order, that cannot be made ready.
 */
export async function openBacking(
  config: Config,
  surroundings: ApiSurroundings & McpSurroundings & { readonly sources: Sources },
): Promise<Backing> {
  const [apis, servers] = await Promise.all([
    Promise.allSettled(
      Object.entries(config.upstreams).map(([name, upstream]) => loadUpstream(name, upstream, surroundings)),
    ),
    Promise.allSettled(
      Object.entries(config.mcpUpstreams).map(async ([name, upstream]) => {
        // A server without one does not pay for it.
        const { loadMcpUpstream } = await import('../mcp/upstream.ts');
        return loadMcpUpstream(name, upstream, surroundings);
      }),
    ),
  ]);
  const upstreams = ready(apis);
  const mcpUpstreams = ready(servers);
  for (const upstream of mcpUpstreams) upstream.onChange(() => surroundings.listsChanged?.());
  const hold = new Hold(async () => {
    await Promise.all([...upstreams, ...mcpUpstreams].map((upstream) => upstream.close()));
  });
  const failed = [...apis, ...servers].find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return { upstreams, mcpUpstreams, hold, sources: surroundings.sources };
  await hold.close();
  throw failed.reason;
}

function ready<T>(outcomes: readonly PromiseSettledResult<T>[]): T[] {
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}
