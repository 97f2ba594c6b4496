import { fileURLToPath } from 'node:url';
import { loadDocument } from '../../src/openapi/document/document.ts';
import { type OpenApiTool, type OpenApiTools, openApiTools, type ToolsOptions } from '../../src/openapi/tools.ts';

export function fixture(name: string): string {
  return fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
}

type Given = Partial<ToolsOptions>;

function documentOf(source: string | object) {
  return loadDocument(typeof source === 'string' ? fixture(source) : { text: JSON.stringify(source) });
}

/** The tools of a fixture, or of a document given as it is. */
export async function toolsOf(source: string | object, options: Given = {}): Promise<OpenApiTools> {
  return openApiTools(await documentOf(source), { upstream: 'acme', ...options });
}

/** The tool of an operation, by its operationId's name or its method and path. */
export function toolFor(made: OpenApiTools, name: string): OpenApiTool {
  const found = made.tools.find(({ tool, operation }) => tool.name === name || operation === name);
  if (found === undefined)
    throw new Error(`There is no tool ${name}: ${made.tools.map((t) => t.tool.name).join(', ')}`);
  return found;
}

/** A schema as it is shown, where tests look into it. */
export interface ShownSchema {
  readonly type?: string;
  readonly properties?: { readonly [name: string]: ShownSchema };
  readonly required?: readonly string[];
  readonly items?: ShownSchema;
  readonly anyOf?: readonly ShownSchema[];
  readonly description?: string;
  readonly [keyword: string]: unknown;
}

export function shownBy({ tool }: OpenApiTool): ShownSchema {
  return tool.inputSchema as ShownSchema;
}

/** The shown property at a path of property names; arrays are entered by `[]`. */
export function shownAt(made: OpenApiTool, ...path: string[]): ShownSchema {
  let at: ShownSchema | undefined = shownBy(made);
  for (const step of path) at = step === '[]' ? at?.items : at?.properties?.[step];
  if (at === undefined) throw new Error(`Nothing is shown at ${path.join('.')}`);
  return at;
}

/** A document of one operation, whose body has the given schema. */
export function bodyDocument(schema: unknown, more: { version?: string; schemas?: object } = {}): object {
  return {
    openapi: more.version ?? '3.0.3',
    info: { title: 'One', version: '1' },
    paths: {
      '/one': {
        post: {
          operationId: 'one',
          requestBody: { required: true, content: { 'application/json': { schema } } },
          responses: {},
        },
      },
    },
    components: { schemas: more.schemas ?? {} },
  };
}
