import { createAdminKey, type NewAdminKey } from '../../src/auth/admin-key.ts';
import { createPepper } from '../../src/auth/api-key.ts';
import type { JsonObject, JsonSchema } from '../../src/core/json.ts';
import { isObject } from '../../src/core/json.ts';
import { SchemaCompiler, type Validator } from '../../src/lib/schema.ts';
import { deriveKey } from '../../src/lib/seal.ts';
import { type Door, type DoorOptions, MASTER, openDoor, type Reply } from '../security/door.ts';

/** Somebody who asks the admin API: every answer is held to the document. */
export interface Asker {
  /** @param path below `/admin/api`, with the query. */
  (method: string, path: string, options?: AskOptions): Promise<Reply>;
  readonly key: string;
  /** The id of the key. */
  readonly id: string;
}

export interface AskOptions {
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
}

export interface Administered extends AsyncDisposable {
  readonly door: Door;
  /** The document, as it is served. */
  readonly document: JsonObject;
  /** Whoever has a new admin key. Default: an operator. */
  as(rights?: Partial<NewAdminKey>): Promise<Asker>;
  /** A request with whatever credential, or none. */
  ask(method: string, path: string, options?: AskOptions): Promise<Reply>;
}

/** A server with the admin API. */
export async function openAdministered(options: DoorOptions = {}): Promise<Administered> {
  const { auth = {}, ...config } = (options.config ?? {}) as { readonly auth?: object };
  const door = await openDoor({ ...options, config: { ...config, auth: { admin: { enabled: true }, ...auth } } });
  let check: ((method: string, path: string, reply: Reply) => void) | undefined;

  const ask: Administered['ask'] = async (method, path, { body, headers = {} } = {}) => {
    const sent: { [name: string]: string } = body === undefined ? {} : { 'content-type': 'application/json' };
    const reply = await door.send({
      ...{ method, path: `/admin/api${path}`, headers: { ...sent, ...headers } },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const type = String(reply.headers['content-type'] ?? '');
    const json = type.startsWith('application/problem+json') ? JSON.parse(reply.body) : reply.json;
    check?.(method, path, { ...reply, json });
    return { ...reply, json };
  };
  const as: Administered['as'] = async (rights = {}) => {
    const wanted = { role: 'operator', tenant: null, name: 'test', expiresAt: null, ...rights } as const;
    const pepper = createPepper(deriveKey(Buffer.from(MASTER), 'admin-keys'));
    const { row, key } = createAdminKey(wanted, pepper, door.clock);
    await door.database.adminKeys.insert(row);
    const authorised: (...args: Parameters<Administered['ask']>) => Promise<Reply> = (method, path, given = {}) =>
      ask(method, path, { ...given, headers: { authorization: `Bearer ${key}`, ...given.headers } });
    return Object.assign(authorised, { key, id: row.id });
  };
  const operator = await as();
  const { json: document } = await operator('GET', '/openapi.json');
  check = checker(document);
  return { door, document, as, ask, [Symbol.asyncDispose]: () => door[Symbol.asyncDispose]() };
}

/** Holds answers to what the document says of them. */
function checker(document: JsonObject): (method: string, path: string, reply: Reply) => void {
  const { paths, components } = document as unknown as {
    readonly paths: { readonly [path: string]: { readonly [method: string]: JsonObject } };
    readonly components: JsonObject;
  };
  const schemas = new SchemaCompiler();
  const known = new Map<string, Validator>();
  const validatorOf = (name: string, schema: JsonSchema): Validator => {
    const whole = { ...schema, components } as JsonSchema;
    const made = known.get(name) ?? schemas.validator(() => inlined(whole, components));
    known.set(name, made);
    return made;
  };
  return (method, path, { status, headers, json, body }) => {
    const [bare = ''] = path.split('?');
    const found = Object.entries(paths).find(([template]) => fits(template, bare));
    const operation = found?.[1][method === 'HEAD' ? 'get' : method.toLowerCase()] as
      | { readonly responses: { readonly [status: string]: { readonly content?: JsonObject } } }
      | undefined;
    const said = operation?.responses[String(status)];
    if (status < 300 && said === undefined) throw new Error(`${method} ${path}: ${status} is not in the document`);
    if (status === 204 || method === 'HEAD') {
      if (body !== '') throw new Error(`${method} ${path}: a body where none belongs`);
      return;
    }
    const content = status < 300 ? said?.content : { 'application/problem+json': { schema: PROBLEM } };
    const [type, media] = Object.entries(content ?? {})[0] ?? [];
    if (!String(headers['content-type']).startsWith(type ?? '')) throw new Error(`${method} ${path}: not ${type}`);
    const schema = (media as { readonly schema: JsonSchema }).schema;
    const problems = validatorOf(`${found?.[0]} ${method} ${status < 300 ? status : 'refused'}`, schema)(json);
    if (problems !== undefined) throw new Error(`${method} ${path} ${status}: ${JSON.stringify(problems)} in ${body}`);
  };
}

const PROBLEM = { $ref: '#/components/schemas/Problem' };

function fits(template: string, path: string): boolean {
  const [wanted, given] = [template.split('/'), path.split('/')];
  return wanted.length === given.length && wanted.every((part, index) => part === '{id}' || part === given[index]);
}

/** A schema with what it refers to in the place of the reference. */
function inlined(value: unknown, components: JsonObject): JsonSchema {
  const schemas = components['schemas'] as { readonly [name: string]: JsonSchema };
  const walk = (each: unknown): unknown => {
    if (Array.isArray(each)) return each.map(walk);
    if (!isObject(each)) return each;
    const { $ref } = each;
    if (typeof $ref === 'string') return walk(schemas[$ref.slice($ref.lastIndexOf('/') + 1)]);
    return Object.fromEntries(Object.entries(each).map(([name, member]) => [name, walk(member)]));
  };
  const { components: _, ...rest } = value as { readonly components: unknown };
  return walk(rest) as JsonSchema;
}
