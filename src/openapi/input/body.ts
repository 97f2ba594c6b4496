import { isObject } from '../../core/json.ts';
import type { OpenApiDocument } from '../document/document.ts';
import {
  type BodyKind,
  bestFirst,
  concreteType,
  kindOf,
  type Media,
  mediaOf,
  samplesOf,
  saysSomething,
} from '../document/media.ts';
import type { Operation } from '../document/operations.ts';
import { child, type Located, type Node, type Resolver } from '../document/resolve.ts';
import type { BodyPlan, ParameterPlan, PartPlan } from '../plan.ts';
import type { Views } from '../schema/view.ts';
import { collectionStyle } from './parameters.ts';

/** The body of an operation as an argument of the tool. */
export interface InputBody {
  readonly plan: BodyPlan;
  readonly description?: string;
  readonly examples: readonly unknown[];
  /** What goes in: a schema; Swagger 2.0's form fields; bytes or text whatever the schema says; or anything. */
  readonly content:
    | { readonly as: 'schema'; readonly at: Located }
    | { readonly as: 'fields'; readonly fields: readonly Located<Node>[] }
    | { readonly as: 'bytes' }
    | { readonly as: 'text' }
    | { readonly as: 'anything' };
}

export const BODY_KEY = 'body';

const WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE']);

/** The body that an operation takes, of the media types it declares the one that a model can write best. */
export function inputBody(operation: Operation, document: OpenApiDocument, views: Views): InputBody | undefined {
  return document.version === '2.0' ? swaggerBody(operation, document) : requestBody(operation, document, views);
}

function requestBody(operation: Operation, document: OpenApiDocument, views: Views): InputBody | undefined {
  if (operation.at.value['requestBody'] === undefined) return undefined;
  const { resolver } = document;
  const at = resolver.follow(child(operation.at, 'requestBody'));
  if (!isObject(at?.value)) return undefined;
  const all = mediaOf(child(at, 'content'), resolver);
  const telling = all.filter(({ schema }) => schema !== undefined && saysSomething(resolver.follow(schema)?.value));
  if (telling.length === 0 && WITHOUT_BODY.has(operation.method)) return undefined;
  const [media] = bestFirst(telling.length > 0 ? telling : all);
  if (media === undefined) return undefined;
  const { description, required } = at.value;
  return {
    plan: {
      key: BODY_KEY,
      contentType: concreteType(media.type, media.kind),
      kind: media.kind,
      required: required === true,
      parts: partsOf(media, views, resolver),
    },
    description: typeof description === 'string' ? description : undefined,
    examples: samplesOf(media.at, resolver),
    content: contentOf(media.kind, media.schema, resolver),
  };
}

function contentOf(kind: BodyKind, schema: Located | undefined, resolver: Resolver): InputBody['content'] {
  if (kind === 'binary') return { as: 'bytes' };
  if (schema === undefined) return { as: kind === 'text' ? 'text' : 'anything' };
  const value = resolver.follow(schema)?.value;
  if (kind === 'text' && !(isObject(value) && value['type'] === 'string')) return { as: 'text' };
  return isObject(value) ? { as: 'schema', at: schema } : { as: 'anything' };
}

function isBytes(at: Located | undefined, views: Views, contentType: string | undefined): boolean {
  if (at === undefined) return false;
  const view = views.of(at);
  if (view.types?.[0] === 'array' && view.items !== undefined) return isBytes(view.items, views, contentType);
  if (view.contentEncoding !== undefined || (view.types !== undefined && view.types[0] !== 'string')) return false;
  if (view.format === 'binary') return true;
  const type = view.contentMediaType ?? (view.types === undefined ? contentType : undefined);
  return type !== undefined && kindOf(type.split(',', 1)[0] ?? '', undefined) === 'binary';
}

function headersOf(at: Located, resolver: Resolver): { [name: string]: string } | undefined {
  if (!isObject(at.value)) return undefined;
  const headers: { [name: string]: string } = {};
  for (const name of Object.keys(at.value)) {
    const header = resolver.follow(child(at, name));
    const schema = isObject(header?.value) ? resolver.follow(child(header, 'schema'))?.value : undefined;
    if (!isObject(schema)) continue;
    const fixed =
      schema['const'] ?? schema['default'] ?? (Array.isArray(schema['enum']) ? schema['enum'][0] : undefined);
    if (typeof fixed === 'string' && name.toLowerCase() !== 'content-type') headers[name] = fixed;
  }
  return Object.keys(headers).length > 0 ? headers : undefined;
}

function partsOf(media: Media, views: Views, resolver: Resolver): Map<string, PartPlan> {
  const parts = new Map<string, PartPlan>();
  if ((media.kind !== 'form' && media.kind !== 'multipart') || media.schema === undefined) return parts;
  const view = views.of(media.schema);
  const encodings = isObject(media.at.value['encoding']) ? child(media.at, 'encoding') : undefined;
  const branches = (view.alternatives ?? []).flatMap((at) => [...views.of(at).properties]);
  for (const [name, at] of new Map([...branches, ...view.properties])) {
    const encoding = encodings && resolver.follow(child(encodings, name));
    const given: Node = isObject(encoding?.value) ? encoding.value : {};
    const contentType = typeof given['contentType'] === 'string' ? given['contentType'] : undefined;
    const binary = media.kind === 'multipart' && isBytes(at, views, contentType);
    if (!binary && Object.keys(given).length === 0) continue;
    parts.set(name, {
      contentType: contentType ?? (binary ? views.of(at).contentMediaType : undefined),
      headers: encoding && isObject(encoding.value) ? headersOf(child(encoding, 'headers'), resolver) : undefined,
      style: typeof given['style'] === 'string' ? (given['style'] as ParameterPlan['style']) : undefined,
      explode: typeof given['explode'] === 'boolean' ? given['explode'] : undefined,
      allowReserved: given['allowReserved'] === true ? true : undefined,
      binary,
    });
  }
  return parts;
}

function consumesOf(operation: Operation, document: OpenApiDocument): string[] {
  const given = operation.at.value['consumes'] ?? document.root['consumes'];
  return Array.isArray(given) ? given.filter((type) => typeof type === 'string' && type.includes('/')) : [];
}

function swaggerBody(operation: Operation, document: OpenApiDocument): InputBody | undefined {
  const fields = operation.parameters.filter(({ value }) => value['in'] === 'formData');
  const consumes = consumesOf(operation, document);
  const body = operation.parameters.find(({ value }) => value['in'] === 'body');
  if (body !== undefined) return wholeBody(body, consumes, document.resolver);
  if (fields.length === 0) return undefined;
  const files = fields.some(({ value }) => value['type'] === 'file');
  const multipart = files || (consumes.some((type) => type.startsWith('multipart/')) && !consumes.some(isUrlEncoded));
  return {
    plan: {
      key: BODY_KEY,
      contentType: multipart ? 'multipart/form-data' : 'application/x-www-form-urlencoded',
      kind: multipart ? 'multipart' : 'form',
      required: fields.some(({ value }) => value['required'] === true),
      parts: new Map(fields.flatMap((field) => fieldPart(field.value))),
    },
    examples: [],
    content: { as: 'fields', fields },
  };
}

function isUrlEncoded(type: string): boolean {
  return type.startsWith('application/x-www-form-urlencoded');
}

function fieldPart(field: Node): [string, PartPlan][] {
  const name = String(field['name']);
  if (field['type'] === 'file') return [[name, { binary: true }]];
  if (field['type'] !== 'array') return [];
  return [[name, { ...collectionStyle(field['collectionFormat'], 'query'), binary: false }]];
}

function wholeBody(at: Located<Node>, consumes: readonly string[], resolver: Resolver): InputBody {
  const raw = 'schema' in at.value ? child(at, 'schema') : undefined;
  const value = raw && resolver.follow(raw)?.value;
  const types = (consumes.length > 0 ? consumes : ['application/json']).map((type) => ({
    type,
    kind: kindOf(type, value),
  }));
  // A form cannot be described by one schema in 2.0, so such a body is JSON whatever else is listed.
  const [best] = bestFirst(types.filter(({ kind }) => kind !== 'form' && kind !== 'multipart'));
  const { type, kind } = best ?? { type: 'application/json', kind: 'json' as const };
  const { description, required } = at.value;
  return {
    plan: { key: BODY_KEY, contentType: concreteType(type, kind), kind, required: required === true, parts: new Map() },
    description: typeof description === 'string' ? description : undefined,
    examples: [],
    content: contentOf(kind, raw, resolver),
  };
}
