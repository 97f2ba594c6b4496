import { names, type Subject } from '../../openapi/select.ts';
import type { OpenApiTool } from '../../openapi/tools.ts';

/** An operation as selectors and overrides of the config mean it. */
export function subjectOf({ operation, operationId, plan, tool }: OpenApiTool): Subject {
  return { identity: operation, operationId, method: plan.method, path: plan.path, tags: tool.tags };
}

/** What `tools.overrides` says of one operation: by its operationId, or its method and path. */
export function overridesOf<T>(overrides: { readonly [operation: string]: T }, tool: OpenApiTool): T[] {
  const subject = subjectOf(tool);
  return Object.entries(overrides).flatMap(([key, override]) => (names(key, subject) ? [override] : []));
}

/** The arguments of a tool. */
export function argumentKeys({ plan }: OpenApiTool): string[] {
  const keys = plan.parameters.map(({ key }) => key);
  return plan.body === undefined ? keys : [...keys, plan.body.key];
}
