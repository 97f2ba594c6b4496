import { isObject, type Json } from '../core/json.ts';
import type { ToolAnnotations } from '../core/tool.ts';
import type { OpenApiDocument } from './document/document.ts';
import type { Operation } from './document/operations.ts';
import { child, type Located } from './document/resolve.ts';

/** What the document says of its tools in `x-mcp`, at an operation, its path, or a tag of it. */
export interface Extension {
  readonly enabled?: boolean;
  readonly name?: string;
  readonly title?: string;
  readonly description?: string;
  readonly annotations: ToolAnnotations;
  readonly scopes: readonly string[];
  readonly tags: readonly string[];
  readonly examples: readonly { readonly [argument: string]: Json }[];
}

const NOTHING: Extension = { annotations: {}, scopes: [], tags: [], examples: [] };
const HINTS = ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const;
const NAME = /^[A-Za-z0-9_-]{1,64}$/;

type Warn = (at: Located, message: string) => void;

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string' && item !== '') : [];
}

function read(at: Located, warn: Warn): Extension {
  const { value } = at;
  if (value === undefined) return NOTHING;
  if (typeof value === 'boolean') return { ...NOTHING, enabled: value };
  if (!isObject(value)) {
    warn(at, 'x-mcp is neither true, false nor an object; it is ignored');
    return NOTHING;
  }
  const { enabled, name, title, description, annotations, scopes, tags, examples } = value;
  if (scopes === 'none') warn(at, 'a document cannot open a tool: only the config can say scopes: none');
  const legal = typeof name === 'string' && NAME.test(name);
  if (name !== undefined && !legal)
    warn(child(at, 'name'), 'the name must be letters, digits, _ and -, 64 at the most');
  const hints = isObject(annotations) ? annotations : {};
  return {
    enabled: typeof enabled === 'boolean' ? enabled : undefined,
    name: legal ? name : undefined,
    title: typeof title === 'string' ? title : undefined,
    description: typeof description === 'string' ? description : undefined,
    annotations: Object.fromEntries(
      HINTS.flatMap((hint) => (typeof hints[hint] === 'boolean' ? [[hint, hints[hint]]] : [])),
    ),
    scopes: strings(scopes),
    tags: strings(tags),
    examples: Array.isArray(examples) ? (examples.filter(isObject) as Extension['examples']) : [],
  };
}

/** The `x-mcp` of the document's tags, by name. */
export function tagExtensions(document: OpenApiDocument): ReadonlyMap<string, Extension> {
  const { root, resolver } = document;
  const found = new Map<string, Extension>();
  if (!Array.isArray(root['tags'])) return found;
  const tags = child(resolver.whole, 'tags');
  for (const index of root['tags'].keys()) {
    const tag = child(tags, index);
    if (!isObject(tag.value) || typeof tag.value['name'] !== 'string' || !('x-mcp' in tag.value)) continue;
    found.set(
      tag.value['name'],
      read(child(tag, 'x-mcp'), (at, message) => resolver.warn(at, message)),
    );
  }
  return found;
}

/** What holds for an operation: its own word over its path's over its tags'; scopes and tags add up. */
export function extensionOf(
  operation: Operation,
  document: OpenApiDocument,
  byTag: ReadonlyMap<string, Extension>,
): Extension {
  const warn: Warn = (at, message) => document.resolver.warn(at, message);
  const layers = operation.tags.flatMap((tag) => byTag.get(tag) ?? []);
  for (const holder of [operation.item, operation.at]) {
    if ('x-mcp' in holder.value) layers.push(read(child(holder, 'x-mcp'), warn));
  }
  if (layers.length === 0) return NOTHING;
  const own = 'x-mcp' in operation.at.value ? (layers.at(-1) ?? NOTHING) : NOTHING;
  return {
    enabled: layers.findLast(({ enabled }) => enabled !== undefined)?.enabled,
    name: own.name,
    title: own.title,
    description: own.description,
    annotations: Object.assign({}, ...layers.map(({ annotations }) => annotations)),
    scopes: [...new Set(layers.flatMap(({ scopes }) => scopes))],
    tags: [...new Set(layers.flatMap(({ tags }) => tags))],
    examples: own.examples,
  };
}
