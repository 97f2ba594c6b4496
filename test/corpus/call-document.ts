import { readFileSync } from 'node:fs';
import yaml from 'js-yaml';

// A reader of documents of its own, as small as can be: what checks our code does not use it.

export type Node = { readonly [key: string]: unknown };

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export interface DocumentParameter {
  readonly name: string;
  readonly in: string;
  readonly style: string;
  readonly explode: boolean;
  /** Media type, where it has `content`. */
  readonly content?: string;
  readonly allowReserved: boolean;
}

export interface DocumentBody {
  /** Declared media types, lower case, with the encodings of their properties. */
  readonly types: ReadonlyMap<string, Node>;
}

export interface DocumentOperation {
  readonly method: string;
  readonly template: string;
  readonly parameters: readonly DocumentParameter[];
  readonly body?: DocumentBody;
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'];

export function readDocument(path: string): Node {
  const text = readFileSync(path, 'utf8');
  const value = path.endsWith('.json') ? JSON.parse(text) : yaml.load(text, { schema: yaml.CORE_SCHEMA });
  if (!isNode(value)) throw new Error(`${path} is no document`);
  return value;
}

function at(root: Node, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  let node: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    node = Array.isArray(node) ? node[Number(key)] : isNode(node) && Object.hasOwn(node, key) ? node[key] : undefined;
  }
  return node;
}

export function follow(root: Node, value: unknown): Node | undefined {
  let node = value;
  for (let hops = 0; hops < 20 && isNode(node) && typeof node['$ref'] === 'string'; hops++)
    node = at(root, node['$ref']);
  return isNode(node) ? node : undefined;
}

const COLLECTION_STYLES: { readonly [format: string]: string } = {
  csv: 'form',
  multi: 'form',
  ssv: 'spaceDelimited',
  tsv: 'tabDelimited',
  pipes: 'pipeDelimited',
};

function styleOf(parameter: Node, swagger: boolean): { style: string; explode: boolean } {
  const where = String(parameter['in']);
  const plain = where === 'path' || where === 'header' ? 'simple' : 'form';
  if (swagger) {
    const format = String(parameter['collectionFormat'] ?? 'csv');
    if (plain === 'simple') return { style: 'simple', explode: false };
    return { style: COLLECTION_STYLES[format] ?? 'form', explode: format === 'multi' };
  }
  const style = String(parameter['style'] ?? plain);
  const explode = parameter['explode'];
  return { style, explode: typeof explode === 'boolean' ? explode : ['form', 'cookie', 'deepObject'].includes(style) };
}

function parameterOf(parameter: Node, swagger: boolean): DocumentParameter {
  const content =
    isNode(parameter['content']) && !('schema' in parameter) ? Object.keys(parameter['content'])[0] : undefined;
  return {
    name: String(parameter['name']),
    in: String(parameter['in']),
    ...styleOf(parameter, swagger),
    content,
    allowReserved: parameter['allowReserved'] === true,
  };
}

function bodyOf(root: Node, operation: Node, parameters: readonly Node[], swagger: boolean): DocumentBody | undefined {
  const types = new Map<string, Node>();
  if (!swagger) {
    const content = follow(root, operation['requestBody'])?.['content'];
    for (const [type, media] of Object.entries(isNode(content) ? content : {})) {
      const encoding = follow(root, media)?.['encoding'];
      types.set(type.toLowerCase(), isNode(encoding) ? encoding : {});
    }
    return types.size === 0 ? undefined : { types };
  }
  const fields = parameters.filter((parameter) => parameter['in'] === 'formData');
  const consumes = operation['consumes'] ?? root['consumes'];
  const listed = Array.isArray(consumes) ? consumes.map((type) => String(type).toLowerCase()) : [];
  if (parameters.some((parameter) => parameter['in'] === 'body')) {
    for (const type of [...listed, 'application/json']) types.set(type, {});
    return { types };
  }
  if (fields.length === 0) return undefined;
  const encoding = fields.map(
    (field) => [String(field['name']), field['type'] === 'array' ? styleOf(field, true) : {}] as const,
  );
  for (const type of ['application/x-www-form-urlencoded', 'multipart/form-data'])
    types.set(type, Object.fromEntries(encoding));
  return { types };
}

/** Every operation that the document describes. */
export function documentOperations(root: Node): DocumentOperation[] {
  const swagger = root['swagger'] !== undefined;
  const found: DocumentOperation[] = [];
  const paths = isNode(root['paths']) ? root['paths'] : {};
  for (const [template, rawItem] of Object.entries(paths)) {
    const item = follow(root, rawItem);
    if (item === undefined || template.startsWith('x-')) continue;
    const more = isNode(item['additionalOperations']) ? item['additionalOperations'] : {};
    for (const [method, raw] of [...METHODS.map((name) => [name, item[name]] as const), ...Object.entries(more)]) {
      const operation = follow(root, raw);
      if (operation === undefined) continue;
      const merged = new Map<string, Node>();
      for (const list of [item['parameters'], operation['parameters']]) {
        for (const one of Array.isArray(list) ? list : []) {
          const parameter = follow(root, one);
          if (parameter !== undefined) merged.set(`${String(parameter['in'])} ${String(parameter['name'])}`, parameter);
        }
      }
      const all = [...merged.values()];
      found.push({
        method: method.toUpperCase(),
        template,
        parameters: all.filter((p) => p['in'] !== 'body' && p['in'] !== 'formData').map((p) => parameterOf(p, swagger)),
        body: bodyOf(root, operation, all, swagger),
      });
    }
  }
  return found;
}

/** Properties that a schema of the document requires and, by `additionalProperties: false`, forbids: nothing fits it. */
export function impossibleProperties(root: Node): Set<string> {
  const found = new Set<string>();
  const left: unknown[] = [root];
  for (let node = left.pop(); left.length > 0 || node !== undefined; node = left.pop()) {
    if (Array.isArray(node)) left.push(...node);
    if (!isNode(node)) continue;
    const { required, properties, additionalProperties } = node;
    if (Array.isArray(required) && additionalProperties === false && isNode(properties)) {
      for (const name of required) if (!Object.hasOwn(properties, String(name))) found.add(String(name));
    }
    left.push(...Object.values(node));
  }
  return found;
}
