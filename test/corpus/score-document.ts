import { isObject } from '../../src/core/json.ts';

type Node = { readonly [key: string]: unknown };

/** What a faithful tool must let its caller set. */
export interface Demand {
  readonly required: readonly { readonly name: string; readonly place: string }[];
  readonly hasBody: boolean;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];
/** Parameters of these names say nothing (OpenAPI 3.0.3, Parameter Object). */
const NOT_PARAMETERS = new Set(['accept', 'content-type', 'authorization']);
const MAX_HOPS = 20;

/** Reads a document straight from its text, with nothing of the code that is judged by it. */
class Reader {
  readonly #root: unknown;

  constructor(root: unknown) {
    this.#root = root;
  }

  follow(given: unknown): Node | undefined {
    let node = given;
    for (let hops = 0; isObject(node) && typeof node['$ref'] === 'string' && hops < MAX_HOPS; hops++) {
      node = this.#at(node['$ref']);
    }
    return isObject(node) ? node : undefined;
  }

  #at(ref: string): unknown {
    if (!ref.startsWith('#/')) return undefined;
    let node = this.#root;
    for (const token of ref.slice(2).split('/')) {
      const key = decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
      node = isObject(node) || Array.isArray(node) ? (node as Node)[key] : undefined;
    }
    return node;
  }
}

function parametersOf(reader: Reader, ...holders: readonly Node[]): Node[] {
  const found = new Map<string, Node>();
  for (const { parameters } of holders) {
    for (const raw of Array.isArray(parameters) ? parameters : []) {
      const parameter = reader.follow(raw);
      if (parameter?.['name']) found.set(`${String(parameter['in'])} ${String(parameter['name'])}`, parameter);
    }
  }
  return [...found.values()];
}

function mustBeSet({ in: place, name, required }: Node): boolean {
  if (place === 'path') return true;
  if (required !== true) return false;
  return place === 'query' || (place === 'header' && !NOT_PARAMETERS.has(String(name).toLowerCase()));
}

/** A body whose schema is absent, empty, or any object at all asks for nothing. */
function asksForBody(operation: Node, parameters: readonly Node[], reader: Reader): boolean {
  if (parameters.some(({ in: place }) => place === 'body' || place === 'formData')) return true;
  const content = reader.follow(operation['requestBody'])?.['content'];
  return Object.values(isObject(content) ? content : {}).some((media) => {
    const schema = reader.follow(isObject(media) ? media['schema'] : undefined);
    if (schema === undefined || Object.keys(schema).length === 0) return false;
    const { type, properties, additionalProperties, oneOf, anyOf, allOf } = schema;
    return type !== 'object' || [properties, additionalProperties, oneOf, anyOf, allOf].some(Boolean);
  });
}

function demandOf(path: string, item: Node, operation: Node, reader: Reader): Demand {
  const parameters = parametersOf(reader, item, operation);
  const required = parameters
    .filter(mustBeSet)
    .map(({ name, in: place }) => ({ name: String(name), place: String(place) }));
  for (const [, name = ''] of path.matchAll(/\{([^}]+)\}/g)) {
    const declared = parameters.some((parameter) => parameter['in'] === 'path' && parameter['name'] === name);
    if (!declared) required.push({ name, place: 'path' });
  }
  return { required, hasBody: asksForBody(operation, parameters, reader) };
}

/** Every operation of a document, by method and path. */
export function demands(document: unknown): Map<string, Demand> {
  const reader = new Reader(document);
  const found = new Map<string, Demand>();
  const paths = isObject(document) && isObject(document['paths']) ? document['paths'] : {};
  for (const [path, raw] of Object.entries(paths)) {
    const item = reader.follow(raw);
    if (item === undefined) continue;
    const more = isObject(item['additionalOperations']) ? item['additionalOperations'] : {};
    for (const method of [...METHODS, ...Object.keys(more)]) {
      const operation = reader.follow(item[method] ?? more[method]);
      if (operation === undefined) continue;
      found.set(`${method.toUpperCase()} ${path}`, demandOf(path, item, operation, reader));
    }
  }
  return found;
}
