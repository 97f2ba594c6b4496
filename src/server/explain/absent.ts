import { nearest } from '../../lib/nearest.ts';
import { operationsOf } from '../../openapi/document/operations.ts';
import { matcher, names } from '../../openapi/select.ts';
import type { OpenApiTool } from '../../openapi/tools.ts';
import type { Config, UpstreamConfig } from '../config/config.ts';
import { spell } from '../config/problems.ts';
import { subjectOf } from '../upstreams/operations.ts';
import { type ConvertedUpstream, convertUpstream, type UpstreamSurroundings } from '../upstreams/upstreams.ts';
import type { ExplainedServer } from './explain.ts';
import type { Finding } from './finding.ts';

/**
 * Why nothing of a name is served: an operation that is left out, another name, a slip. Reads the documents again, with
 * everything in them.
 */
export async function absentFindings(
  { offer }: ExplainedServer,
  wanted: string,
  surroundings: UpstreamSurroundings,
): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const [name, upstream] of Object.entries(offer.config.upstreams)) {
    const whole = await convertUpstream(name, everything(upstream), surroundings);
    found.push(...inDocument(name, upstream, whole, wanted));
  }
  if (found.length > 0) return found;
  const known = offer.callables.map(({ tool }) => tool.name);
  const meant = nearest(wanted, known);
  const says = meant === undefined ? `none of the ${known.length} that are served` : `${meant}, perhaps`;
  return [{ about: 'tool', says }];
}

function everything(upstream: UpstreamConfig): UpstreamConfig {
  return { ...upstream, tools: { ...upstream.tools, include: [], exclude: [] } };
}

function inDocument(
  name: string,
  { tools: config }: Config['upstreams'][string],
  { document, tools }: ConvertedUpstream,
  wanted: string,
): Finding[] {
  const tool = tools.find((each) => each.tool.name === wanted || names(wanted, subjectOf(each)));
  if (tool !== undefined) return [leftOut(name, config, tool, wanted)];
  const silent = operationsOf(document).find((operation) => names(wanted, operation));
  if (silent === undefined) return [];
  return [{ about: 'tool', says: `${silent.identity} of ${name} is left out by x-mcp in the document` }];
}

function leftOut(name: string, config: UpstreamConfig['tools'], tool: OpenApiTool, wanted: string): Finding {
  const subject = subjectOf(tool);
  const at = (...path: (string | number)[]) => spell(['upstreams', name, 'tools', ...path]);
  const what = `${tool.operation} of ${name}`;
  const excluded = config.exclude.findIndex((selector) => matcher(selector)(subject));
  if (excluded !== -1) return { about: 'tool', says: `${what} is excluded`, where: at('exclude', excluded) };
  const included = config.include.length === 0 || config.include.some((selector) => matcher(selector)(subject));
  if (!included) return { about: 'tool', says: `${what} is not among those included`, where: at('include') };
  const called = tool.tool.name === wanted ? 'is served under another name' : `is the tool ${tool.tool.name}`;
  return { about: 'tool', says: `${what} ${called}`, where: at() };
}
