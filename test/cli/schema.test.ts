import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { type ConfigInput, configSchema, defineConfig } from '../../src/server/config/config.ts';
import { configJsonSchema } from '../../src/server/config/schema.ts';

const validate = new Ajv2020({ strict: false }).compile(configJsonSchema());

/* biome-ignore-start lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled */
const full = defineConfig({
  server: { name: 'acme', url: 'https://mcp.acme.com', port: 0, origins: ['https://app.acme.com'] },
  upstreams: {
    acme: {
      openapi: './acme.yaml',
      baseUrl: 'https://api.acme.com',
      credential: { from: 'static', apiKey: { name: 'X-Key', value: '${env:KEY}' } },
      headers: { 'X-Organization-Id': 'principal.tenant' },
      tools: {
        include: [{ tag: 'tickets' }, { operation: 'GET /me' }],
        exclude: [{ method: ['DELETE'] }],
        scopes: [
          { method: 'GET', require: ['tickets:read'] },
          { path: '/public/**', require: 'none' },
        ],
        overrides: { getMe: { title: 'Me', annotations: { readOnlyHint: true }, scopes: 'none' } },
      },
    },
  },
  auth: { scopes: { 'tickets:read': 'Read tickets.' } },
  secrets: { master: '${file:master.txt}' },
});
/* biome-ignore-end lint/suspicious/noTemplateCurlyInString: this is how a reference is spelled */

test('an editor takes what Postern takes', () => {
  expect({ valid: validate(full), errors: validate.errors }).toEqual({ valid: true, errors: null });
});

test.each<[string, object]>([
  ['an unknown key', { server: { prot: 80 } }],
  ['a literal in the place of a secret', { secrets: { master: 'literal' } }],
  ['a word that is none', { observe: { arguments: 'all' } }],
  ['a number out of range', { server: { port: 70_000 } }],
  ['an upstream without a document', { upstreams: { acme: {} } }],
])('an editor refuses %s', (_what, config) => {
  expect(validate(config)).toBe(false);
});

test('an editor is told every default', () => {
  const defaults = configSchema.parse({}).limits;
  const properties = (configJsonSchema() as { properties: { limits: { properties: object } } }).properties.limits
    .properties;
  const told = Object.entries(properties).map(([key, schema]) => [key, (schema as { default?: unknown }).default]);
  expect(Object.fromEntries(told)).toEqual(defaults);
});

test('a config in TypeScript is checked by its types', () => {
  // @ts-expect-error a misspelt key
  const wrong: ConfigInput = { servr: {} };
  expect(configSchema.safeParse(wrong).success).toBe(false);
});
