import { z } from 'zod';
import { METHOD_CLASSES } from '../../core/method-class.ts';
import { LINK_METHODS } from '../../links/filters.ts';
import type { LinkFacts, LinkPatch, Links } from '../../links/links.ts';
import { givenTime, iso, isoOrNull, millis, name, tenantId, text, time } from '../fields.ts';
import type { Resource } from '../resource.ts';
import { refuseFull } from '../room.ts';

const names = z.array(text(100)).max(100);
const filters = {
  methods: z
    .array(z.enum(LINK_METHODS))
    .min(1)
    .max(LINK_METHODS.length)
    .optional()
    .meta({ description: 'What for; `write` is create, update and delete. Default: read.' }),
  tags: names.optional().meta({ description: 'Tools with any of these tags. Default: with any, or none.' }),
  tools: names.optional().meta({ description: 'Tools of these names. Default: of any.' }),
  toolset: z.string().max(32).nullable().optional().meta({ description: 'The toolset it is bound to. Default: none.' }),
  expiresAt: givenTime()
    .nullable()
    .optional()
    .meta({ description: 'When it ends; null for never, where that is allowed. Default: as late as is allowed.' }),
  requireKey: z.boolean().optional().meta({ description: 'Whether an API key of the tenant must come with it.' }),
};

const newLink = z.strictObject({
  tenant: tenantId().optional().meta({ description: 'The tenant whose calls it makes. Default: yours.' }),
  name: name().meta({ description: 'What it is for, in your words.' }),
  connection: text(100).optional().meta({ description: 'The id of the connection its calls are made with.' }),
  ...filters,
});

const linkChanges = z.strictObject({ name: name().optional(), ...filters });

const shown = z.object({
  id: z.string(),
  tenant: z.string(),
  name: z.string(),
  connection: z.string().nullable(),
  methods: z.array(z.enum(METHOD_CLASSES)),
  tags: z.array(z.string()),
  tools: z.array(z.string()),
  toolset: z.string().nullable(),
  requireKey: z.boolean(),
  createdAt: time(),
  expiresAt: time().nullable(),
});

type New = z.output<typeof newLink>;
type Patch = z.output<typeof linkChanges>;

export interface LinksResourceParts {
  /** Those of the config that holds now. */
  readonly links: () => Links;
  /** How many a tenant has. */
  readonly count: (tenant: string) => Promise<number>;
  /** How many it may have. */
  readonly most: number;
}

export function linksResource({ links, count, most }: LinksResourceParts): Resource<LinkFacts, object, New, Patch> {
  return {
    ...{ path: 'links', type: 'Link', one: 'a capability link', many: 'capability links that are good', shown },
    show: ({ connectionId: connection, createdAt, expiresAt, ...row }) => ({
      ...{ ...row, connection, createdAt: iso(createdAt), expiresAt: isoOrNull(expiresAt) },
    }),
    tenantOf: ({ tenant }) => tenant,
    find: (id) => links().get(id),
    list: {
      page: async ({ before, ...query }) => {
        const place = before === undefined ? {} : { before: { createdAt: before.at, id: before.id } };
        return (await links().list({ ...query, ...place })).links;
      },
      placeOf: ({ createdAt: at, id }) => ({ at, id }),
    },
    create: {
      event: 'link_created',
      body: newLink,
      once: z.object({ url: z.string().meta({ description: 'The URL, this once: whoever has it may call.' }) }),
      run: async ({ name, connection, ...rest }, tenant = '') => {
        refuseFull(await count(tenant), most, 'links');
        const bound = connection === undefined ? {} : { connectionId: connection };
        const { url, ...row } = await links().create({ ...asPatch(rest), ...bound, tenant, name });
        return { row, once: { url } };
      },
    },
    change: {
      event: 'link_changed',
      body: linkChanges,
      run: (row, patch) => links().patch(row.id, asPatch(patch), row.tenant, row),
    },
    remove: {
      event: 'link_deleted',
      summary: 'Delete a capability link; it is refused within a second',
      run: async (row, exact) => (await links().delete(row.id, row.tenant, exact ? row : undefined)) !== undefined,
    },
    detail: ({ id, name }) => ({ linkId: id, name }),
  };
}

function asPatch({ expiresAt, ...rest }: Patch): LinkPatch {
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return { ...given, ...(expiresAt === undefined ? {} : { expiresAt: millis(expiresAt) }) };
}
