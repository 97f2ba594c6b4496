import { isObject, type JsonSchema } from '../core/json.ts';
import type { Tool } from '../core/tool.ts';

export function propertiesOf({ properties }: JsonSchema): object {
  return isObject(properties) ? properties : {};
}

/** The tool as it is shown to who has several accounts: the argument comes first, and must be there. */
export function withChoice(tool: Tool, argument: string, names: readonly string[]): Tool {
  const { properties: _, required, ...rest } = tool.inputSchema;
  const choice = { type: 'string', enum: [...names], description: 'Which of the connected accounts to use.' };
  const properties = { [argument]: choice, ...propertiesOf(tool.inputSchema) };
  const demanded = Array.isArray(required) ? required : [];
  return { ...tool, inputSchema: { ...rest, properties, required: [argument, ...demanded] } };
}
