import { isObject } from '../../core/json.ts';
import { child, type Located, type Node, type Resolver } from './resolve.ts';

export type BodyKind = 'json' | 'form' | 'multipart' | 'text' | 'binary';

/** One entry of a `content` map. */
export interface Media {
  readonly type: string;
  readonly kind: BodyKind;
  readonly at: Located<Node>;
  readonly schema: Located | undefined;
}

const TEXT =
  /^(?:text\/|application\/(?:xml|yaml|x-yaml|graphql|x-ndjson|jsonl|jsonlines|json-seq|javascript|sql|toml|csv|x-pem-file|jose|jwt)$|application\/[^;]*\+(?:xml|yaml)$)/;
const BYTES =
  /^(?:image|audio|video|font|model)\/|^application\/(?:octet-stream|pdf|zip|gzip|x-gzip|x-tar|x-zip-compressed|protobuf|x-protobuf|msgpack|cbor|wasm|vnd\.(?:ms-|openxmlformats)[^;]*)$/;

function saysBytes(schema: unknown): boolean {
  return isObject(schema) && (schema['format'] === 'binary' || schema['type'] === 'file');
}

/** How a body of a media type is written; for types nobody knows, by what its schema describes. */
export function kindOf(mediaType: string, schema: unknown): BodyKind {
  const type = (mediaType.split(';', 1)[0] ?? '').trim().toLowerCase();
  if (type === 'application/x-www-form-urlencoded') return 'form';
  if (type.startsWith('multipart/')) return 'multipart';
  if (/^(?:application|text)\/json$|\+json$/.test(type)) return 'json';
  if (saysBytes(schema)) return 'binary';
  if (TEXT.test(type)) return 'text';
  if (BYTES.test(type)) return 'binary';
  const described = isObject(schema) && Object.keys(schema).length > 0;
  if (!described) return type === '*/*' || type === 'application/*' ? 'json' : 'binary';
  return schema['type'] === 'string' ? 'text' : 'json';
}

/** Wildcards name no type that could be sent. */
export function concreteType(mediaType: string, kind: BodyKind): string {
  if (!mediaType.includes('*')) return mediaType;
  if (kind === 'json') return 'application/json';
  return kind === 'text' ? 'text/plain' : 'application/octet-stream';
}

const ORDER: readonly BodyKind[] = ['json', 'form', 'multipart', 'text', 'binary'];

/** Smaller is better. A JSON Patch is a list of steps, so a plain document or a merge patch goes first. */
function rank({ type, kind }: { readonly type: string; readonly kind: BodyKind }): number {
  const name = (type.split(';', 1)[0] ?? '').trim().toLowerCase();
  const plain = name === 'application/json' || name.includes('*') ? 0 : name === 'application/merge-patch+json' ? 1 : 2;
  return ORDER.indexOf(kind) * 10 + (kind === 'json' ? (name === 'application/json-patch+json' ? 3 : plain) : 0);
}

export function bestFirst<M extends { readonly type: string; readonly kind: BodyKind }>(media: readonly M[]): M[] {
  return [...media].sort((a, b) => rank(a) - rank(b));
}

/** The entries of a `content` map. */
export function mediaOf(content: Located, resolver: Resolver): Media[] {
  if (!isObject(content.value)) return [];
  const found: Media[] = [];
  for (const type of Object.keys(content.value)) {
    const at = resolver.follow(child(content, type));
    if (!isObject(at?.value)) continue;
    const raw = 'schema' in at.value ? child(at, 'schema') : undefined;
    const schema = raw && resolver.follow(raw) ? raw : undefined;
    found.push({ type, kind: kindOf(type, raw && resolver.follow(raw)?.value), at: at as Located<Node>, schema });
  }
  return found;
}

/** Whether a schema, references followed, asks for anything at all. */
export function saysSomething(schema: unknown): boolean {
  if (!isObject(schema) || Object.keys(schema).length === 0) return false;
  if (schema['type'] !== 'object') return true;
  return ['properties', 'additionalProperties', 'oneOf', 'anyOf', 'allOf'].some((word) => Boolean(schema[word]));
}

/** The samples of a parameter or media type: `example`, or the values of `examples`. */
export function samplesOf(at: Located<Node>, resolver: Resolver): unknown[] {
  const { example, examples } = at.value;
  if (example !== undefined) return [example];
  if (at.value['x-example'] !== undefined) return [at.value['x-example']];
  if (!isObject(examples)) return [];
  const all = child(at, 'examples');
  const samples: unknown[] = [];
  for (const name of Object.keys(examples).slice(0, 3)) {
    const sample = resolver.follow(child(all, name))?.value;
    if (!isObject(sample)) continue;
    const value = sample['dataValue'] ?? sample['value'];
    if (value !== undefined) samples.push(value);
  }
  return samples;
}
