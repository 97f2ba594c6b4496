import { matcher } from '../../openapi/select.ts';
import type { OpenApiTool } from '../../openapi/tools.ts';
import type { Binding } from '../../tools/guards/bound.ts';
import type { UpstreamConfig } from '../config/config.ts';
import { StartError } from '../config/problem.ts';
import { spell } from '../config/problems.ts';
import { type Bindings, createBindings } from './bindings.ts';
import { argumentKeys, overridesOf, subjectOf } from './operations.ts';

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
 * The place in the config that ties a tool to its caller, or says that what it does is for everybody; the upstream's
 * credential, where callers are not one to the API to begin with.
 */
export type Tie = string;

/**
 * How each tool is tied to its caller. One that is not, has nothing: it reaches whatever the upstream's one credential
 * reaches, whoever calls.
 * @param guarded whether what is filled in, or a check, ties a tool.
 */
export function tiesOf(
  name: string,
  { credential, headers, tools: config }: Pick<UpstreamConfig, 'credential' | 'headers' | 'tools'>,
  guarded: (tool: OpenApiTool) => Tie | undefined,
): (tool: OpenApiTool) => Tie | undefined {
  const at = (...path: (string | number)[]) => spell(['upstreams', name, ...path]);
  if (credential.from !== 'static') return () => at('credential');
  const header = Object.entries(headers).find(([, value]) => namesCaller(value));
  if (header !== undefined) return () => at('headers', header[0]);
  const shared = config.shared.map(matcher);
  const own = Object.entries(config.overrides).filter(([, override]) => override.shared === true);
  return (tool) => {
    const tie = guarded(tool);
    if (tie !== undefined) return tie;
    const particular = own.find(([operation]) => overridesOf({ [operation]: true }, tool).length > 0);
    if (particular !== undefined) return at('tools', 'overrides', particular[0], 'shared');
    const index = shared.findIndex((fits) => fits(subjectOf(tool)));
    return index === -1 ? undefined : at('tools', 'shared', index);
  };
}

/** Whether a value says for whom a call is. A client is of many tenants. */
export function namesCaller(value: unknown): boolean {
  return value === 'principal.tenant' || value === 'principal.subject';
}

/** Whether a binding does. */
export function bindsCaller({ value }: Binding): boolean {
  return 'principal' in value && namesCaller(`principal.${value.principal}`);
}
