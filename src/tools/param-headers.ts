import { isObject, type JsonSchema } from '../core/json.ts';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const MIRRORED_TYPES: ReadonlySet<unknown> = new Set(['integer', 'string', 'boolean']);

/**
 * Which `Mcp-Param-{name}` headers mirror which arguments, as the schema's `x-mcp-header` annotations say
 * (MCP 2026-07-28, streamable-http#custom-headers): lower-case header name → path of property keys.
 *
 * @throws Error when an annotation breaks the rules; clients would drop the tool.
 */
export function paramHeaders(schema: JsonSchema): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  collect(schema, [], found);
  return found;
}

function collect(schema: JsonSchema, path: readonly string[], found: Map<string, readonly string[]>): void {
  const properties = schema['properties'];
  if (!isObject(properties)) return;
  for (const [key, property] of Object.entries(properties)) {
    if (!isObject(property)) continue;
    const here = [...path, key];
    const name = property['x-mcp-header'];
    if (name !== undefined) {
      const header = `mcp-param-${String(name).toLowerCase()}`;
      const fault = faultOf(name, property, found.has(header));
      if (fault !== undefined) throw new Error(`x-mcp-header at /${here.join('/')}: ${fault}`);
      found.set(header, here);
    }
    collect(property, here, found);
  }
}

function faultOf(name: unknown, property: JsonSchema, taken: boolean): string | undefined {
  if (typeof name !== 'string' || !TOKEN.test(name)) return 'the name must be an HTTP token';
  if (taken) return `another property already has the header ${name}`;
  if (!MIRRORED_TYPES.has(property['type'])) return 'only an integer, string or boolean can be mirrored';
  return undefined;
}
