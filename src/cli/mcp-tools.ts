import { toolCost } from '../openapi/lint/cost.ts';
import type { LoadedConfig } from '../server/config/load.ts';
import type { LoadedMcpUpstream } from '../server/mcp/upstream.ts';
import { packageVersion } from '../version.ts';
import type { Io } from './io.ts';
import { LocalState } from './state.ts';
import { printable } from './table.ts';

/** Connects to the MCP servers of a config. Whoever gets them closes them. @throws StartError */
export async function openMcpUpstreams(
  io: Io,
  { config, baseDir }: LoadedConfig,
  options: { readonly pin: boolean },
): Promise<LoadedMcpUpstream[]> {
  const surroundings = {
    clock: io.clock,
    baseDir,
    userAgent: `postern/${packageVersion()}`,
    resultBytes: config.limits.resultBytes,
    stateFolder: new LocalState(baseDir).dir,
    searchPath: io.env['PATH'],
    // Whoever only looks accepts nothing by it.
    keepPins: options.pin,
  };
  const servers = Object.entries(config.mcpUpstreams);
  if (servers.length === 0) return [];
  const { loadMcpUpstream } = await import('../server/mcp/upstream.ts');
  const outcomes = await Promise.allSettled(
    servers.map(([name, upstream]) => loadMcpUpstream(name, upstream, surroundings)),
  );
  const open = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed === undefined) return open;
  await closeAll(open);
  throw failed.reason;
}

export async function closeAll(upstreams: readonly LoadedMcpUpstream[]): Promise<void> {
  await Promise.all(upstreams.map((upstream) => upstream.close()));
}

/** The tools of MCP servers as the rows that documents have too. */
export function mcpRows(upstreams: readonly LoadedMcpUpstream[]) {
  return upstreams.flatMap((upstream) =>
    upstream.tools.map(({ tool, listed }) => {
      const { name, title, description, inputSchema, annotations, scopes } = tool;
      const operation = `${upstream.name}: ${listed.name}`;
      return { name, title, description, inputSchema, operation, scopes, annotations, ...toolCost(tool) };
    }),
  );
}

/** What is to be said of MCP servers, fit for a terminal. */
export function mcpWarnings(upstreams: readonly LoadedMcpUpstream[]): string[] {
  return upstreams.flatMap(({ warnings }) => warnings.map(printable));
}

/** Accepts the definitions as they are now. @returns what was done, in words. */
export async function pinAll(upstreams: readonly LoadedMcpUpstream[]): Promise<string[]> {
  const told: string[] = [];
  for (const upstream of upstreams) {
    if (upstream.problem !== undefined) continue;
    const changed = upstream.findings.map(({ tool, what }) => `${tool} (${what})`);
    await upstream.accept();
    const what = changed.length === 0 ? 'nothing had changed' : changed.join(', ');
    const { length } = upstream.tools;
    told.push(printable(`${upstream.name}: ${length} ${length === 1 ? 'tool is' : 'tools are'} pinned; ${what}`));
  }
  return told;
}
