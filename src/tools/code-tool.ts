import type { ToolResult } from '../core/content.ts';
import { PosternError } from '../core/errors.ts';
import { isObject, type Json, type JsonObject, type JsonSchema } from '../core/json.ts';
import type { Callable, Checked } from './callable.ts';
import { createContext } from './context.ts';
import type { ToolDefinition, ToolReturn } from './define.ts';
import { paramHeaders } from './param-headers.ts';
import { jsonSchemaOf, type SchemaInput, type Verdict, validatorOf } from './schema-input.ts';

const NO_ARGUMENTS: JsonSchema = { type: 'object', properties: {}, additionalProperties: false };

/** The name of the upstream of every tool written by hand, in records and errors. */
export const CODE_UPSTREAM = 'code';

/** @throws Error when the root of a schema is not an object, or cannot be printed as JSON Schema. */
export function codeTool(definition: ToolDefinition): Callable {
  const input = definition.input ?? NO_ARGUMENTS;
  const inputSchema = jsonSchemaOf(input);
  if (inputSchema['type'] !== 'object') throw new Error(`The input of ${definition.name} must be an object.`);
  // Some clients add arguments of their own to every call (n8n-io/n8n#35093).
  const validate = definition.input === undefined ? () => ({ value: {} }) : validatorOf(input);
  const finish = finisher(definition);
  return {
    tool: {
      name: definition.name,
      title: definition.title,
      description: definition.description,
      inputSchema,
      outputSchema: outputSchemaOf(definition),
      annotations: definition.annotations ?? {},
      scopes: definition.scopes ?? [],
      tags: definition.tags ?? [],
      upstream: CODE_UPSTREAM,
      icons: definition.icons,
      _meta: definition._meta,
    },
    headers: paramHeaders(inputSchema),
    interactive: definition.interactive ?? false,
    check(args) {
      const verdict = validate(args);
      return verdict instanceof Promise ? verdict.then(asChecked) : asChecked(verdict);
    },
    run(args, { principal, requestId, conversation }) {
      const returned = definition.run(args, createContext(principal, requestId, conversation));
      return isThenable(returned) ? Promise.resolve(returned).then(finish) : finish(returned);
    },
  };
}

/** 2026-07-28 allows any root; clients of earlier revisions throw away the whole list for one that is no object. */
function outputSchemaOf({ name, output }: ToolDefinition): JsonSchema | undefined {
  const schema = output === undefined ? undefined : jsonSchemaOf(output, 'output');
  if (schema !== undefined && schema['type'] !== 'object') throw new Error(`The output of ${name} must be an object.`);
  return schema;
}

/** A handler that waits for nothing is not waited for. Queries of some libraries are promises of their own making. */
function isThenable(returned: ToolReturn | PromiseLike<ToolReturn>): returned is PromiseLike<ToolReturn> {
  return typeof returned === 'object' && returned !== null && 'then' in returned && typeof returned.then === 'function';
}

/** A validated value is what the schema made of it: of whatever type the handler declared. */
function asChecked(verdict: Verdict): Checked {
  return 'problems' in verdict ? verdict : { args: verdict.value as JsonObject };
}

function finisher(definition: ToolDefinition): (returned: ToolReturn) => ToolResult | Promise<ToolResult> {
  if (definition.output === undefined) return asResult;
  const conforms = outputCheck(definition.name, definition.output);
  return async (returned) => {
    const result = asResult(returned);
    if (result.isError !== true) await conforms(result.structuredContent);
    return result;
  };
}

function outputCheck(name: string, output: SchemaInput): (value: Json | undefined) => Promise<void> {
  const validate = validatorOf(output);
  return async (value) => {
    const verdict = await validate(value);
    if ('problems' in verdict) {
      throw new PosternError('internal', {
        cause: new Error(`${name} returned what its output schema does not allow`),
      });
    }
  };
}

/** Text stays text; a result stays a result; any other value is sent as JSON, twice: as text and, if an object, as structure. */
function asResult(returned: ToolReturn): ToolResult {
  if (typeof returned === 'string') return { content: [{ type: 'text', text: returned }] };
  if (isObject(returned) && Array.isArray(returned['content'])) return returned as unknown as ToolResult;
  const content = [{ type: 'text' as const, text: JSON.stringify(returned) ?? 'null' }];
  return isObject(returned) ? { content, structuredContent: returned as JsonObject } : { content };
}
