import { z } from 'zod';
import type { Place } from '../core/admin.ts';
import type { AuditEvent } from '../core/audit.ts';
import { PosternError } from '../core/errors.ts';
import type { Audited } from '../observe/audit-log.ts';
import type { Cursors } from './cursor.ts';
import { checkMatch, etagOf, isExact } from './etag.ts';
import { tenantId } from './fields.ts';
import type { Answered, Asked, Named, Operation } from './operation.ts';
import { tenantAsked, tenantOfNew, visible } from './tenancy.ts';

/** What a list is asked. */
export interface ListQuery<Filter> {
  /** Nothing: every tenant's. */
  readonly tenant?: string;
  readonly before?: Place;
  readonly limit: number;
  readonly filter: Filter;
}

/** What happened, in the words of the audit trail. */
interface Told {
  readonly event: AuditEvent;
}

interface Listed<Row, Filter> {
  /** What a list can be narrowed by, besides the tenant. */
  readonly filter?: z.ZodObject<z.core.$ZodShape>;
  /** How it is ordered. Default: newest first. */
  readonly order?: string;
  /** As in {@link Operation}. */
  readonly cost?: number;
  page(query: ListQuery<Filter>): Promise<readonly Row[]>;
  placeOf(row: Row): Place;
}

interface Created<Row, New> extends Told {
  /** Without the tenant, where things are made for tenants. */
  readonly body: z.ZodType<New>;
  /** What is shown this once, such as a secret. */
  readonly once?: z.ZodObject;
  /** As in {@link Operation}. */
  readonly notTool?: true;
  /** Things of this kind may be nobody's: then whoever sees all tenants need not name one. Default false. */
  readonly tenantless?: true;
  run(wanted: New, tenant: string | undefined, asked: Asked): Promise<{ readonly row: Row; readonly once?: object }>;
}

interface Changed<Row, Patch> {
  readonly event: AuditEvent | ((row: Row) => AuditEvent);
  readonly body: z.ZodType<Patch>;
  /** Whether that is for operators alone. Default false. */
  readonly operators?: true;
  /** @returns nothing where it is not as it was in `row` any more. */
  run(row: Row, patch: Patch, asked: Asked): Promise<Row | undefined>;
}

interface Removed<Row> extends Told {
  readonly summary: string;
  /**
   * @param exact only where it is as it was in `row`.
   * @returns whether this very call did it.
   */
  run(row: Row, exact: boolean): Promise<boolean>;
}

/** A kind of things that the API manages. What it leaves out cannot be done to them. */
export interface Resource<Row, Filter = object, New = never, Patch = never> {
  /** In the plural, as in paths: `keys`. */
  readonly path: string;
  /** One of them, as schemas are named: `Key`. */
  readonly type: string;
  /** One of them, and many, in a sentence: `an API key`, `API keys`. */
  readonly one: string;
  readonly many: string;
  readonly shown: z.ZodObject;
  /** As it is shown. Members that `shown` has not are left out. */
  show(row: Row): object;
  /** Members that change by themselves. */
  readonly volatile?: readonly string[];
  /** Null for what is nobody's: only who sees every tenant sees it. */
  tenantOf(row: Row): string | null;
  find?(id: string): Promise<Row | undefined>;
  readonly list?: Listed<Row, Filter>;
  readonly create?: Created<Row, New>;
  readonly change?: Changed<Row, Patch>;
  readonly remove?: Removed<Row>;
  /** What the audit trail keeps of one. */
  detail(row: Row): Audited['detail'];
}

/** How many a page has at the most, and without a word. */
const MOST = 200;
const USUAL = 50;

/** What every list takes. */
export const pageFields = {
  limit: z.coerce.number().int().min(1).max(MOST).default(USUAL).meta({ description: 'How many at the most.' }),
  cursor: z.string().max(2_048).optional().meta({ description: 'Where to go on: `next` of the page before.' }),
};

const pageQuery = {
  tenant: tenantId().optional().meta({ description: 'Those of one tenant. Default: of every tenant that you see.' }),
  ...pageFields,
};

type PageQuery = z.output<z.ZodObject<typeof pageQuery>>;

/** The operations of a resource: what it can do, each with the checks that none may forget. */
export function operationsOf<Row, Filter, New, Patch>(
  resource: Resource<Row, Filter, New, Patch>,
  cursors: Cursors,
): Operation[] {
  const { list, create, find, change, remove } = resource;
  return [
    ...(list === undefined ? [] : [listing(resource, list, cursors)]),
    ...(create === undefined ? [] : [creating(resource, create)]),
    ...(find === undefined ? [] : [reading(resource)]),
    ...(change === undefined ? [] : [changing(resource, change)]),
    ...(remove === undefined ? [] : [removing(resource, remove)]),
  ];
}

type Any<Row> = Pick<
  Resource<Row>,
  'path' | 'type' | 'one' | 'many' | 'shown' | 'show' | 'volatile' | 'tenantOf' | 'find' | 'detail'
>;

/** A row by the id in the path, for who may see it. @throws PosternError `not_found` */
export async function rowOf<Row>(resource: Pick<Any<Row>, 'find' | 'tenantOf'>, { id, rights }: Asked): Promise<Row> {
  return visible(await resource.find?.(id), rights, resource.tenantOf);
}

/** A row as it is sent: what the schema knows of it, and the tag of what is there by itself. */
export function shownOf<Row>(
  { shown, show, volatile, find }: Pick<Any<Row>, 'shown' | 'show' | 'volatile' | 'find'>,
  row: Row,
): { readonly etag?: string } {
  const plain = shown.parse(show(row)) as object;
  return find === undefined ? plain : { ...plain, etag: etagOf(plain, volatile) };
}

/** What is shown of one, as a schema: with its tag, for who reads bodies and no headers. */
export function shownSchema<Row>({ type, shown, find }: Pick<Any<Row>, 'type' | 'shown' | 'find'>): Named {
  const etag = z.string().meta({ description: 'For `If-Match`, when it is changed.' });
  return { name: type, schema: find === undefined ? shown : z.object({ ...shown.shape, etag }) };
}

function listing<Row, Filter>(resource: Any<Row>, list: Listed<Row, Filter>, cursors: Cursors): Operation {
  const { path, type, many } = resource;
  const items = z.array(shownSchema(resource).schema);
  const next = z.string().nullable().meta({ description: 'The cursor of the next page; null where this is the last.' });
  return {
    ...{ id: `list_${snake(path)}`, method: 'GET', path: `/${path}`, tag: path, right: 'read' },
    summary: `List ${many}, ${list.order ?? 'newest first'}`,
    query: z.strictObject({ ...pageQuery, ...list.filter?.shape }),
    ...(list.cost === undefined ? {} : { cost: list.cost }),
    answer: { status: 200, body: { name: `${type}Page`, schema: z.object({ items, next }) } },
    run: async ({ query, rights }) => {
      const { tenant: named, limit, cursor, ...filter } = query as PageQuery & Filter;
      const tenant = tenantAsked(rights, named);
      const name = JSON.stringify([path, tenant ?? null, filter]);
      const before = cursor === undefined ? undefined : cursors.read(cursor, name);
      const rows = await list.page({
        ...{ limit: limit + 1, filter: filter as Filter },
        ...(tenant === undefined ? {} : { tenant }),
        ...(before === undefined ? {} : { before }),
      });
      const page = rows.slice(0, limit);
      const last = rows.length > limit ? page.at(-1) : undefined;
      const more = last === undefined ? null : cursors.write(list.placeOf(last), name);
      return { body: { items: page.map((row) => shownOf(resource, row)), next: more } };
    },
  };
}

function creating<Row, New>(resource: Any<Row>, create: Created<Row, New>): Operation {
  const { path, type, one, tenantOf, detail } = resource;
  const { once } = create;
  const schema = shownSchema(resource).schema as z.ZodObject;
  const body =
    once === undefined
      ? shownSchema(resource)
      : { name: `Created${type}`, schema: z.object({ ...schema.shape, ...once.shape }) };
  return {
    ...{ id: `create_${snake(type)}`, method: 'POST', path: `/${path}`, tag: path, right: 'write' },
    summary: `Make ${one}`,
    body: { name: `New${type}`, schema: create.body },
    answer: { status: 201, body, etag: true },
    idempotent: true,
    ...(create.notTool === undefined ? {} : { notTool: create.notTool }),
    run: async (asked) => {
      const { tenant: named } = asked.body as { readonly tenant?: string };
      const { rights } = asked;
      const tenant = create.tenantless === true ? tenantAsked(rights, named) : tenantOfNew(rights, named);
      const made = await create.run(asked.body as New, tenant, asked);
      await asked.note({ event: create.event, tenant: tenantOf(made.row), detail: detail(made.row) });
      const plain = shownOf(resource, made.row);
      return { ...tagged({ ...plain, ...made.once }), location: `/${path}/${encodeURIComponent(idOf(plain))}` };
    },
  };
}

function reading<Row>(resource: Any<Row>): Operation {
  const { path, type, one } = resource;
  return {
    ...{ id: `get_${snake(type)}`, method: 'GET', path: `/${path}/{id}`, tag: path, right: 'read' },
    summary: `Show ${one}`,
    answer: { status: 200, body: shownSchema(resource), etag: true },
    run: async (asked) => tagged(shownOf(resource, await rowOf(resource, asked))),
  };
}

function changing<Row, Patch>(resource: Any<Row>, change: Changed<Row, Patch>): Operation {
  const { path, type, one, tenantOf, detail } = resource;
  return {
    ...{ id: `update_${snake(type)}`, method: 'PATCH', path: `/${path}/{id}`, tag: path, right: 'write' },
    summary: `Change ${one}`,
    description: `What is left out stays as it is.${change.operators === true ? ' For operators.' : ''}`,
    body: { name: `${type}Changes`, schema: change.body },
    answer: { status: 200, body: shownSchema(resource), etag: true },
    ifMatch: 'required',
    run: async (asked) => {
      const row = await rowOf(resource, asked);
      if (change.operators === true && asked.rights.role !== 'operator') throw forOperators();
      const { etag = '' } = shownOf(resource, row);
      checkMatch(asked.ifMatch, etag);
      const changed = await change.run(row, asked.body as Patch, asked);
      if (changed === undefined) throw new PosternError('precondition_failed');
      const shown = shownOf(resource, changed);
      const event = typeof change.event === 'function' ? change.event(changed) : change.event;
      // What is as it was has not been changed.
      if (shown.etag !== etag) await asked.note({ event, tenant: tenantOf(changed), detail: detail(changed) });
      return tagged(shown);
    },
  };
}

function removing<Row>(resource: Any<Row>, remove: Removed<Row>): Operation {
  const { path, type, tenantOf, detail } = resource;
  return {
    ...{ id: `delete_${snake(type)}`, method: 'DELETE', path: `/${path}/{id}`, tag: path, right: 'write' },
    summary: remove.summary,
    answer: { status: 204 },
    ifMatch: 'optional',
    run: async (asked) => {
      const exact = isExact(asked.ifMatch);
      // What changes by itself is no reason to refuse: it is read again then.
      for (let attempt = 0; attempt < 3; attempt++) {
        const row = await rowOf(resource, asked);
        checkMatch(asked.ifMatch, shownOf(resource, row).etag ?? '');
        const done = await remove.run(row, exact);
        if (done) await asked.note({ event: remove.event, tenant: tenantOf(row), detail: detail(row) });
        if (done || !exact) return {};
      }
      throw new PosternError('precondition_failed');
    },
  };
}

function forOperators(): PosternError {
  return new PosternError('forbidden', { message: 'That is for operators.' });
}

function tagged(body: { readonly etag?: string }): Answered {
  return body.etag === undefined ? { body } : { body, etag: body.etag };
}

function idOf(shown: object): string {
  return String((shown as { readonly id?: unknown }).id);
}

function snake(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])|-/g, '_').toLowerCase();
}
