import { z } from 'zod';
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
  return { ...schema, title: 'Postern configuration' };
}
