import { matcher } from '../openapi/select.ts';
import type { OpenApiTool } from '../openapi/tools.ts';
import type { Binding } from '../tools/guards/bound.ts';
import { type Bindings, createBindings } from './bindings.ts';
import type { UpstreamConfig } from './config.ts';
import { spell } from './config-problems.ts';
import { argumentKeys, overridesOf, subjectOf } from './operations.ts';
import { StartError } from './problem.ts';

/**
 * The arguments that the config of an upstream has filled in, tool by tool: an operation's own word over that of them
 * all.
 * @throws StartError for what names no argument.
 */
export function bindTools(
  name: string,
  { tools: config }: Pick<UpstreamConfig, 'tools'>,
  tools: readonly OpenApiTool[],
): ReadonlyMap<OpenApiTool, readonly Binding[]> {
  const at = (...path: string[]) => spell(['upstreams', name, 'tools', ...path]);
  const general = createBindings(config.bind, at('bind'));
  const own = Object.entries(config.overrides).map(([operation, { bind = {} }]) => ({
    operation,
    bindings: createBindings(bind, at('overrides', operation, 'bind')),
  }));
  const found = new Map<OpenApiTool, readonly Binding[]>();
  for (const tool of tools) {
    const of = (bindings: Bindings) => bindings.of({ keys: argumentKeys(tool), schema: () => tool.tool.inputSchema });
    const particular = own.flatMap(({ operation, bindings }) =>
      overridesOf({ [operation]: bindings }, tool).flatMap(of),
    );
    const spoken = new Set(particular.map(({ path }) => path.join('\n')));
    const all = [...particular, ...of(general).filter(({ path }) => !spoken.has(path.join('\n')))];
    if (all.length > 0) found.set(tool, all);
  }
  const problems = [general, ...own.map(({ bindings }) => bindings)].flatMap(({ problems: told }) => told());
  if (problems.length > 0) throw new StartError(problems);
  return found;
}

/**
 * The tools that reach whatever the upstream's one credential reaches, whoever calls: nothing in the config ties them to
 * the caller, or says that what they do is for everybody.
 */
export function untiedTools(
  { credential, headers, tools: config }: Pick<UpstreamConfig, 'credential' | 'headers' | 'tools'>,
  tools: readonly OpenApiTool[],
  tied: (tool: OpenApiTool) => boolean,
): readonly OpenApiTool[] {
  if (credential.from !== 'static') return [];
  if (Object.values(headers).some((value) => namesCaller(value))) return [];
  const shared = config.shared.map(matcher);
  return tools.filter((tool) => {
    if (tied(tool)) return false;
    if (overridesOf(config.overrides, tool).some((override) => override.shared === true)) return false;
    return !shared.some((fits) => fits(subjectOf(tool)));
  });
}

/** Whether a value says for whom a call is. A client is of many tenants. */
export function namesCaller(value: unknown): boolean {
  return value === 'principal.tenant' || value === 'principal.subject';
}

/** Whether a binding does. */
export function bindsCaller({ value }: Binding): boolean {
  return 'principal' in value && namesCaller(`principal.${value.principal}`);
}
