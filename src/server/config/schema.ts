import { z } from 'zod';
import { isObject } from '../../core/json.ts';
import { configSchema } from './config.ts';
import { REFERENCE } from './secret.ts';

/** The JSON Schema of `postern.yaml`, for editors. */
export function configJsonSchema(): { [keyword: string]: unknown } {
  const schema = z.toJSONSchema(configSchema, {
    io: 'input',
    target: 'draft-2020-12',
    reused: 'inline',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // Zod leaves a default out where a transformation could change what it means; here none does.
      const { def } = zodSchema._zod;
      if (def.type === 'default') jsonSchema.default = (def as z.core.$ZodDefaultDef).defaultValue as never;
      if (jsonSchema['secret'] !== true) return;
      delete jsonSchema['secret'];
      Object.assign(jsonSchema, { type: 'string', pattern: REFERENCE.source });
    },
  });
  return { ...(withoutInternal(schema) as object), title: 'Postern configuration' };
}

/** Without the keys that nobody writes. */
function withoutInternal(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutInternal);
  if (!isObject(schema)) return schema;
  const { properties, required } = schema;
  const isInternal = (key: string) =>
    isObject(properties) && isObject(properties[key]) && properties[key]['internal'] === true;
  const entries = Object.entries(schema).filter(([, value]) => !(isObject(value) && value['internal'] === true));
  const kept = Object.fromEntries(entries.map(([key, value]) => [key, withoutInternal(value)]));
  if (Array.isArray(required)) kept['required'] = required.filter((key) => !isInternal(String(key)));
  return kept;
}
