import { z } from 'zod';
import { ADMIN_READ, ADMIN_WRITE } from '../core/admin.ts';
import type { JsonObject, JsonSchema } from '../core/json.ts';
import { isObject } from '../core/json.ts';
import type { Named, Operation } from './operation.ts';
import { problem } from './problem.ts';
import { API_PATH } from './router.ts';

export interface DocumentFacts {
  readonly title: string;
  readonly version: string;
  /** Of the server, without a slash at its end. Nothing where it is not known: the API is then where the document is. */
  readonly url: string | undefined;
}

/** The document itself, as one of the operations that it is about. */
export function documentOperation(document: () => JsonObject): Operation {
  return {
    ...{ id: 'get_document', method: 'GET', path: '/openapi.json', tag: 'document', right: 'read', notTool: true },
    summary: 'Show this document',
    answer: { status: 200, body: { name: 'Document', schema: z.looseObject({ openapi: z.string() }) } },
    run: async () => ({ body: document() }),
  };
}

/** The document (OpenAPI 3.1) of operations, made of the schemas that hold them. */
export function openApiDocument(
  operations: readonly Operation[],
  { title, version, url = '' }: DocumentFacts,
): JsonObject {
  const schemas: { [name: string]: JsonSchema } = { Problem: jsonSchema(problem, 'output') };
  const refer = ({ name, schema }: Named, io: 'input' | 'output'): JsonSchema => {
    schemas[name] ??= jsonSchema(schema, io);
    return { $ref: `#/components/schemas/${name}` };
  };
  const paths: { [path: string]: { [method: string]: unknown } } = {};
  for (const operation of operations) {
    const item = paths[operation.path] ?? {};
    item[operation.method.toLowerCase()] = described(operation, refer);
    paths[operation.path] = item;
  }
  const document = {
    openapi: '3.1.0',
    info: { title: `${title}: admin API`, version },
    servers: [{ url: `${url}${API_PATH}` }],
    security: [{ key: [] }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        key: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key of `postern admin-keys create`, or an access token.',
        },
      },
      schemas,
    },
  };
  return JSON.parse(JSON.stringify(document)) as JsonObject;
}

function described(operation: Operation, refer: (named: Named, io: 'input' | 'output') => JsonSchema): object {
  const { id, tag, summary, description, body, answer, right } = operation;
  const { status } = answer;
  const content = answer.body && { 'application/json': { schema: refer(answer.body, 'output') } };
  const headers = {
    ...(answer.etag === undefined ? {} : { ETag: { schema: { type: 'string' } } }),
    ...(status === 201 ? { Location: { schema: { type: 'string' } } } : {}),
  };
  return {
    ...{ operationId: id, tags: [tag], summary, description },
    'x-mcp': operation.notTool === true ? false : { scopes: [right === 'read' ? ADMIN_READ : ADMIN_WRITE] },
    parameters: parametersOf(operation),
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { 'application/json': { schema: refer(body, 'input') } } } }),
    responses: {
      [status]: { description: DONE[status], ...(Object.keys(headers).length === 0 ? {} : { headers }), content },
      default: {
        description: 'A refusal',
        headers: { 'Retry-After': { description: 'Seconds, with 429.', schema: { type: 'integer' } } },
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

const DONE = { 200: 'As asked', 201: 'Made', 204: 'Done' } as const;

function parametersOf({ path, query, ifMatch, idempotent }: Operation): object[] {
  const text = { type: 'string' };
  const inPath = path.includes('{id}') ? [{ name: 'id', in: 'path', required: true, schema: text }] : [];
  const asked = query === undefined ? {} : jsonSchema(query, 'input');
  const required = Array.isArray(asked['required']) ? asked['required'] : [];
  const members = isObject(asked['properties']) ? Object.entries(asked['properties']) : [];
  const inQuery = members.map(([name, schema]) => {
    const { description, ...rest } = schema as { readonly description?: string };
    return { name, in: 'query', description, required: required.includes(name), schema: rest };
  });
  const tag = 'The `etag` of what is changed, as it was read; `*` for whatever it is.';
  const key = 'Makes it safe to send again: the same key and body get the same answer for a day.';
  return [
    ...inPath,
    ...inQuery,
    ...(ifMatch === undefined
      ? []
      : [{ name: 'If-Match', in: 'header', description: tag, required: ifMatch === 'required', schema: text }]),
    ...(idempotent === undefined
      ? []
      : [{ name: 'Idempotency-Key', in: 'header', description: key, required: false, schema: text }]),
  ];
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' });
  return rest;
}
