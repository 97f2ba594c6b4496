import { isObject } from '../../core/json.ts';
import type { OpenApiDocument } from './document.ts';
import { child, isReference, type Located, type Node, type Resolver } from './resolve.ts';

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace', 'query'] as const;

/** One operation of a document, its path item's share merged in. */
export interface Operation {
  /** Method and template, such as `GET /pets/{id}`: what it is called where it must be told from all others. */
  readonly identity: string;
  /** Upper case. */
  readonly method: string;
  readonly path: string;
  readonly at: Located<Node>;
  readonly item: Located<Node>;
  /** References resolved; those of the operation replace those of its path with the same name and place. */
  readonly parameters: readonly Located<Node>[];
  readonly operationId?: string;
  readonly tags: readonly string[];
}

function followNode(at: Located, resolver: Resolver): Located<Node> | undefined {
  const found = resolver.follow(at);
  return isObject(found?.value) ? (found as Located<Node>) : undefined;
}

/** A path item may be a reference with operations beside it. */
function itemAt(at: Located, resolver: Resolver): Located<Node> | undefined {
  const target = followNode(at, resolver);
  if (!isReference(at.value) || Object.keys(at.value).length === 1) return target;
  const { $ref: _, ...beside } = at.value;
  return target === undefined ? { ...at, value: beside } : { ...target, value: { ...target.value, ...beside } };
}

function parametersOf(holder: Located<Node>, resolver: Resolver, merged: Map<string, Located<Node>>): void {
  const list = holder.value['parameters'];
  if (!Array.isArray(list)) return;
  const all = child(holder, 'parameters');
  for (const index of list.keys()) {
    const parameter = followNode(child(all, index), resolver);
    if (typeof parameter?.value['name'] === 'string' && parameter.value['name'] !== '') {
      merged.set(`${String(parameter.value['in'])} ${parameter.value['name']}`, parameter);
    } else if (parameter !== undefined) resolver.warn(parameter, 'a parameter without a name is left out');
  }
}

function operationAt(method: string, path: string, item: Located<Node>, raw: Located, resolver: Resolver) {
  const at = followNode(raw, resolver);
  if (at === undefined) {
    if (raw.value !== undefined && !isReference(raw.value))
      resolver.warn(raw, 'this is not an operation; it is left out');
    return undefined;
  }
  const merged = new Map<string, Located<Node>>();
  parametersOf(item, resolver, merged);
  parametersOf(at, resolver, merged);
  const { operationId, tags } = at.value;
  const operation: Operation = {
    identity: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    at,
    item,
    parameters: [...merged.values()],
    operationId: typeof operationId === 'string' && operationId.trim() !== '' ? operationId : undefined,
    tags: Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [],
  };
  return operation;
}

/** Every operation of a document, in the document's order. */
export function operationsOf(document: OpenApiDocument): Operation[] {
  const { resolver, root } = document;
  if (!isObject(root['paths'])) {
    resolver.warn('/paths', 'the document has no paths, so there are no tools');
    return [];
  }
  const paths = child(resolver.whole, 'paths');
  const operations: Operation[] = [];
  for (const path of Object.keys(root['paths'])) {
    if (path.startsWith('x-')) continue;
    const raw = child(paths, path);
    const item = itemAt(raw, resolver);
    if (item === undefined) {
      if (!isReference(raw.value)) resolver.warn(raw, 'this is not a path item; it is left out');
      continue;
    }
    const more = isObject(item.value['additionalOperations']) ? child(item, 'additionalOperations') : undefined;
    const found = METHODS.filter((method) => method in item.value).map(
      (method) => [method, child(item, method)] as const,
    );
    for (const method of Object.keys(more?.value ?? {})) if (more) found.push([method as 'get', child(more, method)]);
    for (const [method, at] of found) {
      const operation = operationAt(method, path, item, at, resolver);
      if (operation !== undefined) operations.push(operation);
    }
  }
  return operations;
}
