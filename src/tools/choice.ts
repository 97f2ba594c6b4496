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

/** The tool as it is shown to somebody whose account waits for its code: the argument comes last, and may be left away. */
export function withCode(tool: Tool, argument: string): Tool {
  const description = 'The code that the user read on the page where they connected an account, and gave you for this.';
  const properties = { ...propertiesOf(tool.inputSchema), [argument]: { type: 'string', description } };
  return { ...tool, inputSchema: { ...tool.inputSchema, properties } };
}
